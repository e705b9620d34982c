//! How the file is opened and written.

use std::{path::Path, time::Duration};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, config::DbConfig, ffi,
};

use crate::{Error, bounds::FILE_BYTES_MAX, counters};

/// How long a write waits for another process's single transaction; those take
/// milliseconds, and a slow disk's fsync a second.
const BUSY_MAX: Duration = Duration::from_secs(5);

/// And how long a start waits for it: it goes on without, and is finished later.
const START_BUSY_MAX: Duration = Duration::from_secs(2);

/// The WAL is cut to this when it was checkpointed: one burst of appends does
/// not hold the disk space for ever.
const WAL_BYTES_MAX: u32 = 8 * 1024 * 1024;

/// Statements kept prepared: all of them.
const STATEMENTS_MAX: usize = 64;

/// Whether a file that is not there is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfAbsent {
    /// The owner makes it.
    Create,
    /// Others only look at one.
    Fail,
}

/// Opens the file with the settings that every transaction relies on. Until it
/// is [`bound`], nothing but the disk bounds it.
pub(crate) fn open(path: &Path, if_absent: IfAbsent) -> Result<Connection, Error> {
    let create = match if_absent {
        IfAbsent::Create => OpenFlags::SQLITE_OPEN_CREATE,
        IfAbsent::Fail => OpenFlags::empty(),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(START_BUSY_MAX)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // EXTRA is FULL with a log. Where the system cannot give us one, or failed
    // to at this opening, SQLite goes on with a journal, whose end counts only
    // once the folder was flushed.
    db.pragma_update(None, "synchronous", "EXTRA")?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "journal_size_limit", WAL_BYTES_MAX)?;
    Ok(db)
}

/// From here on a write waits as long as others may take.
pub(crate) fn take_time(db: &Connection) -> Result<(), Error> {
    Ok(db.busy_timeout(BUSY_MAX)?)
}

/// Opens the file for one that does not own it: its log is the owner's, also
/// where this one is the last to close it.
pub(crate) fn open_anothers(path: &Path) -> Result<Connection, Error> {
    let db = open(path, IfAbsent::Fail)?;
    // A player deletes here, and what is deleted is not to be read in the file.
    db.pragma_update(None, "secure_delete", "ON")?;
    take_time(&db)?;
    bound(&db, FILE_BYTES_MAX)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(db)
}

/// Opens the file so that nothing in it changes, not even when it is closed.
pub(crate) fn look(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_MAX)?;
    Ok(db)
}

/// Opens the file for reading as if nobody else were there, without the index
/// that processes share: that is a file too, and a full disk takes none.
pub(crate) fn look_alone(path: &Path) -> Result<Connection, Error> {
    let system = if cfg!(windows) { "win32-none" } else { "unix-none" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags_and_vfs(path, flags, system)?;
    db.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(db)
}

/// Lets SQLite undo what a crash left half done in a file without a log.
pub(crate) fn roll_back(path: &Path) -> Result<(), Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_MAX)?;
    // To read is enough: SQLite does it first.
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(())
}

/// Closes a damaged file as it is: its log is not written into it.
pub(crate) fn abandon(db: Connection) {
    // Where even that fails, closing does what it does to any file.
    drop(db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true));
    drop(db);
}

/// The file grows to this and no further.
pub(crate) fn bound(db: &Connection, bytes_max: u64) -> Result<(), Error> {
    let page: u64 = db.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = (bytes_max / page.max(1)).max(1);
    // It answers with what it took.
    db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    Ok(())
}

/// Runs `change` in one transaction; an error undoes all of it. Nothing is done
/// on sums that are not those that were written.
///
/// Every commit is flushed, a claim's too, although it is forgotten at the next
/// start: what is written later would stand behind it in the log.
///
/// Where the disk failed, the next write first makes the log anew. A flush that
/// failed may have lost what was written before it, and a second flush would not
/// bring it back: later commits would stand behind a hole in the log, and a
/// power failure would take them. Until then the connection takes no write.
pub(crate) fn write<T>(
    db: &mut Connection,
    change: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    if db.pragma_query_value(None, LOG_IS_SUSPECT, |row| row.get(0))? {
        make_log_anew(db)?;
    }
    let changed = transact(db, change);
    if let Err(Error::Sqlite(cause)) = &changed
        && cause.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
    {
        db.pragma_update(None, LOG_IS_SUSPECT, true)?;
    }
    changed
}

/// SQLite's own mark on a connection that is not to write.
const LOG_IS_SUSPECT: &str = "query_only";

/// What the log of a file begins with, as its owner opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    /// Nothing: it was made anew.
    Anew,
    /// What the last owner wrote, since somebody reads it, or the disk is full.
    /// That owner may have been killed after a flush had failed. What a power
    /// failure would hide then is salvaged; so nobody waits for the reader, but
    /// it is not left so.
    Inherited,
}

/// Makes the log anew where nobody reads what is in it and there is room, without
/// waiting.
pub(crate) fn begin_log(db: &Connection) -> Result<Log, Error> {
    let wait_ms: u64 = db.pragma_query_value(None, "busy_timeout", |row| row.get(0))?;
    db.busy_timeout(Duration::ZERO)?;
    let made = make_log_anew(db);
    db.busy_timeout(Duration::from_millis(wait_ms))?;
    match made {
        Ok(()) => Ok(Log::Anew),
        Err(error) if error.is_busy() || error.is_full() => Ok(Log::Inherited),
        Err(error) => Err(error),
    }
}

/// Moves everything into the database, flushes that, and empties the log.
pub(crate) fn make_log_anew(db: &Connection) -> Result<(), Error> {
    let is_busy: bool = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        // Somebody reads what is in the log, and keeps doing so.
        return Err(Error::Sqlite(rusqlite::Error::SqliteFailure(
            ffi::Error::new(ffi::SQLITE_BUSY),
            None,
        )));
    }
    trust(db)
}

/// The connection is to write again.
pub(crate) fn trust(db: &Connection) -> Result<(), Error> {
    Ok(db.pragma_update(None, LOG_IS_SUSPECT, false)?)
}

fn transact<T>(
    db: &mut Connection,
    change: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !counters::are_whole(&transaction)? {
        return Err(Error::Damaged(transaction.path().unwrap_or_default().into()));
    }
    let changed = change(&transaction)?;
    counters::seal(&transaction)?;
    transaction.commit()?;
    Ok(changed)
}
