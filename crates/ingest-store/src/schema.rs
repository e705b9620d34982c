//! The tables, and how an older file becomes a newer one.

mod from_1;
mod on_disk;

use std::path::Path;

use event_model::NamesKey;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::{Error, Result, backup, token};
pub(crate) use on_disk::{is_database, is_without_log};

/// Brings a file from the version of its index to the next one.
type Migration = fn(&Transaction<'_>) -> Result<()>;

/// Never edited once released: a file may be at any of them.
const MIGRATIONS: [Migration; 4] = [to_1, to_2, to_3, to_4];

fn to_1(transaction: &Transaction<'_>) -> Result<()> {
    Ok(transaction.execute_batch(include_str!("schema/0001.sql"))?)
}

fn to_2(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute_batch(include_str!("schema/0002.sql"))?;
    from_1::convert(transaction)
}

fn to_3(transaction: &Transaction<'_>) -> Result<()> {
    Ok(transaction.execute_batch(include_str!("schema/0003.sql"))?)
}

fn to_4(transaction: &Transaction<'_>) -> Result<()> {
    Ok(transaction.execute_batch(include_str!("schema/0004.sql"))?)
}

/// Brings the file to the newest version.
///
/// A file that is there already is left alone without taking the write lock,
/// so that a reader can be opened while somebody writes. Otherwise the version
/// is read again under the lock: another process may be bringing the same file
/// up at this moment.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    bring_up(connection)?;
    backup::name_copy(connection)
}

/// Refuses the file of a newer server before anything of it is touched.
pub(crate) fn check_on_disk(path: &Path) -> Result<()> {
    // The first look is short, and a torn page of the log may mislead it: one that
    // a server writes at this moment, or that a power cut left.
    judge(on_disk::version(path)).or_else(|_| judge(on_disk::sound_version(path)))
}

fn judge(found: u32) -> Result<()> {
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    if found > MIGRATIONS.len() {
        return Err(Error::Newer { found, known: MIGRATIONS.len() });
    }
    Ok(())
}

fn bring_up(connection: &mut Connection) -> Result<()> {
    if version(connection)? == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found > MIGRATIONS.len() {
        return Err(Error::Newer { found, known: MIGRATIONS.len() });
    }
    for migration in &MIGRATIONS[found..] {
        migration(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", known_version())?;
    transaction.execute(
        "INSERT INTO store (singleton, store_id) VALUES (1, ?1) ON CONFLICT DO NOTHING",
        params![token::random_uuid().to_string()],
    )?;
    transaction.execute(
        "UPDATE store SET names_key = ?1 WHERE names_key IS NULL",
        params![token::random_bytes::<{ NamesKey::BYTES }>()],
    )?;
    transaction.commit()?;
    Ok(())
}

/// The version of a file, where it is of this server's making and known here.
pub(crate) fn known(connection: &Connection) -> Result<Option<usize>> {
    let found = version(connection)?;
    if found > MIGRATIONS.len() {
        return Err(Error::Newer { found, known: MIGRATIONS.len() });
    }
    Ok((found > 0 && connection.table_exists(None, "store")?).then_some(found))
}

fn version(connection: &Connection) -> Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn known_version() -> i64 {
    i64::try_from(MIGRATIONS.len()).expect("there are few migrations")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_newer_server_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 999).unwrap();
        let refused = migrate(&mut connection);
        assert!(matches!(refused, Err(Error::Newer { found: 999, known: 4 })));
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let store_id = |connection: &Connection| -> String {
            connection.query_row("SELECT store_id FROM store", [], |row| row.get(0)).unwrap()
        };
        migrate(&mut connection).unwrap();
        let first = store_id(&connection);
        migrate(&mut connection).unwrap();
        assert_eq!(store_id(&connection), first, "a database keeps its name");
    }

    #[test]
    fn a_database_has_one_key_of_names_for_ever_and_another_has_another() {
        let key = |connection: &Connection| -> [u8; 32] {
            connection.query_row("SELECT names_key FROM store", [], |row| row.get(0)).unwrap()
        };
        let (mut one, mut other) =
            (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        migrate(&mut one).unwrap();
        migrate(&mut other).unwrap();
        let first = key(&one);
        migrate(&mut one).unwrap();
        assert_eq!(key(&one), first);
        assert_ne!(key(&other), first);
    }
}
