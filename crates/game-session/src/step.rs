//! What one reading came to.

use std::collections::BTreeMap;

use event_model::{Event, EventId, Moment};
use serde_json::error::Category;

use crate::{Drift, MatchNow};

/// The outcome of one reading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    /// Events, in the order they happened.
    pub events: Vec<Event>,
    /// Of those that waited for a later frame: when the one came that showed them.
    pub seen: BTreeMap<EventId, Moment>,
    /// The match as the frame shows it.
    pub match_now: MatchNow,
    /// Names in the frame that this version does not know.
    pub drift: Drift,
    /// Why the frame could not be read, where it could not.
    pub unreadable: Option<Unreadable>,
}

/// A frame that could not be read: counted and shown, never guessed at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, or not of the expected shape.
    #[error("not readable as a frame of this game: {0}")]
    Malformed(String),
    /// JSON, but not what this game's client sends.
    #[error("not from the game: {0}")]
    Foreign(&'static str),
    /// More bytes than a frame may have.
    #[error("{bytes} bytes are more than a frame may have ({limit})")]
    TooLarge {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
}

impl Step {
    /// A step that only says why nothing could be read.
    #[must_use]
    pub fn unreadable(why: Unreadable) -> Self {
        Self { unreadable: Some(why), ..Self::default() }
    }
}

impl Unreadable {
    /// What is wrong with JSON, and where in the part that was being read. The
    /// error's own words may quote the frame, and so a player's name.
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let what = match error.classify() {
            Category::Io => "it could not be read to its end",
            Category::Syntax => "it is no JSON",
            Category::Data => "it has another shape",
            Category::Eof => "it ends too early",
        };
        let (line, column) = (error.line(), error.column());
        Self::Malformed(format!("{what} (line {line}, column {column})"))
    }
}
