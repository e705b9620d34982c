//! Whether the files that are open still stand where they were opened.
//!
//! A file that somebody deletes, or puts another in the place of, goes on for
//! the process that has it open, and ends with it: what was appended meanwhile
//! would be acknowledged and gone. So before a write its owner looks, and where
//! the file is gone puts it back, whole, from what it has open. Where another one
//! stands there, both are set aside and go on in a new one: it may be an older
//! copy of ours, in which the same numbers are other events.
//!
//! A file that is written over in its place cannot be told so. Windows lets nobody
//! delete or replace a file that SQLite has open.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::{
    fs::{self, File, Metadata},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use crate::{Error, connection, folder, salvage};

/// A whole copy on its way to the place of a file that is gone.
const COPY: &str = ".copy";
/// One that is being written.
const UNFINISHED: &str = ".copy.new";
const LOG: &str = "-wal";
const INDEX: &str = "-shm";

/// Which file a name led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "nobody can take a file from us there"))]
pub(crate) struct FileKey {
    device: u64,
    number: u64,
}

impl FileKey {
    /// Of a file that is open; `None` where nobody can take it from us.
    pub(crate) fn of(file: &File) -> Option<Self> {
        if cfg!(unix) { file.metadata().ok().as_ref().and_then(Self::found) } else { None }
    }

    fn at(path: &Path) -> Option<Self> {
        if cfg!(unix) { fs::metadata(path).ok().as_ref().and_then(Self::found) } else { None }
    }

    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
    fn found(found: &Metadata) -> Option<Self> {
        Some(Self { device: found.dev(), number: found.ino() })
    }

    #[cfg(not(unix))]
    fn found(_found: &Metadata) -> Option<Self> {
        None
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
            Ok(found) if FileKey::found(&found) == Some(opened) => Self::Here,
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

/// The database, its log and the log's index, as they were opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Files {
    database: Option<FileKey>,
    log: Option<FileKey>,
    index: Option<FileKey>,
}

impl Files {
    /// Those at `path`, which were opened a moment ago.
    pub(crate) fn at(path: &Path) -> Self {
        Self {
            database: FileKey::at(path),
            log: FileKey::at(&beside(path, LOG)),
            index: FileKey::at(&beside(path, INDEX)),
        }
    }

    /// Whether all stand where they were: who opens the database beside another log,
    /// or another index of it, does not see what we write, nor we what they do.
    pub(crate) fn are_here(&self, path: &Path) -> bool {
        let are =
            [self.database(path), self.log(path), Presence::of(&beside(path, INDEX), self.index)];
        are == [Presence::Here; 3]
    }

    fn database(&self, path: &Path) -> Presence {
        Presence::of(path, self.database)
    }

    fn log(&self, path: &Path) -> Presence {
        Presence::of(&beside(path, LOG), self.log)
    }

    /// Puts what `db` has open where it is found when the file is opened again, which
    /// has to come next, without another word through `db`.
    ///
    /// # Errors
    /// Where the folder cannot be written, or something came there meanwhile. Nothing
    /// is lost: `db` still has it all, and the next try looks again.
    pub(crate) fn put_back(&self, db: &Connection, path: &Path) -> Result<(), Error> {
        match self.database(path) {
            Presence::Gone => self.put_copy(db, path),
            Presence::Replaced => salvage::give_way(db, path),
            // The index follows from the log.
            Presence::Here if self.log(path) == Presence::Here => Ok(()),
            Presence::Here => {
                connection::make_log_anew(db)?;
                salvage::remove(&beside(path, LOG))
            }
        }
    }

    fn put_copy(&self, db: &Connection, path: &Path) -> Result<(), Error> {
        if let Some(folder) = path.parent() {
            folder::make(folder).map_err(Error::Folder)?;
        }
        let unfinished = beside(path, UNFINISHED);
        write_copy(db, &unfinished)?;
        fs::rename(unfinished, beside(path, COPY)).map_err(Error::Folder)?;
        folder::sync_beside(path)?;
        // To write it took a while.
        if self.database(path) == Presence::Gone { put(path) } else { Err(came_meanwhile()) }
    }
}

fn came_meanwhile() -> Error {
    Error::Folder(ErrorKind::AlreadyExists.into())
}

/// Ends what a crash cut off: a copy stands for the file that is not there.
///
/// # Errors
/// Where the folder cannot be written.
pub(crate) fn go_on(path: &Path) -> Result<(), Error> {
    let (copy, unfinished) = (beside(path, COPY), beside(path, UNFINISHED));
    // As far as it came: the file that it was made of may be gone.
    if unfinished.exists() {
        salvage::take_in(path, &unfinished)?;
        salvage::remove(&journal_of(&unfinished))?;
    }
    match (copy.exists(), path.exists()) {
        (false, _) => Ok(()),
        (true, false) => put(path),
        (true, true) if is_same(&copy, path) => salvage::remove(&copy),
        (true, true) => salvage::take_in(path, &copy),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    cfg!(unix) && FileKey::at(one) == FileKey::at(other)
}

/// Gives a whole copy the name of the file, which is not there.
fn put(path: &Path) -> Result<(), Error> {
    // SQLite would play them into the copy, which has it all.
    salvage::remove(&beside(path, LOG))?;
    salvage::remove(&beside(path, INDEX))?;
    folder::sync_beside(path)?;
    let copy = beside(path, COPY);
    match fs::hard_link(&copy, path) {
        Ok(()) => salvage::remove(&copy)?,
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => return Err(came_meanwhile()),
        // A file system without a second name for a file.
        Err(_) => fs::rename(&copy, path).map_err(Error::Folder)?,
    }
    folder::sync_beside(path)
}

/// Writes all that `db` has to a new file, which is on disk then.
pub(crate) fn write_copy(db: &Connection, to: &Path) -> Result<(), Error> {
    // What an earlier try left.
    salvage::remove(to)?;
    salvage::remove(&journal_of(to))?;
    // A connection whose log is suspect takes no write, and SQLite counts this as
    // one; nothing is written through it any more.
    connection::trust(db)?;
    db.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    File::options().write(true).open(to).and_then(|file| file.sync_all()).map_err(Error::Folder)
}

/// What SQLite keeps beside a copy until it is whole.
fn journal_of(copy: &Path) -> PathBuf {
    beside(copy, "-journal")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    salvage::beside(path, ending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::IfAbsent;

    #[test]
    fn what_is_on_a_disk_that_failed_is_copied_too() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("x.db");
        let db = connection::open(&path, IfAbsent::Create).unwrap();
        db.execute_batch("CREATE TABLE t (n); INSERT INTO t VALUES (7); PRAGMA query_only = ON")
            .unwrap();
        let copy = beside(&path, COPY);
        for _ in 0..2 {
            write_copy(&db, &copy).unwrap();
        }
        let copied = connection::look(&copy).unwrap();
        let n: u32 = copied.query_row("SELECT n FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(n, 7);
    }
}
