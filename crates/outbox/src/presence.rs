//! Whether the files that are open still stand where they were opened.
//!
//! A file that somebody deletes, or puts another in the place of, goes on for
//! the process that has it open, and ends with it: what was appended meanwhile
//! would be acknowledged and gone. So before a write its owner looks, and where
//! the file is gone puts it back, whole, from what it has open.
//!
//! Windows lets nobody delete or replace a file that SQLite has open.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::{
    fs::{self, File, Metadata},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use crate::{Error, connection, folder, salvage};

/// A copy on its way to the place of a file that is gone. Where a crash came
/// between, the next start goes on from it.
const COPY: &str = ".copy";

/// Which file a name led to.
#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileKey {
    device: u64,
    number: u64,
}

/// Elsewhere only that there is one.
#[cfg(not(unix))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileKey;

impl FileKey {
    #[cfg(unix)]
    pub(crate) fn of(found: &Metadata) -> Self {
        Self { device: found.dev(), number: found.ino() }
    }

    #[cfg(not(unix))]
    pub(crate) fn of(_found: &Metadata) -> Self {
        Self
    }

    fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().as_ref().map(Self::of)
    }
}

/// What became of a file that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It stands where it was opened, as far as the system says.
    Here,
    /// Nothing stands there.
    Gone,
    /// Another file stands there.
    Replaced,
}

impl Presence {
    /// Of the file that `opened` names; one that could not be looked at counts as
    /// here.
    pub(crate) fn of(path: &Path, opened: Option<FileKey>) -> Self {
        let Some(opened) = opened else { return Self::Here };
        match fs::metadata(path) {
            Ok(found) if FileKey::of(&found) == opened => Self::Here,
            Ok(_) => Self::Replaced,
            // A folder that became a file, too, has nothing of ours in it.
            Err(cause) if is_absence(cause.kind()) => Self::Gone,
            Err(_) => Self::Here,
        }
    }
}

fn is_absence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The database and its log, as they were opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Files {
    database: Option<FileKey>,
    log: Option<FileKey>,
}

impl Files {
    /// Those at `path`, which were opened a moment ago.
    pub(crate) fn at(path: &Path) -> Self {
        Self { database: FileKey::at(path), log: FileKey::at(&log_of(path)) }
    }

    /// Whether both stand where they were.
    pub(crate) fn are_here(&self, path: &Path) -> bool {
        self.database(path) == Presence::Here && self.log(path) == Presence::Here
    }

    fn database(&self, path: &Path) -> Presence {
        Presence::of(path, self.database)
    }

    fn log(&self, path: &Path) -> Presence {
        Presence::of(&log_of(path), self.log)
    }

    /// Puts what `db` has open back to `path`, so that it is found when it is opened
    /// again. Where another file took its place that one stays, and ours stands
    /// beside it as one to salvage from.
    ///
    /// # Errors
    /// Where the folder cannot be written; nothing is lost, `db` still has it all.
    pub(crate) fn put_back(&self, db: &Connection, path: &Path) -> Result<(), Error> {
        match self.database(path) {
            Presence::Gone => put_copy(db, path),
            Presence::Replaced => salvage::keep_copy(db, path),
            // Into the database, which is there.
            Presence::Here if self.log(path) != Presence::Here => connection::make_log_anew(db),
            Presence::Here => Ok(()),
        }
    }
}

fn put_copy(db: &Connection, path: &Path) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        folder::make(folder).map_err(Error::Folder)?;
    }
    write_copy(db, &copy_of(path))?;
    put(path)
}

/// Ends what a crash cut off: a copy that is whole, or is salvaged from, stands for
/// a file that is not there.
///
/// # Errors
/// Where the folder cannot be written.
pub(crate) fn go_on(path: &Path) -> Result<(), Error> {
    let copy = copy_of(path);
    if !copy.exists() {
        return Ok(());
    }
    if path.exists() { salvage::remove(&copy) } else { put(path) }
}

fn put(path: &Path) -> Result<(), Error> {
    // SQLite would play them into the copy, which has it all.
    salvage::remove(&log_of(path))?;
    salvage::remove(&salvage::beside(path, "-shm"))?;
    folder::sync_beside(path)?;
    fs::rename(copy_of(path), path).map_err(Error::Folder)?;
    folder::sync_beside(path)
}

/// Writes all that `db` has to a new file, which is on disk then.
pub(crate) fn write_copy(db: &Connection, to: &Path) -> Result<(), Error> {
    // One that an earlier try left.
    salvage::remove(to)?;
    db.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    // SQLite flushes no copy.
    File::options().write(true).open(to).and_then(|file| file.sync_all()).map_err(Error::Folder)
}

fn log_of(path: &Path) -> PathBuf {
    salvage::beside(path, "-wal")
}

fn copy_of(path: &Path) -> PathBuf {
    salvage::beside(path, COPY)
}
