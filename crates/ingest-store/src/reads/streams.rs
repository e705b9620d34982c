//! Who told of a match, on which clocks.

use ingest_api::StreamList;

use super::{Looked, Viewer};
use crate::{Result, Store};

impl Store {
    /// The streams of a match.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn streams(&self, viewer: Viewer, key: &str) -> Result<Looked<StreamList>> {
        Ok(match self.match_view(viewer, key)? {
            Looked::Found(of) => Looked::Found(StreamList {
                match_key: of.key,
                revision: of.revision,
                streams: Vec::new(),
            }),
            Looked::Moved(key) => Looked::Moved(key),
            Looked::Unknown => Looked::Unknown,
        })
    }
}
