//! Backup and restore of the database's one file.
//!
//! A copy carries no name: its first opening gives it one, so that companions
//! see another store and send again what the copy lacks, whoever puts it back
//! and however. Nor does it carry answers to Idempotency-Keys: they were given
//! under the old name, and repeating one would call the old store back.

mod aside;
mod rescue;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, backup::Backup};
use uuid::Uuid;

pub(crate) use rescue::Progress as RescueProgress;
pub use rescue::Rescued;

use crate::{Error, Store, answer, schema, store::make_private_directory, token};

/// The name of a copy: none.
const UNNAMED: Uuid = Uuid::nil();
/// Every page in one step: one snapshot, which writers do not disturb.
const ALL_PAGES: std::ffi::c_int = -1;
/// What a file is called until it is whole.
const UNFINISHED: &str = "unfinished";
/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["-journal", "-wal", "-shm"];
/// What of that is a part of the database.
const LOGS: [&str; 2] = ["-journal", "-wal"];

type Result<T> = std::result::Result<T, BackupError>;

/// Why a copy was not made, or not put in place.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file is there already that would be written over.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// The file to be restored cannot be opened.
    #[error("could not open {}", path.display())]
    Unopened {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file is no database of this server's.
    #[error("{} is not a database of this server's, or its beginning is damaged", .0.display())]
    Foreign(PathBuf),
    /// The file is a database that is not whole, in SQLite's words.
    #[error("{} is damaged: {words}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What SQLite found.
        words: String,
    },
    /// The disk has no room for it: nothing was begun.
    #[error("{} would take {needed} bytes, and {free} are free", path.display())]
    NoRoom {
        /// Which.
        path: PathBuf,
        /// What it takes.
        needed: u64,
        /// What there is.
        free: u64,
    },
    /// A file could not be written or moved.
    #[error("could not write {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// SQLite could not read or write it.
    #[error("could not read {}", path.display())]
    Sqlite {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: Error,
    },
}

impl BackupError {
    /// Whether it is the file to be copied that is no good: another one may be.
    #[must_use]
    pub fn is_bad_file(&self) -> bool {
        match self {
            Self::Unopened { .. } | Self::Foreign(_) | Self::Damaged { .. } => true,
            Self::Sqlite { cause, .. } => {
                cause.is_damage() || matches!(cause, Error::Newer { .. } | Error::ForeignLog(_))
            }
            Self::Exists(_) | Self::NoRoom { .. } | Self::File { .. } => false,
        }
    }
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The database's new name.
    pub store: Uuid,
    /// Where the database is that was there, where there was one.
    pub set_aside: Option<PathBuf>,
    /// What the copy is called now, where a server had saved it: it is in use.
    pub saved: Option<PathBuf>,
}

impl Store {
    /// Makes the directory, for nobody else's eyes.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn prepare(data_dir: &Path) -> Result<()> {
        make_private_directory(data_dir).map_err(at(data_dir))
    }

    /// Copies the database in `data_dir` to `to`, as it is at this moment, also
    /// while a server writes. The copy is one file, checked and on disk when
    /// this returns.
    ///
    /// # Errors
    /// [`BackupError::Exists`] where `to` is there, or a log of that name: a
    /// backup is never written over.
    pub fn back_up(data_dir: &Path, to: &Path) -> Result<()> {
        refuse_any(std::iter::once("").chain(LOGS).map(|part| with(to, part)))?;
        let unfinished = beside(to, UNFINISHED);
        copy(&data_dir.join(Self::FILE_NAME), &unfinished, UNNAMED)?;
        put(&unfinished, to)
    }

    /// Looks whether `from` begins like a database that this server may restore,
    /// and touches nothing. All of it is checked while it is copied.
    ///
    /// # Errors
    /// [`BackupError::is_bad_file`] where it does not.
    pub fn check_backup(from: &Path) -> Result<()> {
        let unopened = |cause| BackupError::Unopened { path: from.to_owned(), cause };
        if !schema::is_database(from).map_err(unopened)? {
            return Err(BackupError::Foreign(from.to_owned()));
        }
        let newer = |cause| BackupError::Sqlite { path: from.to_owned(), cause };
        schema::check_on_disk(&led(from)).map_err(newer)
    }

    /// Puts a copy of `from` in the place of the database in `data_dir`, under a
    /// new name. The database that was there is set aside. No server may run.
    ///
    /// # Errors
    /// Where `from` is no sound database of this server's. Then nothing changed.
    pub fn restore(data_dir: &Path, from: &Path) -> Result<Restored> {
        Self::check_backup(from)?;
        Self::prepare(data_dir)?;
        let path = data_dir.join(Self::FILE_NAME);
        let (unfinished, store) = (beside(&path, UNFINISHED), token::random_uuid());
        let before = aside::finish(&path, &unfinished)?;
        copy(from, &unfinished, store)?;
        let set_aside = aside::set_aside(&path)?.or(before);
        put(&unfinished, &path)?;
        let saved = rescue::restored(&path, from)?;
        Ok(Restored { store, set_aside, saved })
    }
}

/// Refuses a folder in which somebody was cut off: a database that is made there, or
/// that stands there, would be taken for the one that was lost. A log alone may also be
/// of a first start at which the power failed: nothing tells it from the log of a
/// database that was lost. Refuses also a log that is not its database's.
pub(crate) fn check_left_behind(data_dir: &Path) -> crate::Result<()> {
    let path = data_dir.join(Store::FILE_NAME);
    check_saved(&path)?;
    if path.exists() {
        return check_log(&path);
    }
    let last = aside::last(&path).map_err(Error::Directory)?;
    let mut left = [beside(&path, UNFINISHED), last, with(&path, "-wal")].into_iter();
    let left = left.find(|path| path.exists());
    // Again: where somebody makes one at this moment it is there before its log.
    match left.filter(|_| !path.exists()) {
        Some(left) => Err(Error::LeftBehind(left)),
        None => Ok(()),
    }
}

/// Refuses what a server saved, or was to save, whatever stands there: it is not known
/// to have all that was acknowledged. A restore from what was saved gives that another
/// name.
fn check_saved(path: &Path) -> crate::Result<()> {
    // In this order: a copy has the one name until it has the other.
    let unfinished = Some(rescue::unfinished(path)).filter(|path| is_there(path));
    match (rescue::left(path).map_err(Error::Directory)?, unfinished) {
        (Some(saved), _) => Err(Error::Saved(saved)),
        (None, Some(unfinished)) => Err(Error::Unsaved(unfinished)),
        (None, None) => Ok(()),
    }
}

/// Refuses a log beside a database that has none. A database that has one says so
/// in its header before the log is begun, and as long as it is there.
fn check_log(path: &Path) -> crate::Result<()> {
    let log = with(path, "-wal");
    let has_log = || fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    // Again: somebody else may open a copy for the first time at this moment.
    if schema::is_without_log(path) && has_log() && schema::is_without_log(path) {
        return Err(Error::ForeignLog(log));
    }
    Ok(())
}

/// Gives an unnamed copy a name, when it is first opened; does nothing to any
/// other database.
pub(crate) fn name_copy(connection: &Connection) -> crate::Result<()> {
    let unnamed = "SELECT 1 FROM store WHERE store_id = ?1";
    if connection.prepare(unnamed)?.exists([UNNAMED.to_string()])? {
        // Somebody else may open it at this moment: one name wins.
        let names = [token::random_uuid().to_string(), UNNAMED.to_string()];
        connection.execute("UPDATE store SET store_id = ?1 WHERE store_id = ?2", names)?;
    }
    Ok(())
}

/// Writes a checked copy under another name; it is on disk when this returns.
fn copy(from: &Path, to: &Path, name: Uuid) -> Result<()> {
    remove(to).map_err(at(to))?;
    create_private(to).map_err(at(to))?;
    if let Err(refused) = copy_sound(from, to, name) {
        // Else a server would think that a restore was cut off.
        drop(remove(to));
        return Err(refused);
    }
    File::options().write(true).open(to).and_then(|file| file.sync_all()).map_err(at(to))
}

/// Makes a new file for nobody else's eyes, wherever it is put: it has players'
/// names, and the folder is not ours. SQLite would let everybody on the machine read
/// it.
fn create_private(path: &Path) -> io::Result<()> {
    let mut new = File::options();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    new.open(path).map(drop)
}

/// Where a link leads to its log lies too.
fn led(path: &Path) -> PathBuf {
    let led = fs::canonicalize(path).ok().filter(|_| path.is_symlink());
    led.unwrap_or_else(|| path.to_owned())
}

fn copy_sound(from: &Path, to: &Path, name: Uuid) -> Result<()> {
    let path = from.to_owned();
    let from = &led(from);
    let is_readable = check_log(from).and_then(|()| schema::check_on_disk(from));
    match is_readable.and_then(|()| copy_pages(from, to, name)) {
        Ok(Found::Foreign) => Err(BackupError::Foreign(path)),
        Ok(Found::Checked(words)) => check_words(&path, words),
        Err(cause) => Err(BackupError::Sqlite { path, cause }),
    }
}

/// What a file turned out to be.
enum Found {
    Foreign,
    /// What SQLite says of it.
    Checked(String),
}

/// Refuses what SQLite finds fault with.
fn check_words(path: &Path, words: String) -> Result<()> {
    if words == "ok" { Ok(()) } else { Err(BackupError::Damaged { path: path.to_owned(), words }) }
}

fn copy_pages(from: &Path, to: &Path, name: Uuid) -> crate::Result<Found> {
    // Not read-only: a reader of a WAL has to write beside it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags)?;
    let mut copied = Connection::open(to)?;
    Backup::new(&source, &mut copied)?.step(ALL_PAGES)?;
    if schema::known(&copied)?.is_none() {
        return Ok(Found::Foreign);
    }
    copied.execute("UPDATE store SET store_id = ?1", [name.to_string()])?;
    forget_answers(&copied)?;
    // One file, without anything beside it that could be forgotten.
    copied.pragma_update(None, "journal_mode", "DELETE")?;
    let words: String = copied.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    copied.close().map_err(|(_, error)| error)?;
    Ok(Found::Checked(words))
}

/// In one version of the tables or another.
fn forget_answers(copied: &Connection) -> crate::Result<()> {
    if copied.table_exists(None, "answer")? {
        copied.execute("DELETE FROM answer", [])?;
    }
    if copied.table_exists(None, "kept_answer")? {
        answer::forget_all(copied)?;
    }
    Ok(())
}

/// Gives a whole file its name; it is on disk when this returns.
///
/// # Errors
/// [`BackupError::Exists`] where a log has that name already: SQLite would take
/// it for the copy's own and write its pages into it.
fn put(unfinished: &Path, name: &Path) -> Result<()> {
    refuse_any(LOGS.map(|log| with(name, log)))?;
    fs::rename(unfinished, name).map_err(at(name))?;
    sync_folder(name)
}

/// Refuses where one of these is there.
fn refuse_any(paths: impl IntoIterator<Item = PathBuf>) -> Result<()> {
    match paths.into_iter().find(|path| is_there(path)) {
        Some(there) => Err(BackupError::Exists(there)),
        None => Ok(()),
    }
}

/// Also where it cannot be seen, or leads nowhere: a name that may be taken is
/// not given.
pub(crate) fn is_there(path: &Path) -> bool {
    !matches!(fs::symlink_metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

/// Puts the names beside `name` on disk.
fn sync_folder(name: &Path) -> Result<()> {
    // Elsewhere a folder cannot be opened, and the system sees to it.
    #[cfg(unix)]
    if let Some(folder) = name.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    }
    Ok(())
}

/// Removes what an interrupted copy left.
fn remove(path: &Path) -> io::Result<()> {
    let mut parts = std::iter::once("").chain(COMPANIONS);
    parts.try_for_each(|part| unless_absent(fs::remove_file(with(path, part))))
}

fn unless_absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |cause| BackupError::File { path, cause }
}

fn beside(path: &Path, word: &str) -> PathBuf {
    with(path, &format!(".{word}"))
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_there_gets_no_database_beside_it() {
        for log in LOGS {
            let folder = tempfile::TempDir::new().unwrap();
            let (unfinished, name) = (folder.path().join("whole"), folder.path().join("x"));
            fs::write(&unfinished, "a copy").unwrap();
            fs::write(with(&name, log), "another's log").unwrap();
            let refused = put(&unfinished, &name);
            assert!(matches!(refused, Err(BackupError::Exists(_))), "{log}: {refused:?}");
            assert!(unfinished.exists() && !name.exists(), "{log}");
        }
    }
}
