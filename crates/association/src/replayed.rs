//! Matches of replays that a server keeps apart from those that were played.

use event_model::MatchKey;

pub use event_model::REPLAYED;

/// The key under which replays of a match are kept apart.
#[must_use]
pub fn replayed(key: &str) -> String {
    format!("{REPLAYED}{key}")
}

/// Whether replays are kept apart under this key.
#[must_use]
pub fn is_replayed(key: &MatchKey) -> bool {
    key.as_str().starts_with(REPLAYED)
}

/// The key as the game has it.
pub(crate) fn as_played(key: &MatchKey) -> &str {
    key.as_str().strip_prefix(REPLAYED).unwrap_or(key.as_str())
}
