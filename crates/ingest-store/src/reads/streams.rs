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
        self.match_row(viewer, key)?.try_map(|of| {
            Ok(StreamList {
                match_key: of.view.key,
                revision: of.view.revision,
                streams: Vec::new(),
            })
        })
    }
}
