//! What the companion tells whoever shows it: a window, or a terminal.

use serde::Serialize;

use crate::CompanionStatus;

/// The one seam between the companion and its window.
///
/// Calls come from the companion's own tasks and must return at once.
pub trait Shell: Send + Sync + 'static {
    /// An event was captured; called again with the same id when it is saved.
    fn feed(&self, entry: FeedEntry);
    /// Something in the status changed.
    fn status(&self, status: CompanionStatus);
}

/// A line of the live feed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedEntry {
    /// The event's id.
    pub event_id: String,
    /// The source's name.
    pub source: String,
    /// The match.
    pub match_key: String,
    /// The kind's word, such as `kill`.
    pub kind: String,
    /// Who did it.
    pub attacker: Option<String>,
    /// To whom.
    pub victim: Option<String>,
    /// Whose client saw it.
    pub observer: Option<String>,
    /// Counted from 1.
    pub round: Option<u32>,
    /// The game's own clock.
    pub match_clock_ms: Option<i64>,
    /// When it was seen, RFC 3339.
    pub time: String,
    /// Whether it is on disk.
    pub saved: Saved,
}

/// Whether a captured event is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Saved {
    /// In the outbox.
    Saved,
    /// Kept in memory: the disk does not take it.
    NotSaved,
}
