//! A commit of nothing.

use event_model::WallTime;
use ingest_api::Lifetimes;
use rusqlite::TransactionBehavior;

use crate::{IngestTerms, Result, Store};

impl Store {
    /// Commits something that changes nothing, as durably as a batch: whether the
    /// store takes something again after it failed. It asks the gate as well, and
    /// has an index made anew that was set aside.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn attempt(&mut self, at: WallTime) -> Result<()> {
        let terms = IngestTerms {
            server_version: String::new(),
            lifetimes: Lifetimes::default(),
            separates_replays: false,
        };
        self.take_in(&[], &terms, Some(at))?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Unlike a row that stays as it is, this is written.
        let version: i64 =
            transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        transaction.pragma_update(None, "user_version", version)?;
        Ok(transaction.commit()?)
    }
}
