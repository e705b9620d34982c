//! The list of a frame: the newest first, each for half a minute, sixteen at most.

use serde_json::{Value, json};

use super::{Dota2Client, Dota2Match, Dota2Seat};
use crate::TrueEvent;

/// Entries of a frame at most.
const ENTRIES_MAX: usize = 16;

/// How long an entry is listed, in seconds of the engine's clock.
const LISTED_S: (u64, u64) = (28, 31);

/// One entry.
#[derive(Debug, Clone)]
pub(super) struct Happening {
    /// By the engine's clock.
    pub(super) engine_ms: u64,
    pub(super) says: Says,
    pub(super) seen_by: SeenBy,
    /// Absent where it is no event of the match.
    pub(super) truth: Option<TrueEvent>,
}

/// What an entry says.
#[derive(Debug, Clone)]
pub(super) enum Says {
    /// A type of its own, with these members.
    Plainly(&'static str, Value),
    /// JSON within a text, with these members beside its type and time.
    Generic(&'static str, Value),
}

/// Who is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SeenBy {
    Everybody,
    /// A purchase is shown to its own team, and to who watches.
    TeamOf(u8),
}

impl Happening {
    fn is_shown_to(&self, seat: Dota2Seat) -> bool {
        match (self.seen_by, seat) {
            (SeenBy::Everybody, _) | (SeenBy::TeamOf(_), Dota2Seat::Spectator) => true,
            (SeenBy::TeamOf(one), Dota2Seat::Player(other)) => (one < 5) == (other < 5),
        }
    }

    fn is_listed_at(&self, engine_ms: u64) -> bool {
        // Which of the seconds it is does not matter, as long as each PC has its own.
        let lasts_s = LISTED_S.0 + self.engine_ms % (LISTED_S.1 - LISTED_S.0 + 1);
        (self.engine_ms..self.engine_ms + lasts_s * 1_000).contains(&engine_ms)
    }

    fn entry(&self) -> Value {
        let game_time = self.engine_ms / 1_000;
        match &self.says {
            Says::Plainly(event_type, members) => {
                let mut entry = json!({ "game_time": game_time, "event_type": event_type });
                extend(&mut entry, members);
                entry
            }
            Says::Generic(inner_type, members) => {
                let data = self.inner(inner_type, members);
                json!({ "game_time": game_time, "event_type": "generic_event", "data": data })
            }
        }
    }

    /// The text, with the time as a float of 32 bits printed like one of 64.
    fn inner(&self, inner_type: &str, members: &Value) -> String {
        #[expect(clippy::cast_precision_loss, reason = "the game's own clock loses it")]
        let time = self.engine_ms as f32 / 1_000.0;
        let mut inner = json!({ "type": inner_type });
        extend(&mut inner, members);
        let text = inner.to_string();
        format!("{},\"time\":{:.6}}}", text.trim_end_matches('}'), f64::from(time))
    }
}

fn extend(object: &mut Value, members: &Value) {
    if let (Value::Object(object), Value::Object(members)) = (object, members) {
        object.extend(members.clone());
    }
}

impl Dota2Match {
    /// The numbers of what a frame lists, the newest first.
    pub(super) fn listed_at(&self, client: &Dota2Client, ms: u64) -> Vec<usize> {
        let engine_ms = self.course.engine_ms(ms);
        let newest_first = self.happenings.iter().enumerate().rev();
        newest_first
            .filter(|(_, happening)| happening.is_shown_to(client.seat))
            .filter(|(_, happening)| happening.is_listed_at(engine_ms))
            .map(|(number, _)| number)
            .take(ENTRIES_MAX)
            .collect()
    }

    pub(super) fn list_at(&self, client: &Dota2Client, ms: u64) -> Value {
        self.listed_at(client, ms)
            .into_iter()
            .map(|number| self.happenings[number].entry())
            .collect()
    }
}
