//! Tells a file's format by its first document.

use std::{collections::BTreeMap, path::Path};

use serde_json::value::RawValue;

use super::{documents::Documents, draft::SourceHint, gsi::Payload};
use crate::{Error, Format, Reason, bounds::Bounds, lines::Lines};

/// What stands in every line that the game writes to Power.log.
const POWER_LOG_WORDS: [&str; 4] =
    ["GameState.", "PowerTaskList.", "PowerProcessor.", "= Begin Spectating"];

pub(super) fn format_of(path: &Path) -> Result<Format, Error> {
    let bad = |reason| Error::BadInput { file: path.to_owned(), line: None, reason };
    let head = Lines::first(path, Bounds::FULL)?;
    if !head.trim_ascii_start().starts_with(b"{") && !head.trim_ascii_start().starts_with(b"[") {
        let text = String::from_utf8_lossy(&head);
        return match is_power_log(&text) {
            true => Ok(Format::PowerLog),
            false => Err(bad(Reason::Foreign("it does not begin with a JSON object".to_owned()))),
        };
    }
    let mut documents = Documents::open(path, Bounds::FULL)?;
    let Some(document) = documents.next()? else { return Err(bad(Reason::Empty)) };
    recognise(document.text).ok_or_else(|| {
        let names = Members::read(document.text).map(|members| members.names());
        bad(Reason::Foreign(names.unwrap_or_default()))
    })
}

fn is_power_log(line: &str) -> bool {
    line.starts_with("D ") && POWER_LOG_WORDS.iter().any(|word| line.contains(word))
}

fn recognise(text: &str) -> Option<Format> {
    let members = Members::read(text)?;
    let source = Payload::read(text).map_or(SourceHint::Nothing, |payload| payload.source());
    if members.has("ringside_recording") {
        Some(Format::Rsrec)
    } else if members.is_gsi_log() {
        Some(Format::GsiLog)
    } else if matches!(source, SourceHint::Named(_)) {
        Some(Format::GsiFrames)
    } else if members.has("gameData") && (members.has("allPlayers") || members.has("events")) {
        Some(Format::LeagueAllgamedata)
    } else if members.is_rocket_league() {
        Some(Format::RocketLeagueStream)
    } else if members.is_text("timestamp") && members.is_text("event") {
        Some(Format::EliteJournal)
    } else if members.is_overwolf() {
        Some(Format::OverwolfGep)
    } else {
        // By the names of its blocks alone, so after all that names itself.
        (source != SourceHint::Nothing).then_some(Format::GsiFrames)
    }
}

/// The members of a document, unread.
struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Members<'a> {
    fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn is_text(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.get().starts_with('"'))
    }

    fn inner(&self, name: &str) -> Option<Self> {
        Self::read(self.0.get(name)?.get())
    }

    fn is_gsi_log(&self) -> bool {
        self.has("body") && ["timestamp", "method", "url", "headers"].iter().any(|n| self.has(n))
    }

    fn is_rocket_league(&self) -> bool {
        let is_message = |members: &Self| members.is_text("Event") && members.has("Data");
        let is_relayed = |members: &Self| {
            members.is_text("event") && members.has("data") && !members.has("feature")
        };
        is_message(self)
            || is_relayed(self)
            || self.inner("msg").is_some_and(|message| is_message(&message) || is_relayed(&message))
    }

    fn is_overwolf(&self) -> bool {
        let is_message = |members: &Self| {
            members.inner("info").is_some()
                || members.inner("res").is_some()
                || members.0.get("events").is_some_and(|events| events.get().contains("\"name\""))
                || (members.has("feature") && (members.has("key") || members.has("event")))
        };
        let wrapped = ["raw", "payload"].iter().find_map(|name| self.inner(name));
        let of_page = self.is_text("run") && self.has("seq") && self.has("payload");
        of_page || is_message(self) || wrapped.is_some_and(|inner| is_message(&inner))
    }

    /// What a person may recognise the document by.
    fn names(&self) -> String {
        const NAMES_SHOWN: usize = 6;
        const NAME_LENGTH_SHOWN: usize = 32;
        let short = |name: &String| -> String { name.chars().take(NAME_LENGTH_SHOWN).collect() };
        let names: Vec<_> = self.0.keys().take(NAMES_SHOWN).map(short).collect();
        match names.is_empty() {
            true => "its first JSON object is empty".to_owned(),
            false => format!("its first JSON object has {}", names.join(", ")),
        }
    }
}
