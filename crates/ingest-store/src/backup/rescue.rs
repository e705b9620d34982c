//! What a running server saves where its files were deleted or replaced under it:
//! everything that it has open, which would be gone with it.
//!
//! Nothing of another's is written over. What is saved keeps its name and its
//! answers: nothing of it was lost, so nobody has to send anything again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
    ffi,
};

use super::{
    ALL_PAGES, BackupError, COMPANIONS, Result, UNFINISHED, at, beside, create_private, is_there,
    put, refuse_any, remove, sync_folder, unless_absent, with,
};
use crate::{Place, Store, store::Standing};

/// What a saved copy is called beside a database that is not it, before its number.
const RESCUED: &str = "rescued";
/// Nobody replaces a database under a running server so often.
const NUMBER_MAX: u32 = 1_000;

/// What became of a database that was not in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rescued {
    /// The database itself still was: what its log held is in it now.
    LogMoved,
    /// All of it stands under its name again.
    PutBack,
    /// Another file has its name, or its log's, or it could not be put there: it is
    /// here.
    Beside(PathBuf),
}

impl Store {
    /// Saves everything, once, where the files were deleted or replaced. Then only
    /// another start takes anything again.
    ///
    /// # Errors
    /// Where it cannot be written. To try again is right.
    pub fn rescue(&mut self) -> Result<Option<Rescued>> {
        if self.to_be_rescued().is_none() {
            return Ok(None);
        }
        let path = self.data_dir().join(Self::FILE_NAME);
        let place = self.place();
        let are_free = |parts: &[&str]| {
            parts.iter().all(|part| place.standing(&with(&path, part)) != Standing::Another)
        };
        let rescued = match place.standing(&path) {
            Standing::Ours if are_free(&COMPANIONS) => self.move_log(&path)?,
            Standing::Nothing if are_free(&COMPANIONS) => {
                let saved = self.keep_beside(&path)?;
                // It is saved: to save it again would take that room again.
                drop(self.put_back(&saved, &path).inspect_err(|why| {
                    let why = why as &dyn std::error::Error;
                    tracing::warn!(why, "The database could not be put back as it should");
                }));
                if is_there(&saved) { Rescued::Beside(saved) } else { Rescued::PutBack }
            }
            Standing::Ours | Standing::Nothing | Standing::Another => {
                Rescued::Beside(self.keep_beside(&path)?)
            }
        };
        self.is_rescued = true;
        Ok(Some(rescued))
    }

    /// The file that is not in its place, where what is open is not saved yet.
    pub fn to_be_rescued(&mut self) -> Option<PathBuf> {
        // Where that cannot be seen, it is not known that anything has to be saved.
        drop(self.look_in_place());
        self.misplaced.clone().filter(|_| !self.is_rescued)
    }

    fn move_log(&self, path: &Path) -> Result<Rescued> {
        // Waits for whoever reads what is in it: so whoever writes next, into another
        // log perhaps, begins it anew, and what is in that one is no continuation.
        let moved = "PRAGMA wal_checkpoint(RESTART)";
        let moved = self.connection.query_row(moved, [], |row| row.get(0));
        if moved.map_err(|cause| sqlite(path, cause.into()))? {
            let busy = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None);
            return Err(sqlite(path, busy.into()));
        }
        Ok(Rescued::LogMoved)
    }

    /// Puts a saved copy in the place of the database that was deleted. The copy has
    /// a name of its own until then: whoever ends meanwhile has lost nothing.
    fn put_back(&self, saved: &Path, path: &Path) -> Result<()> {
        let names = COMPANIONS.map(|part| with(path, part));
        // Before anything is removed, and again before each: to save takes minutes.
        refuse_any([path.to_owned()])?;
        refuse_others(&self.place, &names)?;
        for name in &names {
            match self.place.standing(name) {
                // What it holds is in the copy.
                Standing::Ours => unless_absent(fs::remove_file(name)).map_err(at(name))?,
                Standing::Nothing => {}
                Standing::Another => return Err(BackupError::Exists(name.clone())),
            }
        }
        // A rename would write over what stands there now.
        refuse_any([path.to_owned()])?;
        put(saved, path)
    }

    fn keep_beside(&self, path: &Path) -> Result<PathBuf> {
        let unfinished = self.save(path)?;
        let name = numbered(path, (last_number(path) + 1).min(NUMBER_MAX));
        refuse_any([name.clone()])?;
        fs::rename(&unfinished, &name).map_err(at(&name))?;
        sync_folder(&name)?;
        Ok(name)
    }

    /// Copies what is open into a file beside `path`, which is on disk then.
    fn save(&self, path: &Path) -> Result<PathBuf> {
        let unfinished = unfinished(path);
        remove(&unfinished).map_err(at(&unfinished))?;
        create_private(&unfinished).map_err(at(&unfinished))?;
        if let Err(cause) = copy(&self.connection, &unfinished) {
            // Its room may be what is missing.
            drop(remove(&unfinished));
            return Err(sqlite(&unfinished, cause));
        }
        let flushed = fs::File::options().write(true).open(&unfinished);
        flushed.and_then(|file| file.sync_all()).map_err(at(&unfinished))?;
        Ok(unfinished)
    }
}

/// The copy that was saved last, where there is one. Without a database beside it
/// whoever put it back was ended.
pub(super) fn last(path: &Path) -> PathBuf {
    numbered(path, last_number(path))
}

/// A name of its own: what a restore left is finished by the next.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    beside(path, &format!("{RESCUED}.{UNFINISHED}"))
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    beside(path, &format!("{RESCUED}-{number}"))
}

/// 0 where there is none.
fn last_number(path: &Path) -> u32 {
    (1..=NUMBER_MAX).rev().find(|number| is_there(&numbered(path, *number))).unwrap_or(0)
}

/// Refuses where one of these is another's by now.
fn refuse_others(place: &Place, names: &[PathBuf]) -> Result<()> {
    match names.iter().find(|name| place.standing(name) == Standing::Another) {
        Some(another) => Err(BackupError::Exists(another.clone())),
        None => Ok(()),
    }
}

fn copy(open: &Connection, to: &Path) -> crate::Result<()> {
    let mut copied = Connection::open(to)?;
    if Backup::new(open, &mut copied)?.step(ALL_PAGES)? != StepResult::Done {
        return Err(crate::Error::Log(io::ErrorKind::ResourceBusy.into()));
    }
    // One file, as every copy.
    copied.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(copied.close().map_err(|(_, error)| error)?)
}

fn sqlite(path: &Path, cause: crate::Error) -> BackupError {
    BackupError::Sqlite { path: path.to_owned(), cause }
}

// Elsewhere an open file cannot be deleted.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{Error, StoreOptions};

    /// A database that was deleted while it is open, where it was, and its copy.
    fn saved(dir: &TempDir) -> (Store, PathBuf, PathBuf) {
        let store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        let path = dir.path().join(Store::FILE_NAME);
        fs::remove_file(&path).unwrap();
        let saved = store.keep_beside(&path).unwrap();
        (store, path, saved)
    }

    #[test]
    fn a_server_that_is_ended_while_it_puts_a_database_back_leaves_a_whole_one() {
        for removed in 0..=COMPANIONS.len() {
            let dir = TempDir::new().unwrap();
            let (store, path, saved) = saved(&dir);
            let id = store.id();
            for name in COMPANIONS[..removed].iter().map(|part| with(&path, part)) {
                unless_absent(fs::remove_file(name)).unwrap();
            }
            drop(store);
            // Older, and of a restore.
            fs::write(with(&path, ".before-restore-1"), "set aside before").unwrap();

            let refused = Store::open(dir.path(), StoreOptions::default()).map(drop).unwrap_err();
            assert!(matches!(&refused, Error::LeftBehind(left) if *left == saved), "{refused}");
            let said = refused.to_string();
            for words in ["rescued-1", "saved", "database restore"] {
                assert!(said.contains(words), "{said}");
            }
            fs::copy(&saved, dir.path().join("copy")).unwrap();
            assert_eq!(id_in(&dir.path().join("copy")), id, "{removed} removed");
            Store::restore(dir.path(), &saved).unwrap();
            Store::open(dir.path(), StoreOptions::default()).unwrap();
        }
    }

    fn id_in(file: &Path) -> uuid::Uuid {
        crate::store::read_id(&Connection::open(file).unwrap()).unwrap()
    }

    #[test]
    fn what_came_while_a_copy_was_saved_is_neither_removed_nor_written_over() {
        for part in ["", "-journal", "-wal", "-shm"] {
            let dir = TempDir::new().unwrap();
            let (store, path, saved) = saved(&dir);
            let theirs = with(&path, part);
            unless_absent(fs::remove_file(&theirs)).unwrap();
            fs::write(&theirs, "another's").unwrap();
            let before = names(&dir);

            let refused = store.put_back(&saved, &path);
            assert!(
                matches!(&refused, Err(BackupError::Exists(there)) if *there == theirs),
                "{refused:?}"
            );
            assert_eq!(fs::read(&theirs).unwrap(), b"another's");
            assert_eq!(names(&dir), before, "{part}");
        }
    }

    #[test]
    fn what_nobody_took_the_place_of_is_put_back_under_its_name() {
        let dir = TempDir::new().unwrap();
        let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        assert_eq!(store.rescue().unwrap(), None, "it is in its place");
        fs::remove_file(dir.path().join(Store::FILE_NAME)).unwrap();
        assert_eq!(store.rescue().unwrap(), Some(Rescued::PutBack));
        assert_eq!(names(&dir), [Store::FILE_NAME], "and nothing is left beside it");
        assert_eq!(store.rescue().unwrap(), None, "once");
        assert_eq!(id_in(&dir.path().join(Store::FILE_NAME)), store.id());
    }

    #[test]
    fn what_cannot_be_saved_is_tried_again() {
        let dir = TempDir::new().unwrap();
        let (folder, away) = (dir.path().join("x"), dir.path().join("away"));
        let mut store = Store::open(&folder, StoreOptions::default()).unwrap();
        fs::rename(&folder, &away).unwrap();
        store.rescue().unwrap_err();
        fs::create_dir(&folder).unwrap();
        assert_eq!(store.rescue().unwrap(), Some(Rescued::PutBack));
    }

    fn names(dir: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(dir.path()).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string();
        let mut names: Vec<_> = entries.map(|entry| name(entry).unwrap()).collect();
        names.sort();
        names
    }
}
