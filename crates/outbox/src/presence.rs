//! Whether the files that are open still stand where they were opened.
//!
//! A file that somebody deletes, or puts another in the place of, goes on for
//! the process that has it open, and ends with it: what was appended meanwhile
//! would be acknowledged and gone. So before a write its owner looks, and where
//! one is gone puts all of it back, from what it has open.
//!
//! 1. A whole copy is written beside the place, under a name of its own. From then
//!    on a start takes it, whatever stands there: nothing is written elsewhere.
//! 2. What stands in the place goes: our own files are removed, and another's are
//!    kept beside it, unread. It may be an older copy of ours, or nothing of ours.
//! 3. The copy gets the name.
//!
//! A file that is written over in its place cannot be told so. Who writes into
//! another log of it, before its owner looks, writes into none that goes on. Windows
//! lets nobody delete or replace a file that SQLite has open.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use event_model::{DeviceId, OutboxId};
use rusqlite::{
    Connection,
    types::{ToSqlOutput, ValueRef},
};

use crate::{Error, connection, folder, salvage};

/// A whole copy on its way to the place of a file that is gone.
const COPY: &str = ".put-back";
/// One that is being written.
const UNFINISHED: &str = ".put-back.new";
const LOG: &str = "-wal";
const INDEX: &str = "-shm";
/// How the three are named.
const PARTS: [&str; 3] = ["", LOG, INDEX];
/// What stood in the place of ours, before its number.
const OTHER: &str = ".other-";
/// Nobody replaces a queue so often without looking at what is kept.
const OTHERS_MAX: u32 = 100;

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

/// What a name led to when it was looked at.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// Nobody can take it, or it need not be there.
    Unwatched,
    /// Nothing, although it had been opened a moment before.
    Nothing,
    File(FileKey),
}

impl Seen {
    fn at(path: &Path, has_to_be: bool) -> Self {
        match FileKey::at(path) {
            Some(key) => Self::File(key),
            None if cfg!(unix) && has_to_be => Self::Nothing,
            None => Self::Unwatched,
        }
    }

    fn presence(self, path: &Path) -> Presence {
        match self {
            Self::Unwatched => Presence::Here,
            Self::Nothing if path.exists() => Presence::Replaced,
            Self::Nothing => Presence::Gone,
            Self::File(key) => Presence::of(path, Some(key)),
        }
    }
}

/// The database, its log and the log's index, as they were opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Files([Seen; 3]);

impl Files {
    /// Those at `path`, which were opened a moment ago; the other two have to be
    /// there where `db` keeps a log.
    pub(crate) fn opened(db: &Connection, path: &Path) -> Self {
        let mode = db.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
        // Behind a link they stand beside what it leads to.
        let has_log = mode.is_ok_and(|mode| mode == "wal") && !path.is_symlink();
        Self(PARTS.map(|part| Seen::at(&beside(path, part), part.is_empty() || has_log)))
    }

    /// The same for who only looks: a disk without room has no index.
    pub(crate) fn seen(path: &Path) -> Self {
        Self(PARTS.map(|part| Seen::at(&beside(path, part), part.is_empty())))
    }

    /// Whether all stand where they were: who opens the database beside another log,
    /// or another index of it, does not see what we write, nor we what they do.
    pub(crate) fn are_here(&self, path: &Path) -> bool {
        self.presences(path) == [Presence::Here; 3]
    }

    /// Whether this is the database that was put there.
    pub(crate) fn is_of(&self, placed: Placed) -> bool {
        matches!(self.0[0], Seen::File(key) if key == placed.0)
    }

    fn presences(&self, path: &Path) -> [Presence; 3] {
        let [database, log, index] = self.0;
        [
            database.presence(path),
            log.presence(&beside(path, LOG)),
            index.presence(&beside(path, INDEX)),
        ]
    }

    /// Puts what `db` has open where it is found when the file is opened again. Until
    /// that is the one that was put there, `db` is all that is certain, and has to be
    /// written to no more. `whose` it is stands beside it, and
    /// `placed` is what an earlier try wrote.
    ///
    /// # Errors
    /// Where the folder cannot be written, or something came there meanwhile. Nothing
    /// is lost: `db` still has it all, and the next try looks again.
    pub(crate) fn put_back(
        &self,
        db: &Connection,
        path: &Path,
        whose: (OutboxId, DeviceId),
        placed: &mut Option<Placed>,
    ) -> Result<(), Error> {
        // An earlier try came as far as that.
        if placed.is_some_and(|placed| placed.is_at(path)) {
            return settle(path);
        }
        if let Some(folder) = path.parent() {
            folder::make(folder).map_err(Error::Folder)?;
        }
        let (unfinished, copy) = (beside(path, UNFINISHED), beside(path, COPY));
        write_copy(db, &unfinished)?;
        salvage::keep_identity(path, whose)?;
        fs::rename(unfinished, &copy).map_err(Error::Folder)?;
        folder::sync_beside(path)?;
        *placed = FileKey::at(&copy).map(Placed);
        // To write it took a while: what stands there now counts.
        let presences = self.presences(path);
        let of = |presence| PARTS.into_iter().zip(presences).filter(move |(_, of)| *of == presence);
        for (part, _) in of(Presence::Here) {
            salvage::remove(&beside(path, part))?;
        }
        keep_others(path, of(Presence::Replaced).map(|(part, _)| part))?;
        put(path)
    }
}

/// A whole copy that was written to be put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed(FileKey);

impl Placed {
    fn is_at(self, path: &Path) -> bool {
        FileKey::at(path) == Some(self.0)
    }

    /// Whether the next start finds it.
    pub(crate) fn is_found(self, path: &Path) -> bool {
        self.is_at(path) || self.is_at(&beside(path, COPY))
    }
}

/// Keeps another's files beside the place, under a number of their own.
fn keep_others(path: &Path, parts: impl Iterator<Item = &'static str>) -> Result<(), Error> {
    let name = |number, part: &str| beside(path, &format!("{OTHER}{number}{part}"));
    let is_taken = |name: PathBuf| name.symlink_metadata().is_ok();
    let is_free = |number: &u32| !PARTS.iter().any(|part| is_taken(name(*number, part)));
    let Some(number) = (1..=OTHERS_MAX).find(is_free) else {
        return Err(Error::Folder(io::Error::other("too many files stood in its place")));
    };
    for part in parts {
        fs::rename(beside(path, part), name(number, part)).map_err(Error::Folder)?;
    }
    folder::sync_beside(path)
}

fn came_meanwhile() -> Error {
    Error::Folder(ErrorKind::AlreadyExists.into())
}

/// Where a whole copy waits for its place.
pub(crate) fn copy(path: &Path) -> PathBuf {
    beside(path, COPY)
}

/// Whether one of this outbox does.
fn has_copy(path: &Path, device: DeviceId) -> bool {
    let copy = copy(path);
    copy.is_file() && salvage::is_of(&copy, path, device)
}

/// Ends what a crash cut off: a whole copy takes the place of whatever stands there.
///
/// # Errors
/// Where the folder cannot be written.
pub(crate) fn go_on(path: &Path, device: DeviceId) -> Result<(), Error> {
    let (copy, unfinished) = (beside(path, COPY), beside(path, UNFINISHED));
    let is_whole = has_copy(path, device);
    if unfinished.exists() {
        if is_whole {
            // It was to become another of the same.
            salvage::remove(&unfinished)?;
        } else {
            // As far as it came: the file that it was made of may be gone.
            salvage::take_in(path, &unfinished)?;
        }
        salvage::remove(&journal_of(&unfinished))?;
    }
    if !is_whole {
        return Ok(());
    }
    if is_same(&copy, path) {
        return settle(path);
    }
    keep_others(path, PARTS.into_iter().filter(|part| beside(path, part).exists()))?;
    put(path)
}

fn is_same(one: &Path, other: &Path) -> bool {
    FileKey::at(one).is_some_and(|one| Some(one) == FileKey::at(other))
}

/// Gives a whole copy the name of the file, where nothing stands.
fn put(path: &Path) -> Result<(), Error> {
    // SQLite would play another's log into the copy.
    folder::sync_beside(path)?;
    let copy = beside(path, COPY);
    match fs::hard_link(&copy, path) {
        Ok(()) => settle(path),
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Err(came_meanwhile()),
        // A file system without a second name for a file.
        Err(_) => {
            fs::rename(&copy, path).map_err(Error::Folder)?;
            folder::sync_beside(path)
        }
    }
}

/// Takes the copy's own name away where it is the file's as well. The file's is on
/// disk before: a power failure could take both otherwise. Where the other comes back
/// by one, the next start takes it away.
fn settle(path: &Path) -> Result<(), Error> {
    folder::sync_beside(path)?;
    salvage::remove(&beside(path, COPY))
}

/// Writes all that `db` has to a new file, which is on disk then.
pub(crate) fn write_copy(db: &Connection, to: &Path) -> Result<(), Error> {
    // What an earlier try left.
    salvage::remove(to)?;
    salvage::remove(&journal_of(to))?;
    // A connection whose log is suspect takes no write, and SQLite counts this as
    // one; nothing is written through it any more.
    connection::trust(db)?;
    // A name need not be text.
    let name = ToSqlOutput::Borrowed(ValueRef::Text(to.as_os_str().as_encoded_bytes()));
    db.execute("VACUUM INTO ?1", [name])?;
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
    use uuid::Uuid;

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

    #[cfg(unix)]
    #[test]
    fn what_was_gone_before_it_was_looked_at_is_put_back_too() {
        for gone in [&["", LOG, INDEX][..], &[""], &[LOG]] {
            let folder = tempfile::TempDir::new().unwrap();
            let path = folder.path().join("x.db");
            let db = connection::open(&path, IfAbsent::Create).unwrap();
            db.execute_batch("CREATE TABLE t (n); INSERT INTO t VALUES (7)").unwrap();
            gone.iter().for_each(|part| fs::remove_file(beside(&path, part)).unwrap());
            let (files, mut placed) = (Files::opened(&db, &path), None);
            let whose = (OutboxId(Uuid::nil()), DeviceId(Uuid::nil()));
            assert!(!files.are_here(&path), "{gone:?}");
            files.put_back(&db, &path, whose, &mut placed).unwrap();
            let again = FileKey::at(&path);
            files.put_back(&db, &path, whose, &mut placed).unwrap();
            assert_eq!(FileKey::at(&path), again, "it is not copied once more");
            connection::abandon(db);
            let back = connection::look(&path).unwrap();
            assert_eq!(back.query_row("SELECT n FROM t", [], |row| row.get(0)), Ok(7), "{gone:?}");
        }
    }
}
