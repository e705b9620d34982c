//! A damaged file is set aside, and what can be read of it goes on.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, Row};

use crate::{Bounds, Captured, Error, connection, meta::Meta, taking_in};

const DAMAGED: &str = ".damaged-";

/// Numbers that are tried for a name that is not taken: somebody whose disk damages so
/// many files has seen it.
const NUMBERS_MAX: u32 = 1_000;

/// Where the damaged file is that was set aside last, as long as it is there.
#[must_use]
pub fn set_aside(path: &Path) -> Option<PathBuf> {
    let numbers = (1..NUMBERS_MAX).map(|number| numbered(path, number));
    numbers.take_while(|file| file.exists()).last()
}

/// Sets the file at `path` aside and opens a new one with what can be read of it.
///
/// One process does so at a time: who comes second finds a sound file there.
pub(crate) fn replace(path: &Path) -> Result<Connection, Error> {
    let failed = |cause| Error::SetAside { path: path.to_owned(), cause };
    let lock = File::create(beside(path, ".lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    if let Ok(db) = connection::open(path)
        && is_sound(&db)
    {
        return Ok(db);
    }
    let damaged = (1..NUMBERS_MAX).map(|number| numbered(path, number)).find(|to| !to.exists());
    let damaged = damaged.ok_or_else(|| failed(io::ErrorKind::AlreadyExists.into()))?;
    // The log first: with it alone at the old place nothing would be read from it.
    go(&beside(path, "-wal"), &beside(&damaged, "-wal")).map_err(failed)?;
    go(&beside(path, "-shm"), &beside(&damaged, "-shm")).map_err(failed)?;
    go(path, &damaged).map_err(failed)?;
    let mut db = connection::open(path)?;
    // The damage may be of a kind that the copy fails at: then it ends there.
    drop(copy(&damaged, &mut db));
    Ok(db)
}

fn is_sound(db: &Connection) -> bool {
    let check = db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    check.is_ok_and(|word| word == "ok")
}

/// Copies match by match what can be read; a match whose events cannot be read to the
/// end has those before.
fn copy(damaged: &Path, into: &mut Connection) -> Result<(), Error> {
    let from = connection::look(damaged)?;
    let transaction = into.transaction()?;
    for row in rows(&from, "SELECT key, at_server FROM erasing", |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))
    }) {
        transaction.execute("INSERT OR IGNORE INTO erasing VALUES (?1, ?2)", row)?;
    }
    Meta::GivenUp.add(&transaction, Meta::GivenUp.count(&from).unwrap_or(0))?;
    let matches = rows(&from, "SELECT id, key, last_ms, sent FROM match", |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get::<_, u64>(3)?))
    });
    for (id, key, last_ms, sent) in matches {
        copy_match(&from, id, &key, last_ms, &transaction)?;
        transaction.execute("UPDATE match SET sent = ?2 WHERE key = ?1", (&key, sent))?;
    }
    transaction.commit()?;
    Ok(())
}

fn copy_match(
    from: &Connection,
    id: i64,
    key: &str,
    last_ms: i64,
    into: &Connection,
) -> Result<(), Error> {
    let sql = format!("SELECT event_id, body FROM event WHERE match_id = {id}");
    let events = rows(from, &sql, |row| {
        Ok(Captured {
            event_id: event_model::EventId(uuid::Uuid::from_bytes(row.get(0)?)),
            match_key: key.to_owned(),
            appended_ms: last_ms,
            body: row.get(1)?,
        })
    });
    events.iter().try_for_each(|event| taking_in::keep(into, event, &Bounds::default()))
}

/// The rows up to the first that cannot be read.
fn rows<T>(db: &Connection, sql: &str, read: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let Ok(mut select) = db.prepare(sql) else { return Vec::new() };
    let Ok(rows) = select.query_map([], read) else { return Vec::new() };
    rows.map_while(Result::ok).collect()
}

fn go(from: &Path, to: &Path) -> io::Result<()> {
    if from.exists() { fs::rename(from, to) } else { Ok(()) }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    beside(path, &format!("{DAMAGED}{number}"))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
