//! The few details that association reads.

use event_model::Kind;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

/// What an event's details say that helps to tell it from others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OwnedHints {
    name: Option<String>,
    team: Option<String>,
    winner: Option<String>,
    score: Option<String>,
    streak: Option<u32>,
}

/// Longest text of a detail that is told to association, in bytes: no game's own
/// word is longer, and a score of two sides has forty.
const TEXT_MAX: usize = 256;

/// The details as they are written, each of whatever type.
#[derive(Deserialize)]
struct Written<'d> {
    #[serde(borrow)]
    name: Option<&'d RawValue>,
    #[serde(borrow)]
    team: Option<&'d RawValue>,
    #[serde(borrow)]
    winner: Option<&'d RawValue>,
    #[serde(borrow)]
    score: Option<&'d RawValue>,
    #[serde(borrow, rename = "kill_streak")]
    streak: Option<&'d RawValue>,
}

impl OwnedHints {
    /// Reads a JSON object. What is not as it should be says nothing.
    pub(super) fn read(kind: Kind, details: &str) -> Self {
        if !may_help(kind) || details.len() <= "{}".len() {
            return Self::default();
        }
        // A name that comes twice: the last one counts, as everywhere.
        serde_json::from_str(details).map_or_else(|_| Self::of_tree(details), |w| Self::of(&w))
    }

    fn of(written: &Written<'_>) -> Self {
        let value = |raw: Option<&RawValue>| serde_json::from_str(raw?.get()).ok();
        Self::of_values(
            value(written.name),
            value(written.team),
            value(written.winner),
            value(written.score),
            value(written.streak),
        )
    }

    fn of_tree(details: &str) -> Self {
        let mut details: Map<String, Value> = serde_json::from_str(details).unwrap_or_default();
        let mut value = |name: &str| details.remove(name);
        Self::of_values(
            value("name"),
            value("team"),
            value("winner"),
            value("score"),
            value("kill_streak"),
        )
    }

    fn of_values(
        name: Option<Value>,
        team: Option<Value>,
        winner: Option<Value>,
        score: Option<Value>,
        streak: Option<Value>,
    ) -> Self {
        let text = |value: Option<Value>| match value {
            Some(Value::String(text)) => bounded(text),
            _ => None,
        };
        Self {
            name: text(name),
            team: text(team),
            winner: text(winner),
            score: score.filter(|score| !score.is_null()).map(|v| v.to_string()).and_then(bounded),
            streak: streak.and_then(|streak| u32::try_from(streak.as_u64()?).ok()),
        }
    }

    pub(super) fn borrowed(&self) -> association::Hints<'_> {
        association::Hints {
            name: self.name.as_deref(),
            team: self.team.as_deref(),
            winner: self.winner.as_deref(),
            score: self.score.as_deref(),
            streak: self.streak,
        }
    }
}

fn bounded(text: String) -> Option<String> {
    Some(text).filter(|text| text.len() <= TEXT_MAX)
}

/// Of the others the details are only shown.
fn may_help(kind: Kind) -> bool {
    !matches!(kind, Kind::SessionEvidence | Kind::SequenceGap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helps_is_read_and_what_is_odd_says_nothing() {
        let details = r#"{"name":"Baron","team":"T","winner":7,"score":{"ct":1,"t":2},
            "kill_streak":3,"weapon":"x"}"#;
        let hints = OwnedHints::read(Kind::RoundEnded, details);
        let borrowed = hints.borrowed();
        assert_eq!(
            (borrowed.name, borrowed.team, borrowed.winner),
            (Some("Baron"), Some("T"), None)
        );
        assert_eq!((borrowed.score, borrowed.streak), (Some(r#"{"ct":1,"t":2}"#), Some(3)));
        let twice = OwnedHints::read(Kind::Other, r#"{"name":"a","name":"b"}"#);
        assert_eq!(twice.borrowed().name, Some("b"));
        let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(300));
        assert_eq!(OwnedHints::read(Kind::Other, &long), OwnedHints::default());
        assert_eq!(OwnedHints::read(Kind::Other, "[]"), OwnedHints::default());
    }
}
