//! Which sources a server asks its devices not to read.

use std::collections::BTreeMap;

use event_model::Source;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/sources`, shown to devices: what they are asked not to read for now. It
/// turns nothing on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourcePolicy {
    /// One a source; every source that is not among them may be read.
    pub turned_off: Vec<TurnedOff>,
}

/// A source that is not to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TurnedOff {
    /// The source's name. A device leaves out one that it does not know.
    pub source: String,
    /// Why, in a sentence for players.
    #[schema(max_length = 300)]
    pub reason: String,
}

/// The longest reason that is shown, in characters: two lines of a window.
pub const REASON_CHARS_MAX: usize = 300;

impl SourcePolicy {
    /// The sources that this version knows, each with its reason as a player may be
    /// shown it: without control characters and no longer than [`REASON_CHARS_MAX`].
    /// The first word on a source counts.
    #[must_use]
    pub fn read(&self) -> BTreeMap<Source, String> {
        let mut read = BTreeMap::new();
        for one in &self.turned_off {
            if let Ok(source) = one.source.parse::<Source>() {
                read.entry(source).or_insert_with(|| shown_reason(&one.reason));
            }
        }
        read
    }
}

/// A reason as a player may be shown it.
#[must_use]
pub fn shown_reason(reason: &str) -> String {
    let plain = reason.chars().map(|char| if char.is_control() { ' ' } else { char });
    let short: String = plain.take(REASON_CHARS_MAX).collect();
    match short.trim() {
        "" => "no reason was given".to_owned(),
        reason => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_each_known_source_once_with_a_bounded_reason() {
        let off = |source: &str, reason: &str| TurnedOff {
            source: source.to_owned(),
            reason: reason.to_owned(),
        };
        let policy = SourcePolicy {
            turned_off: vec![
                off("cs2", &format!("new\u{1b}[31m patch\n{}", "x".repeat(9_000))),
                off("cs2", "a second word"),
                off("a-source-of-tomorrow", "unknown here"),
                off("league", " \n"),
            ],
        };
        let read = policy.read();
        assert_eq!(read.keys().copied().collect::<Vec<_>>(), [Source::League, Source::Cs2]);
        let reason = &read[&Source::Cs2];
        assert!(reason.starts_with("new [31m patch x"), "{reason}");
        assert_eq!(reason.chars().count(), REASON_CHARS_MAX);
        assert_eq!(read[&Source::League], "no reason was given");
    }
}
