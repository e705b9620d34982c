//! The file, opened.

#[cfg(unix)]
use std::io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use event_model::WallTime;
use rusqlite::{Connection, Row, TransactionBehavior};
use uuid::Uuid;

use crate::{
    Error, Result, answer, backup,
    index::{self, Door},
    ingest::Intake,
    schema, segment, token,
};

/// How to use the file.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// How long to wait for another process that writes, before giving up.
    pub busy_timeout: Duration,
}

impl Default for StoreOptions {
    /// Five seconds: the operator's shell holds the lock for milliseconds, and
    /// a client waits about half a minute for its answer.
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5) }
    }
}

/// A database, open. Any number of processes may have it open; a server writes
/// through a single one and reads through others.
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) index: Door,
    pub(crate) data_dir: PathBuf,
    pub(crate) options: StoreOptions,
    pub(crate) id: Uuid,
    /// Whoever makes the gate anew is to stop.
    pub(crate) cut_short: Arc<AtomicBool>,
    /// Made by the first batch.
    pub(crate) intake: Option<Box<Intake>>,
}

/// Prepared statements kept: more than all the statements of this crate.
const STATEMENTS_KEPT: usize = 128;

/// Page cache of a connection, in KiB. The writer's holds what one commit of
/// many requests changes, so that no page is written twice.
const CACHE_KIB: i64 = 4 * 1_024;

/// Pages of the WAL that are left to the writer: few enough that it is not
/// noticed, and once it has moved them the WAL begins anew.
const REST_PAGES: u64 = 2_000;

/// Pages of the WAL at which a commit moves them itself (256 MiB): where who
/// should do it has gone, or falls behind.
const WAL_PAGES_MAX: i64 = 65_536;

/// Bytes that the WAL's file keeps when it begins anew: twice what it has
/// under load. After a surge the rest goes back to the disk.
const WAL_KEPT_BYTES: i64 = 64 * 1024 * 1024;

impl Store {
    /// Name of the database in the data directory.
    pub const FILE_NAME: &'static str = "ingest.sqlite";

    /// Opens the database in `data_dir`, and makes both where they are not. What
    /// can be made anew is opened when it is needed, and set aside where it is
    /// damaged.
    ///
    /// # Errors
    /// Where the directory cannot be made, the file is a newer server's, or
    /// SQLite cannot use it.
    pub fn open(data_dir: &Path, options: StoreOptions) -> Result<Self> {
        make_private_directory(data_dir).map_err(Error::Directory)?;
        backup::check_left_behind(data_dir)?;
        schema::check_on_disk(&data_dir.join(Self::FILE_NAME))?;
        let mut connection = connect(data_dir, options)?;
        schema::migrate(&mut connection)?;
        sync_names(data_dir).map_err(Error::Directory)?;
        let id = read_id(&connection)?;
        let index = Door::new(data_dir, options, index::READER_CACHE_KIB);
        let data_dir = data_dir.to_owned();
        let cut_short = Arc::default();
        Ok(Self { connection, index, data_dir, options, id, cut_short, intake: None })
    }

    /// The database's own name, made with it.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Where it is.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// How it was opened.
    #[must_use]
    pub fn options(&self) -> StoreOptions {
        self.options
    }

    /// Gives the database a new name, after it was restored from a backup:
    /// companions that see another name send again what the backup lacks. A
    /// server that runs keeps the old name until it is started again.
    ///
    /// Answers are forgotten: they were given under the old name.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn renew_id(&mut self) -> Result<Uuid> {
        let id = token::random_uuid();
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("UPDATE store SET store_id = ?1", [id.to_string()])?;
        // A kept answer names the database that gave it: between the two names a
        // companion would send everything again, and again.
        answer::forget_all(&transaction)?;
        transaction.commit()?;
        self.id = id;
        Ok(id)
    }

    /// Set from another thread, it ends the making anew of the gate at its next
    /// step: then what waits for it is to be sent again.
    #[must_use]
    pub fn cut_short(&self) -> Arc<AtomicBool> {
        self.cut_short.clone()
    }

    /// Leaves an index that was set aside meanwhile, before it is read.
    pub fn look_again(&mut self) {
        self.index.look_again();
    }

    /// Sets a damaged index aside, where that may be the cause of `error`.
    pub fn mend_after(&mut self, error: &Error) {
        self.index.mend_after(error);
    }

    /// Position of the newest event in the log; 0 where it is empty.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn log_position(&self) -> Result<u64> {
        let segments = segment::all(&self.connection)?;
        Ok(segment::log_end(&self.connection, &segments)?.position.cast_unsigned())
    }

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

/// A connection to the database itself.
pub(crate) fn connect(data_dir: &Path, options: StoreOptions) -> Result<Connection> {
    let connection = Connection::open(data_dir.join(Store::FILE_NAME))?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Not NORMAL: a receipt says `stored`, so the commit must have reached the
    // disk even if the power fails. EXTRA is FULL with a log; without one, where
    // the system gives none, it flushes the directory as well.
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", WAL_KEPT_BYTES)?;
    // What a device had erased is overwritten where its page is written anyway.
    // A page that becomes free keeps its bytes until it is used again, and the
    // WAL until it begins anew.
    connection.pragma_update(None, "secure_delete", "FAST")?;
    Ok(connection)
}

/// The database's own name.
pub(crate) fn read_id(connection: &Connection) -> Result<Uuid> {
    let sql = "SELECT store_id FROM store";
    Ok(connection.query_row(sql, [], |row| uuid_column(row, "store_id"))?)
}

/// Moves pages without stopping anybody; gives how many are left.
pub(crate) fn checkpoint(connection: &Connection) -> Result<u64> {
    let (pages, moved): (i64, i64) =
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok((row.get(1)?, row.get(2)?))
        })?;
    Ok((pages - moved).max(0).cast_unsigned())
}

pub(crate) fn make_private_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    // The file holds players' names: nobody else on the machine needs it.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    sync_names(path)
}

/// Puts the directory's own name on disk, and the names in it: a file that was
/// flushed is lost all the same with a directory that was not.
#[cfg(unix)]
fn sync_names(path: &Path) -> std::io::Result<()> {
    for directory in path.ancestors().take(2).filter(|path| !path.as_os_str().is_empty()) {
        match fs::File::open(directory).and_then(|directory| directory.sync_all()) {
            // Not ours to read, or nothing that can be flushed.
            Err(error) if matches!(error.kind(), PermissionDenied | InvalidInput | Unsupported) => {
            }
            synced => synced?,
        }
    }
    Ok(())
}

/// Windows has no handle on a directory to flush; names are journalled.
#[cfg(not(unix))]
fn sync_names(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A UUID: text where an operator's SQL may want to name it, else bytes.
pub(crate) fn uuid_column(row: &Row<'_>, name: &str) -> rusqlite::Result<Uuid> {
    use rusqlite::types::{Type, ValueRef};
    let (uuid, kind) = match row.get_ref(name)? {
        ValueRef::Blob(bytes) => (Uuid::from_slice(bytes), Type::Blob),
        ValueRef::Text(text) => (Uuid::try_parse_ascii(text), Type::Text),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {
            (Uuid::from_slice(&[]), Type::Null)
        }
    };
    uuid.map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(error)))
}

/// A count, which is never negative.
pub(crate) fn count_column(row: &Row<'_>, name: &str) -> rusqlite::Result<u64> {
    row.get::<_, i64>(name).map(|count| u64::try_from(count).unwrap_or(0))
}

/// An instant in milliseconds.
pub(crate) fn time_column(row: &Row<'_>, name: &str) -> rusqlite::Result<WallTime> {
    row.get(name).map(WallTime::from_unix_ms)
}

/// A number for SQLite, whose integers are signed. Sequences and counts are
/// bounded where they are read, so nothing real is ever clamped.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A time quality as the tables write it.
pub(crate) mod quality {
    use association::TimeQuality;

    pub(crate) fn text(quality: TimeQuality) -> &'static str {
        match quality {
            TimeQuality::Good => "good",
            TimeQuality::Low => "low",
        }
    }

    /// The tables' CHECK allows only the two words.
    pub(crate) fn read(text: &str) -> TimeQuality {
        if text == "good" { TimeQuality::Good } else { TimeQuality::Low }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

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
