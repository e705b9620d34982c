//! Whether the files that are open are still those of their names.
//!
//! On Unix a file that is deleted or replaced stays open and takes what is written,
//! and is gone with the last who has it open. On Windows that cannot happen: it
//! refuses to delete or rename a file that SQLite has open.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Store, settling::wal_of};
use crate::{Error, Result};

/// Which file it is, whatever it is called: its device and its number there.
type FileId = (u64, u64);

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
    /// Of a database that was just opened.
    pub(super) fn of(data_dir: &Path) -> Self {
        // Who has none of the index that processes share locks otherwise.
        let names = [database_of(data_dir), wal_of(data_dir), index_of(data_dir)];
        let part = |name: PathBuf| id_of(&name).ok().map(|file| Part { name, file });
        Self(names.into_iter().filter_map(part).collect())
    }

    /// Costs a look at three names, and nothing on Windows.
    ///
    /// # Errors
    /// [`Error::Misplaced`] where one is not under its name any more.
    pub fn check(&self) -> Result<()> {
        for Part { name, file } in self.0.iter() {
            match id_of(name) {
                Ok(found) if found == *file => {}
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
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
            (Err(error), None) if error.kind() == io::ErrorKind::NotFound => Standing::Ours,
            (Err(error), Some(_)) if error.kind() == io::ErrorKind::NotFound => Standing::Nothing,
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

fn database_of(data_dir: &Path) -> PathBuf {
    data_dir.join(Store::FILE_NAME)
}

fn index_of(data_dir: &Path) -> PathBuf {
    data_dir.join(format!("{}-shm", Store::FILE_NAME))
}

/// By its name: to open and close it would give up the locks that SQLite has on it.
#[cfg(unix)]
fn id_of(name: &Path) -> io::Result<FileId> {
    let metadata = std::fs::metadata(name)?;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id_of(_name: &Path) -> io::Result<FileId> {
    Err(io::ErrorKind::Unsupported.into())
}
