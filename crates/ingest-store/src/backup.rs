//! Backup and restore of the database's one file.
//!
//! A copy carries no name: its first opening gives it one, so that companions
//! see another store and send again what the copy lacks, whoever puts it back
//! and however.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, backup::Backup};
use uuid::Uuid;

use crate::{Error, Result, Store, schema, token};

/// The name of a copy: none.
const UNNAMED: Uuid = Uuid::nil();
/// Every page in one step: one snapshot, which writers do not disturb.
const ALL_PAGES: std::ffi::c_int = -1;
/// What a file is called until it is whole.
const UNFINISHED: &str = "unfinished";
/// What a database is called that a copy took the place of.
const SET_ASIDE: &str = "before-restore";
/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The database's new name.
    pub store: Uuid,
    /// Where the database is that was there, where there was one.
    pub set_aside: Option<PathBuf>,
}

impl Store {
    /// Copies the database in `data_dir` to `to`, as it is at this moment, also
    /// while a server writes. The copy is one file, checked and on disk when
    /// this returns.
    ///
    /// # Errors
    /// [`Error::Exists`] where `to` is there: a backup is never written over.
    pub fn back_up(data_dir: &Path, to: &Path) -> Result<()> {
        if to.exists() {
            return Err(Error::Exists(to.to_owned()));
        }
        let unfinished = beside(to, UNFINISHED);
        copy(&data_dir.join(Self::FILE_NAME), &unfinished, UNNAMED)?;
        put(&unfinished, to)
    }

    /// Puts a copy of `from` in the place of the database in `data_dir`, under a
    /// new name. The database that was there is set aside. No server may run.
    ///
    /// # Errors
    /// Where `from` is no sound database of this server's. Then nothing changed.
    pub fn restore(data_dir: &Path, from: &Path) -> Result<Restored> {
        Self::prepare(data_dir)?;
        let path = data_dir.join(Self::FILE_NAME);
        let (unfinished, store) = (beside(&path, UNFINISHED), token::random_uuid());
        copy(from, &unfinished, store)?;
        let set_aside = set_aside(&path)?;
        put(&unfinished, &path)?;
        Ok(Restored { store, set_aside })
    }
}

/// Gives an unnamed copy a name, when it is first opened.
pub(crate) fn name_copy(connection: &Connection) -> Result<()> {
    // Somebody else may open it at this moment: one name wins.
    let names = [token::random_uuid().to_string(), UNNAMED.to_string()];
    connection.execute("UPDATE store SET store_id = ?1 WHERE store_id = ?2", names)?;
    Ok(())
}

/// Whether a database with this name is a copy that was never opened.
pub(crate) fn is_unnamed(store: Uuid) -> bool {
    store == UNNAMED
}

/// Writes a checked copy under another name.
fn copy(from: &Path, to: &Path, name: Uuid) -> Result<()> {
    remove(to).map_err(Error::Backup)?;
    // Not read-only: a reader of a WAL has to write beside it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags)?;
    let mut copied = Connection::open(to)?;
    Backup::new(&source, &mut copied)?.step(ALL_PAGES)?;
    schema::check_known(&copied)?;
    copied.execute("UPDATE store SET store_id = ?1", [name.to_string()])?;
    // One file, without anything beside it that could be forgotten.
    copied.pragma_update(None, "journal_mode", "DELETE")?;
    let found: String = copied.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(Error::Damaged(found));
    }
    copied.close().map_err(|(_, error)| error)?;
    File::options().write(true).open(to).and_then(|file| file.sync_all()).map_err(Error::Backup)
}

/// Moves the database at `path` out of the way; where to.
fn set_aside(path: &Path) -> Result<Option<PathBuf>> {
    let free = (1_u32..).map(|n| beside(path, &format!("{SET_ASIDE}-{n}")));
    let aside = free.into_iter().find(|aside| !aside.exists());
    let aside = aside.expect("there are more numbers than files");
    let was_there = path.exists();
    // A log that stayed would be taken for the copy's own.
    for part in ["", COMPANIONS[0], COMPANIONS[1]] {
        match fs::rename(with(path, part), with(&aside, part)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::Backup(error)),
        }
    }
    Ok(was_there.then_some(aside))
}

/// Gives a whole file its name; it is on disk when this returns.
fn put(unfinished: &Path, name: &Path) -> Result<()> {
    fs::rename(unfinished, name).map_err(Error::Backup)?;
    // Elsewhere a folder cannot be opened, and the system sees to it.
    #[cfg(unix)]
    if let Some(folder) = name.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::Backup)?;
    }
    Ok(())
}

/// Removes what an interrupted copy left.
fn remove(path: &Path) -> io::Result<()> {
    for part in ["", "-journal", COMPANIONS[0], COMPANIONS[1]] {
        match fs::remove_file(with(path, part)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn beside(path: &Path, word: &str) -> PathBuf {
    with(path, &format!(".{word}"))
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
