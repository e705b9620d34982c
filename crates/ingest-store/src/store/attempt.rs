//! A commit of nothing.

use rusqlite::TransactionBehavior;

use crate::{Result, Store};

impl Store {
    /// Commits something that changes nothing, as durably as a batch: whether the
    /// store takes something again after it failed.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn attempt(&mut self) -> Result<()> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Unlike a row that stays as it is, this is written.
        let version: i64 =
            transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        transaction.pragma_update(None, "user_version", version)?;
        Ok(transaction.commit()?)
    }
}
