//! What readers and devices are shown.

mod cursor;
mod feed;
mod matches;
mod occurrences;
mod statistics;
mod streams;
#[cfg(test)]
mod tests;
mod viewer;
mod views;

use crate::Result;

pub use cursor::{Cursor, InvalidCursor};
pub use feed::{FeedPage, FeedStart, Generation};
pub use matches::{AssociationFigures, MatchPage};
pub use occurrences::{OccurrenceLooked, OccurrencePage};
pub use viewer::Viewer;

/// What is found under a match's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked<T> {
    /// This.
    Found(T),
    /// The match was joined into the one of this key.
    Moved(String),
    /// No match, or none that the viewer may see yet.
    Unknown,
}

impl<T> Looked<T> {
    /// What was found, if anything was.
    #[must_use]
    pub fn found(self) -> Option<T> {
        match self {
            Self::Found(found) => Some(found),
            Self::Moved(_) | Self::Unknown => None,
        }
    }

    /// Makes something else of what was found.
    fn try_map<U>(self, make: impl FnOnce(T) -> Result<U>) -> Result<Looked<U>> {
        Ok(match self {
            Self::Found(found) => Looked::Found(make(found)?),
            Self::Moved(key) => Looked::Moved(key),
            Self::Unknown => Looked::Unknown,
        })
    }
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Behind this item; from the first where absent.
    pub after: Option<Cursor>,
    /// So many items at most.
    pub limit: u32,
}

/// Cuts a list that was asked for one item more than the page holds.
fn cut<T>(items: &mut Vec<T>, limit: u32) -> Option<&T> {
    let limit = usize::try_from(limit).expect("an address has at least 32 bits");
    let more = items.len() > limit;
    items.truncate(limit);
    if more { items.last() } else { None }
}
