//! The tables, and how older files come to have them.

mod on_disk;

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::{Error, counters, salvage::schema_versions};

/// Marks the file as ours in its header ("RSOB").
const APPLICATION_ID: i32 = 0x5253_4F42;

/// One step per released schema, in order; a step is never changed once it was
/// released. The number of steps a file has taken is its `user_version`.
const MIGRATIONS: [&str; 3] =
    [include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];

/// The newest schema that this program knows.
const VERSION: u32 = 3;

/// The first with spans, which the laws of this crate speak of.
const SPANS_SINCE: u32 = 2;
/// The first whose programs all write the checksum of the sums.
const SEALED_SINCE: u32 = 3;

/// Brings the file to the newest schema, and does `first` in the same transaction;
/// does nothing to one that has it.
pub(crate) fn migrate(
    db: &mut Connection,
    first: impl FnOnce(&Connection) -> Result<(), Error>,
) -> Result<(), Error> {
    if check(db)? == VERSION {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = check(&transaction)?;
    if found == VERSION {
        return Ok(());
    }
    for step in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    first(&transaction)?;
    counters::seal(&transaction)?;
    transaction.commit()?;
    Ok(())
}

/// Whether this program knows the file's schema; the file is not touched.
///
/// # Errors
/// Where a newer program wrote it.
pub(crate) fn known(path: &Path) -> Result<(), Error> {
    let Err(newer) = judge(on_disk::version(path)) else { return Ok(()) };
    if is_newer_for_sure(path) { Err(newer) } else { Ok(()) }
}

/// The owner may write over the log while it is read, and a power failure may have
/// torn it for good: there a version counts in a page that is whole.
fn is_newer_for_sure(path: &Path) -> bool {
    let is_newer = |version: &u32| !is_known(*version);
    let in_log = match schema_versions(&on_disk::wal_of(path)) {
        Ok(Some(versions)) => versions.iter().any(is_newer),
        // Whatever wrote it is not this program.
        Ok(None) => true,
        Err(_) => false,
    };
    in_log || on_disk::in_file(path).is_ok_and(|version| is_newer(&version))
}

/// The file's schema version.
///
/// # Errors
/// Where it is newer than this program.
pub(crate) fn check(db: &Connection) -> Result<u32, Error> {
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    judge(found)
}

fn judge(found: u32) -> Result<u32, Error> {
    if found > VERSION {
        return Err(Error::NewerSchema { found, known: VERSION });
    }
    Ok(found)
}

/// Whether this program knows a version.
pub(crate) fn is_known(version: u32) -> bool {
    version <= VERSION
}

/// Whether it is the one that files are brought to.
pub(crate) fn is_newest(version: u32) -> bool {
    version == VERSION
}

/// Whether a file of this version has the tables that the laws speak of.
pub(crate) fn has_spans(version: u32) -> bool {
    version >= SPANS_SINCE
}

/// Whether the checksum of the sums must be in it, and fit. In an older file it says
/// nothing: see `schema/3.sql`.
pub(crate) fn seals_sums(version: u32) -> bool {
    version >= SEALED_SINCE
}

/// The newest, which files are brought to.
pub(crate) fn newest() -> u32 {
    VERSION
}

/// An empty file of a known version, in memory: what its tables read like.
pub(crate) fn made(version: u32) -> Result<Connection, Error> {
    let db = Connection::open_in_memory()?;
    for step in MIGRATIONS.iter().take(version as usize) {
        db.execute_batch(step)?;
    }
    Ok(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_counted() {
        assert_eq!(MIGRATIONS.len(), VERSION as usize);
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", VERSION + 1).unwrap();
        let refused = migrate(&mut db, |_| Ok(()));
        assert!(matches!(refused, Err(Error::NewerSchema { found: 4, known: 3 })), "{refused:?}");
        let tables: u32 =
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 0, "nothing was made in it");
    }
}
