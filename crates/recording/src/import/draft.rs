//! A frame that is not yet placed in a recording.

use event_model::{Frame, Source, WallTime};

/// What one document of an imported file gives.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) stamp: Option<Stamp>,
    pub(super) source: SourceHint,
    pub(super) frame: Frame,
}

/// When it was, on the clock that the document knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    Wall(WallTime),
    /// Milliseconds of the match.
    Game(i64),
}

/// What a document says of where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceHint {
    /// In so many words.
    Named(Source),
    /// By the names of its parts.
    Guessed(Source),
    Nothing,
}

impl SourceHint {
    /// The stronger of two, the earlier of equals.
    pub(super) fn or(self, later: Self) -> Self {
        match (self, later) {
            (Self::Named(_), _) | (_, Self::Nothing) => self,
            (Self::Guessed(_), Self::Guessed(_)) => self,
            (Self::Guessed(_) | Self::Nothing, Self::Named(_))
            | (Self::Nothing, Self::Guessed(_)) => later,
        }
    }
}
