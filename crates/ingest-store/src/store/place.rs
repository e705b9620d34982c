//! Whether the files that are open are still those of their names.
//!
//! On Unix a file that is deleted or replaced stays open and takes what is written,
//! and is gone with the last who has it open. On Windows that cannot happen: it
//! refuses to delete or rename a file that SQLite has open.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::{
    io::{
        self,
        ErrorKind::{NotFound, Unsupported},
    },
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::Connection;

use super::{Store, settling::wal_of};
use crate::{Error, Result};

/// Which file it is, whatever it is called: its device and its number there.
pub(super) type FileId = (u64, u64);

/// The files of an open database, and what they are called.
#[derive(Debug, Clone)]
pub struct Place(Arc<[Part]>);

#[derive(Debug)]
struct Part {
    name: PathBuf,
    file: FileId,
}

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The file that is open, or what was never there is not there now.
    Ours,
    /// Nothing: it was deleted.
    Nothing,
    /// Another file.
    Another,
}

impl Place {
    /// Of a database that was just opened, and is [`still`] the file that it was.
    pub(super) fn of(
        data_dir: &Path,
        database: Option<FileId>,
        connection: &Connection,
    ) -> Result<Self> {
        let Some(file) = database else { return Ok(Self(Arc::default())) };
        // Whoever reads opens the log, and nobody deletes that while it is open.
        connection.pragma_query_value(None, "schema_version", |_| Ok(()))?;
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let mut parts = vec![Part { name: database_of(data_dir), file }];
        // Where the system gives no log there is none.
        if mode == "wal" {
            let name = wal_of(data_dir);
            let file = found(&name)?.ok_or_else(|| Error::Misplaced(name.clone()))?;
            parts.push(Part { name, file });
        }
        // Who has none of the index that processes share locks otherwise.
        let name = index_of(data_dir);
        parts.extend(found(&name)?.map(|file| Part { name, file }));
        Ok(Self(parts.into()))
    }

    /// Costs a look at three names, and nothing on Windows.
    ///
    /// # Errors
    /// [`Error::Misplaced`] where one is not under its name any more.
    pub fn check(&self) -> Result<()> {
        for Part { name, file } in self.0.iter() {
            match id_of(name) {
                Ok(found) if found == *file => {}
                Err(error) if error.kind() != NotFound => {
                    return Err(Error::Directory(error));
                }
                Ok(_) | Err(_) => return Err(Error::Misplaced(name.clone())),
            }
        }
        Ok(())
    }

    /// What stands under a name that may be one of them.
    pub(crate) fn standing(&self, name: &Path) -> Standing {
        let ours = self.0.iter().find(|part| part.name == name).map(|part| part.file);
        match (id_of(name), ours) {
            (Ok(found), Some(ours)) if found == ours => Standing::Ours,
            (Err(error), None) if error.kind() == NotFound => Standing::Ours,
            (Err(error), Some(_)) if error.kind() == NotFound => Standing::Nothing,
            (Ok(_) | Err(_), _) => Standing::Another,
        }
    }
}

impl Store {
    /// Where its files are, for whoever opens them beside it or looks after them.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// Does something of which somebody is told afterwards: not where it may have
    /// gone into a file that nobody finds again. After the first such time nothing
    /// more is done.
    ///
    /// # Errors
    /// [`Error::Misplaced`] there, and where `change` fails.
    pub fn in_place<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if let Some(name) = &self.misplaced {
            return Err(Error::Misplaced(name.clone()));
        }
        let changed = change(self);
        // Also where it failed: this may be why.
        self.look_in_place()?;
        changed
    }

    /// Looks, and remembers what it found.
    pub(crate) fn look_in_place(&mut self) -> Result<()> {
        let found = self.place.check();
        if let Err(Error::Misplaced(name)) = &found {
            self.misplaced = Some(name.clone());
            // It cannot fail, and nothing better is left to do.
            drop(super::leave_log_at_close(&self.connection));
        }
        found
    }

    /// The first file that was found missing or replaced. Then this store takes
    /// nothing any more, also where the file is back.
    #[must_use]
    pub fn misplaced(&self) -> Option<&Path> {
        self.misplaced.as_deref()
    }
}

/// Refuses a name that leads elsewhere.
pub(super) fn refuse_link(name: &Path) -> Result<()> {
    if name.is_symlink() { Err(Error::Link(name.to_owned())) } else { Ok(()) }
}

/// The file of a name, if there is one and the system numbers files.
pub(super) fn found(name: &Path) -> Result<Option<FileId>> {
    match id_of(name) {
        Ok(file) => Ok(Some(file)),
        Err(error) if matches!(error.kind(), NotFound | Unsupported) => Ok(None),
        Err(error) => Err(Error::Directory(error)),
    }
}

/// The file of a name that was opened, which is none but the one that was there
/// before.
pub(super) fn still(before: Option<FileId>, name: &Path) -> Result<Option<FileId>> {
    let now = found(name)?;
    // One that was not there was made; elsewhere than on Unix none has a number.
    let is_it = if before.is_none() { now.is_some() || !cfg!(unix) } else { now == before };
    if is_it { Ok(now) } else { Err(Error::Misplaced(name.to_owned())) }
}

fn database_of(data_dir: &Path) -> PathBuf {
    data_dir.join(Store::FILE_NAME)
}

fn index_of(data_dir: &Path) -> PathBuf {
    data_dir.join(format!("{}-shm", Store::FILE_NAME))
}

/// By its name: to open and close it would give up the locks that SQLite has on it.
#[cfg(unix)]
fn id_of(name: &Path) -> io::Result<FileId> {
    match std::fs::metadata(name) {
        Ok(metadata) => Ok((metadata.dev(), metadata.ino())),
        // Its folder was replaced, by a file.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(NotFound.into()),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn id_of(_name: &Path) -> io::Result<FileId> {
    Err(Unsupported.into())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::{Follower, StoreOptions};

    fn open(dir: &TempDir) -> Store {
        Store::open(dir.path(), StoreOptions::default()).unwrap()
    }

    fn replace(name: &Path) {
        // Beside it, so that it has another number.
        let other = name.with_extension("other");
        fs::write(&other, "").unwrap();
        fs::rename(&other, name).unwrap();
    }

    #[test]
    fn what_is_replaced_while_it_is_opened_is_not_ours() {
        let dir = TempDir::new().unwrap();
        drop(open(&dir));
        let name = database_of(dir.path());
        let before = found(&name).unwrap();
        assert!(before.is_some());
        assert_eq!(still(before, &name).unwrap(), before);
        replace(&name);
        assert!(matches!(still(before, &name), Err(Error::Misplaced(_))));
        assert!(still(None, &name).unwrap().is_some(), "it was made");
        fs::remove_file(&name).unwrap();
        for before in [before, None] {
            assert!(matches!(still(before, &name), Err(Error::Misplaced(_))), "{before:?}");
        }
    }

    #[test]
    fn a_log_that_is_gone_at_once_is_not_overlooked() {
        let dir = TempDir::new().unwrap();
        let store = open(&dir);
        let database = found(&database_of(dir.path())).unwrap();
        let parts = |place: Place| place.0.len();
        let of = || Place::of(dir.path(), database, &store.connection);
        assert_eq!(of().map(parts).unwrap(), 3);
        fs::remove_file(index_of(dir.path())).unwrap();
        assert_eq!(of().map(parts).unwrap(), 2);
        fs::remove_file(wal_of(dir.path())).unwrap();
        assert!(matches!(of(), Err(Error::Misplaced(name)) if name == wal_of(dir.path())));
    }

    #[test]
    fn who_opens_beside_makes_nothing_and_writes_into_nothing() {
        let dir = TempDir::new().unwrap();
        let store = open(&dir);
        let (name, options) = (database_of(dir.path()), StoreOptions::default());
        let beside = || Store::open_beside(dir.path(), options, &store.place()).map(drop);
        beside().unwrap();
        replace(&name);
        assert!(matches!(beside(), Err(Error::Misplaced(_))));
        assert_eq!(fs::read(&name).unwrap(), b"");
        fs::remove_file(&name).unwrap();
        assert!(matches!(beside(), Err(Error::Misplaced(_))));
        assert!(super::super::open_existing(dir.path()).is_err());
        assert!(Follower::open(dir.path(), options).is_err());
        assert!(!name.exists());
    }
}
