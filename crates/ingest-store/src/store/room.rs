//! The room that the write-ahead log takes, and what is free inside the file.

use std::{fs, time::Duration};

use rusqlite::Connection;

use crate::{Result, Store};

/// Pages of the WAL that are left to the writer: few enough that it is not
/// noticed, and once it has moved them the WAL begins anew.
const REST_PAGES: u64 = 2_000;

/// Pages of the WAL at which a commit moves them itself (256 MiB): where who
/// should do it has gone, or falls behind.
const WAL_PAGES_MAX: i64 = 65_536;

impl Store {
    /// Leaves checkpoints to somebody else, but for the last part of each
    /// ([`Self::checkpoint_rest`]): no commit stops for one, as long as they are
    /// made.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn leave_checkpoints(&self) -> Result<()> {
        self.checkpoint_itself_from(WAL_PAGES_MAX)
    }

    fn checkpoint_itself_from(&self, pages: i64) -> Result<()> {
        Ok(self.connection.pragma_update(None, "wal_autocheckpoint", pages)?)
    }

    /// Moves the last of the WAL's pages, so that it begins anew. `false` where
    /// `left` are too many to stop for, and somebody else should go on.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn checkpoint_rest(&self, left: u64) -> Result<bool> {
        let is_done = left <= REST_PAGES;
        if is_done && checkpoint(&self.connection)? == 0 && self.wal_bytes() > self.wal_kept()? {
            self.empty_wal()?;
        }
        Ok(is_done)
    }

    /// Gives the room that the WAL takes back to the disk, as far as nobody
    /// reads what is in it: for a disk that has no room for the next commit,
    /// which would give it back.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn give_room_back(&self) -> Result<()> {
        if self.wal_bytes() > 0 && checkpoint(&self.connection)? == 0 {
            self.empty_wal()?;
        }
        Ok(())
    }

    fn wal_bytes(&self) -> u64 {
        let wal = self.data_dir.join(format!("{}-wal", Self::FILE_NAME));
        fs::metadata(wal).map_or(0, |metadata| metadata.len())
    }

    fn wal_kept(&self) -> Result<u64> {
        let kept: i64 =
            self.connection.pragma_query_value(None, "journal_size_limit", |row| row.get(0))?;
        Ok(u64::try_from(kept).unwrap_or(u64::MAX))
    }

    /// Waits for nobody: where one still reads it, another time.
    fn empty_wal(&self) -> Result<()> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.connection.busy_timeout(self.options.busy_timeout)?;
        Ok(emptied?)
    }

    /// Bytes of the database's file that hold nothing, since what was in them
    /// was dropped. They are used before the file grows.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn free_bytes(&self) -> Result<u64> {
        let number = |pragma: &str| -> Result<u64> {
            let mut statement = self.connection.prepare_cached(pragma)?;
            Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
        };
        Ok(number("PRAGMA freelist_count")? * number("PRAGMA page_size")?)
    }
}

/// Moves pages without stopping anybody; gives how many are left.
pub(crate) fn checkpoint(connection: &Connection) -> Result<u64> {
    let (pages, moved): (i64, i64) =
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok((row.get(1)?, row.get(2)?))
        })?;
    Ok((pages - moved).max(0).cast_unsigned())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{StoreOptions, columns::signed};

    const PAGE: u64 = 4_096 + 24;

    fn wal_bytes(dir: &TempDir) -> u64 {
        let wal = dir.path().join(format!("{}-wal", Store::FILE_NAME));
        fs::metadata(wal).map_or(0, |metadata| metadata.len())
    }

    /// About seventeen pages of the WAL.
    fn commit(store: &Store) {
        let sql = "INSERT INTO server_version (version) VALUES (hex(randomblob(30000)))";
        store.connection.execute(sql, []).unwrap();
    }

    #[test]
    fn a_log_that_nobody_else_moves_is_moved_by_commits() {
        let dir = TempDir::new().unwrap();
        let store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        store.leave_checkpoints().unwrap();
        store.checkpoint_itself_from(100).unwrap();
        (0..40).for_each(|_| commit(&store));
        assert!(wal_bytes(&dir) < 200 * PAGE, "{} bytes", wal_bytes(&dir));
    }

    #[test]
    fn after_a_surge_the_log_gives_its_room_back() {
        let dir = TempDir::new().unwrap();
        let store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        store.leave_checkpoints().unwrap();
        let kept = 60 * PAGE;
        store.connection.pragma_update(None, "journal_size_limit", signed(kept)).unwrap();
        commit(&store);
        (0..10).for_each(|_| commit(&store));
        assert!(wal_bytes(&dir) > 100 * PAGE);
        assert!(!store.checkpoint_rest(REST_PAGES + 1).unwrap(), "too many to stop for");
        assert!(store.checkpoint_rest(REST_PAGES).unwrap());
        assert!(wal_bytes(&dir) <= kept, "{} bytes, and no commit may follow", wal_bytes(&dir));
        commit(&store);
        assert!(store.checkpoint_rest(0).unwrap());
    }

    #[test]
    fn a_log_that_somebody_reads_is_emptied_later() {
        let dir = TempDir::new().unwrap();
        let store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        let other = Store::open(dir.path(), StoreOptions::default()).unwrap();
        commit(&store);
        let reading = other.connection.unchecked_transaction().unwrap();
        let count = |from: &Connection| -> i64 {
            from.query_row("SELECT count(*) FROM server_version", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(count(&reading), 1);
        commit(&store);
        store.give_room_back().unwrap();
        assert!(wal_bytes(&dir) > 0);
        assert_eq!(count(&reading), 1);
        drop(reading);
        store.give_room_back().unwrap();
        assert_eq!(wal_bytes(&dir), 0);
        assert_eq!(count(&other.connection), 2);
    }

    #[test]
    fn what_is_dropped_leaves_room_inside() {
        let dir = TempDir::new().unwrap();
        let store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        commit(&store);
        let before = store.free_bytes().unwrap();
        store.connection.execute("DELETE FROM server_version", []).unwrap();
        assert!(store.free_bytes().unwrap() >= before + 60_000);
    }
}
