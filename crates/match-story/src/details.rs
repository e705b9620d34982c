//! What games say beside the model: read by name, never relied on.

use event_model::{EventData, Kind};
use serde_json::Value;

/// What a game says of an event beside who and whom, as far as players care.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Its own word for the objective that was taken, such as `dragon`, or for what no
    /// kind has a word for.
    pub named: Option<String>,
    /// Kills in a row, where it counts them.
    pub streak: Option<u32>,
    /// Its own word for the weapon.
    pub weapon: Option<String>,
    /// Whether it was a shot at the head, where it tells.
    pub headshot: Option<bool>,
}

impl Said {
    /// Of an event of this kind.
    #[must_use]
    pub fn of(kind: Kind, data: &EventData) -> Self {
        let owned = |name| word(data, name).map(str::to_owned);
        Self {
            named: naming(kind).and_then(owned),
            streak: count(data, "kill_streak"),
            weapon: owned("weapon"),
            headshot: truth(data, "headshot"),
        }
    }
}

/// Where a game names what it was.
fn naming(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::ObjectiveTaken => Some("objective"),
        Kind::Other => Some("name"),
        Kind::MatchStarted
        | Kind::MatchEnded
        | Kind::RoundStarted
        | Kind::RoundEnded
        | Kind::Kill
        | Kind::Death
        | Kind::Knock
        | Kind::Revive
        | Kind::FirstBlood
        | Kind::MultiKill
        | Kind::Ace
        | Kind::StructureDestroyed
        | Kind::BombPlanted
        | Kind::BombDefused
        | Kind::BombExploded
        | Kind::Goal
        | Kind::Shot
        | Kind::Save
        | Kind::Demolition
        | Kind::SessionEvidence
        | Kind::SequenceGap => None,
    }
}

/// A word of the game's, where it is told and not empty.
pub(crate) fn word<'e>(data: &'e EventData, name: &str) -> Option<&'e str> {
    data.details.get(name).and_then(Value::as_str).filter(|word| !word.is_empty())
}

/// A truth value, where it is told.
pub(crate) fn truth(data: &EventData, name: &str) -> Option<bool> {
    data.details.get(name).and_then(Value::as_bool)
}

/// A count, where it is told.
pub(crate) fn count(data: &EventData, name: &str) -> Option<u32> {
    data.details.get(name).and_then(Value::as_u64).and_then(|count| count.try_into().ok())
}
