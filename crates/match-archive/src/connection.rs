//! How the file is opened.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::Error;

/// Marks the file as ours in its header ("RSMA").
const APPLICATION_ID: i32 = 0x5253_4D41;

/// The newest tables that this program knows.
const VERSION: u32 = 1;

/// How long a write waits for another process's; a slow disk's flush takes a second.
const BUSY_MAX: Duration = Duration::from_secs(5);

/// The log is cut to this when it was written into the file.
const LOG_BYTES_MAX: u32 = 4 * 1024 * 1024;

/// Statements kept prepared: all of them.
const STATEMENTS_MAX: usize = 64;

/// Opens the file, which is made where it is missing.
pub(crate) fn open(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_CREATE;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_MAX)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // The outbox forgets what this file has, so it is on disk when a write returns.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "journal_size_limit", LOG_BYTES_MAX)?;
    // What a player erased is not left in pages that nobody uses.
    db.pragma_update(None, "secure_delete", "ON")?;
    make_tables(path, &mut db)?;
    Ok(db)
}

/// Opens a file that was set aside, as it is.
pub(crate) fn look(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}

fn make_tables(path: &Path, db: &mut Connection) -> Result<(), Error> {
    if is_newest(path, db)? {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been first.
    if is_newest(path, &transaction)? {
        return Ok(());
    }
    transaction.execute_batch(include_str!("schema.sql"))?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

fn is_newest(path: &Path, db: &Connection) -> Result<bool, Error> {
    match db.pragma_query_value(None, "user_version", |row| row.get(0))? {
        0 => Ok(false),
        VERSION => Ok(true),
        found => Err(Error::NewerSchema { path: path.to_owned(), found }),
    }
}
