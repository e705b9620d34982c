//! One start of the game, as it is written.

use event_model::{Kind, WallTime};
use serde_json::{Value, json};

use super::{JournalFile, JournalLine};
use crate::{TrueEvent, gsi_log::PROVIDER_EPOCH_S};

/// What the clocks of the player's zone are ahead: names have local time.
const ZONE_S: u64 = 2 * 60 * 60;

/// A start that is being written.
pub(super) struct Start {
    /// When it began, and what time it is, by the evening's clock.
    began_s: u64,
    pub(super) now_s: u64,
    commander: String,
    ending: &'static str,
    part: u32,
    files: Vec<JournalFile>,
    events: Vec<TrueEvent>,
}

impl Start {
    pub(super) fn begin(now_s: u64, commander: &str, ending: &'static str) -> Self {
        let mut start = Self {
            began_s: now_s,
            now_s,
            commander: commander.to_owned(),
            ending,
            part: 0,
            files: Vec::new(),
            events: Vec::new(),
        };
        start.next_part();
        start
    }

    /// The journal has become too long: it goes on in another file.
    pub(super) fn go_on_in_next_part(&mut self) {
        let part = self.part + 1;
        self.say("Continued", json!({ "Part": part }));
        self.next_part();
    }

    fn next_part(&mut self) {
        self.part += 1;
        let time: String =
            stamp(self.began_s + ZONE_S).chars().filter(|letter| *letter != ':').collect();
        let name = format!("Journal.{}.{:02}.log", time.trim_end_matches('Z'), self.part);
        self.files.push(JournalFile { name, ending: self.ending, lines: Vec::new() });
        let part = self.part;
        self.say(
            "Fileheader",
            json!({
                "part": part, "language": "English/UK", "Odyssey": true,
                "gameversion": "4.2.1.2", "build": "r320146/r0 ",
            }),
        );
    }

    /// The commander loads the game.
    pub(super) fn load(&mut self) {
        let (fid, name) = ("F1234567", self.commander.clone());
        self.say("Commander", json!({ "FID": fid, "Name": name }));
        self.say("Materials", json!({ "Raw": [], "Manufactured": [], "Encoded": [] }));
        self.say(
            "LoadGame",
            json!({
                "FID": fid, "Commander": name, "Horizons": true, "Odyssey": true,
                "Ship": "Krait_MkII", "ShipID": 18, "GameMode": "Open", "Credits": 480_525_503,
            }),
        );
        let clock = Some((self.now_s - self.began_s) * 1_000);
        self.events.push(TrueEvent { match_clock_ms: clock, ..TrueEvent::of(Kind::MatchStarted) });
    }

    /// A line that nothing is told of.
    pub(super) fn say(&mut self, event: &str, rest: Value) {
        let mut line = json!({ "timestamp": stamp(self.now_s), "event": event });
        if let (Some(line), Value::Object(rest)) = (line.as_object_mut(), rest) {
            line.extend(rest);
        }
        let line = JournalLine { ms: self.now_s * 1_000, text: line.to_string() };
        let file = self.files.last_mut().expect("a start begins with a file");
        file.lines.push(line);
    }

    /// A line that is told. `name` is its word where its kind is no other.
    pub(super) fn happen(&mut self, event: &str, rest: Value, told: TrueEvent) {
        self.say(event, rest);
        let name = (told.kind == Kind::Other.as_str()).then(|| event.to_owned());
        let match_clock_ms = Some((self.now_s - self.began_s) * 1_000);
        self.events.push(TrueEvent { name, match_clock_ms, ..told });
    }

    /// The game is left, by its menu.
    pub(super) fn shut_down(&mut self) {
        self.say("Shutdown", json!({}));
        self.end();
    }

    /// The session has ended, whoever told it.
    pub(super) fn end(&mut self) {
        if !self.events.is_empty() {
            self.events.push(TrueEvent::of(Kind::MatchEnded));
        }
    }

    pub(super) fn finish(self) -> (Vec<JournalFile>, Vec<TrueEvent>) {
        (self.files, self.events)
    }

    pub(super) fn own(&self) -> Option<String> {
        Some(self.commander.clone())
    }
}

/// In whole seconds of UTC, as the game writes it.
fn stamp(second: u64) -> String {
    let second = PROVIDER_EPOCH_S.saturating_add(i64::try_from(second).unwrap_or(i64::MAX));
    let time = WallTime::from_unix_ms(second.saturating_mul(1_000)).to_string();
    time.replace(".000Z", "Z")
}
