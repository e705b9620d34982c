//! What changed in a match, page by page.

use ingest_api::FeedEvent;

use super::{Looked, Viewer};
use crate::{Result, Store};

/// Tells an index from one that was made anew, in which revisions count anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation(pub u64);

/// From where on a feed is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedStart {
    /// From the first change on.
    Beginning,
    /// Behind a change.
    After {
        /// The index that it was read from, where that is known.
        generation: Option<Generation>,
        /// The number of the change.
        revision: u64,
    },
}

/// Some changes of a match, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedPage {
    /// The index that they are from.
    pub generation: Generation,
    /// They; or one [`FeedEvent::Reset`] alone, where what the consumer has
    /// cannot be followed from: then every occurrence is to be told anew.
    pub events: Vec<FeedEvent>,
    /// The number up to which that is all.
    pub through: u64,
    /// Whether there is more behind it.
    pub more: bool,
}

impl Store {
    /// What changed in a match, at most `limit` changes.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn feed(
        &self,
        viewer: Viewer,
        key: &str,
        start: FeedStart,
        limit: u32,
    ) -> Result<Looked<FeedPage>> {
        let _ = (start, limit);
        Ok(match self.match_view(viewer, key)? {
            Looked::Found(of) => Looked::Found(FeedPage {
                generation: Generation(0),
                events: vec![FeedEvent::Reset { revision: of.revision }],
                through: of.revision,
                more: false,
            }),
            Looked::Moved(key) => Looked::Moved(key),
            Looked::Unknown => Looked::Unknown,
        })
    }
}
