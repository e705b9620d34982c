//! The document that `/allgamedata` answers with, as far as a session needs it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{
    entry::Entry,
    events::{Happening, VICTIM_NAME},
    known_fields,
    roster::Roster,
};
use crate::{Drift, Unreadable};

/// Entries that one list may have. A match of 34 minutes had 98; a hundred
/// times that is no match.
const ENTRIES_MAX: usize = 10_000;

/// One poll.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) roster: Roster,
    pub(super) entries: Vec<Entry>,
    pub(super) game_time_ms: i64,
    pub(super) game_data: Map<String, Value>,
    active_player: ActivePlayer,
    drift: Drift,
}

/// Whose client answered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ActivePlayer {
    /// A player of the match.
    Player(String),
    /// A spectator: the API says that it does not support the question.
    Spectator,
    /// Not known yet: the game loads.
    Unknown,
}

/// What tells one play from the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    /// Accounts, sorted.
    pub(super) roster: Vec<String>,
    /// `EventTime` of the first entry, exactly as received.
    pub(super) time_text: String,
    pub(super) time_ms: i64,
    /// The account; none for a spectator.
    pub(super) observer: Option<String>,
}

#[derive(Deserialize)]
struct EventList<'a> {
    #[serde(borrow, rename = "Events")]
    entries: Vec<&'a RawValue>,
}

impl Document {
    pub(super) fn read(body: &[u8]) -> Result<Self, Unreadable> {
        let members: BTreeMap<String, &RawValue> =
            serde_json::from_slice(body).map_err(malformed)?;
        let list: EventList = part(&members, "events")?;
        if list.entries.len() > ENTRIES_MAX {
            return Err(Unreadable::Malformed(format!("more than {ENTRIES_MAX} events")));
        }
        let players: Vec<Map<String, Value>> = part(&members, "allPlayers")?;
        let game_data: Map<String, Value> = part(&members, "gameData")?;
        let active: Value = optional_part(&members, "activePlayer")?;

        let mut drift = Drift::default();
        known_fields::count_unknown(members.keys(), known_fields::TOP, "", &mut drift);
        known_fields::count_unknown(game_data.keys(), known_fields::GAME, "gameData.", &mut drift);
        for player in &players {
            let names = player.keys();
            known_fields::count_unknown(names, known_fields::PLAYER, "allPlayers.*.", &mut drift);
            if let Some(scores) = player.get("scores").and_then(Value::as_object) {
                let path = "allPlayers.*.scores.";
                known_fields::count_unknown(scores.keys(), known_fields::SCORES, path, &mut drift);
            }
        }
        let entries = list.entries.iter().filter_map(|raw| Entry::read(raw, &mut drift)).collect();
        Ok(Self {
            roster: Roster::read(&players),
            entries,
            game_time_ms: milliseconds(game_data.get("gameTime").and_then(Value::as_f64)),
            game_data,
            active_player: ActivePlayer::read(&active),
            drift,
        })
    }

    pub(super) fn drift(&self) -> Drift {
        self.drift.clone()
    }

    /// When each name's latest listed death was. What lies ahead of the clock
    /// was undone by a rewind.
    pub(super) fn latest_deaths(&self) -> BTreeMap<String, i64> {
        let mut latest: BTreeMap<String, i64> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.time_ms <= self.game_time_ms) {
            if entry.name == Happening::CHAMPION_KILL
                && let Some(victim) = entry.text(VICTIM_NAME)
            {
                let known = latest.entry(victim.to_owned()).or_insert(entry.time_ms);
                *known = (*known).max(entry.time_ms);
            }
        }
        latest
    }

    /// Who plays since when; `None` while the game has not said so yet.
    pub(super) fn start(&self) -> Option<Start> {
        let observer = match &self.active_player {
            ActivePlayer::Player(account) => Some(account.clone()),
            ActivePlayer::Spectator => None,
            ActivePlayer::Unknown => return None,
        };
        let first = self.entries.first()?;
        let roster = self.roster.accounts();
        (!roster.is_empty()).then(|| Start {
            roster,
            time_text: first.time_text.clone(),
            time_ms: first.time_ms,
            observer,
        })
    }
}

impl ActivePlayer {
    fn read(active: &Value) -> Self {
        let name =
            |field: &str| active.get(field).and_then(Value::as_str).filter(|name| !name.is_empty());
        if active.get("error").is_some() {
            return Self::Spectator;
        }
        name("riotId")
            .or_else(|| name("summonerName"))
            .map_or(Self::Unknown, |account| Self::Player(account.to_owned()))
    }
}

/// A game clock in seconds as whole milliseconds; out of range, its nearest end.
pub(super) fn milliseconds(seconds: Option<f64>) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
    let ms = (seconds.unwrap_or(0.0) * 1000.0).round() as i64;
    ms
}

fn part<'a, T: Deserialize<'a>>(
    members: &BTreeMap<String, &'a RawValue>,
    name: &str,
) -> Result<T, Unreadable> {
    if members.contains_key("errorCode") {
        return Err(Unreadable::Foreign("an error answer of the game, not its data"));
    }
    let raw = members.get(name).ok_or(Unreadable::Foreign("no /allgamedata document"))?;
    serde_json::from_str(raw.get()).map_err(malformed)
}

fn optional_part(members: &BTreeMap<String, &RawValue>, name: &str) -> Result<Value, Unreadable> {
    members
        .get(name)
        .map_or(Ok(Value::Null), |raw| serde_json::from_str(raw.get()).map_err(malformed))
}

fn malformed(error: serde_json::Error) -> Unreadable {
    Unreadable::json(&error)
}
