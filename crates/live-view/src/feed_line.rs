//! A line of the live feed.

use serde::Serialize;

/// An event as the player sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FeedLine {
    /// Tells lines apart: a line that comes again replaces the first.
    pub event_id: String,
    /// The source's name, such as `cs2`.
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
    /// What the event calls them, where it names accounts and theirs is among them.
    pub you: Option<String>,
    /// Counted from 1.
    pub round: Option<u32>,
    /// The game's own clock.
    pub match_clock_ms: Option<i64>,
    /// The game's own word for the objective that was taken, such as `dragon`, or
    /// for what no kind has a word for.
    pub named: Option<String>,
    /// Kills in a row, where the game counts them.
    pub streak: Option<u32>,
    /// The game's own word for the weapon, such as `weapon_ak47`.
    pub weapon: Option<String>,
    /// Whether it was a shot at the head, where the game tells.
    pub headshot: Option<bool>,
    /// When it was seen, RFC 3339.
    pub time: String,
    /// Whether it is on disk.
    pub saved: Saved,
}

/// Whether a captured event is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Saved {
    /// In the outbox.
    Saved,
    /// Kept in memory: the disk does not take it.
    NotSaved,
}
