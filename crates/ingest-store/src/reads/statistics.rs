//! What players did.

use ingest_api::{MatchStatistics, PlayerStatistics};

use super::{Looked, Viewer};
use crate::{Result, Store};

impl Store {
    /// What the players of a match did.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn statistics(&self, viewer: Viewer, key: &str) -> Result<Looked<MatchStatistics>> {
        Ok(match self.match_view(viewer, key)? {
            Looked::Found(of) => Looked::Found(MatchStatistics {
                match_key: of.key,
                revision: of.revision,
                sealed: of.sealed,
                players: Vec::new(),
            }),
            Looked::Moved(key) => Looked::Moved(key),
            Looked::Unknown => Looked::Unknown,
        })
    }

    /// What one player did in all matches.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn player_statistics(&self, account: &str) -> Result<PlayerStatistics> {
        Ok(PlayerStatistics { account: account.to_owned(), games: Vec::new() })
    }
}
