//! One process owns capture and upload: an OS lock beside the file.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use crate::{
    Error, folder,
    presence::{FileKey, Presence},
};

/// Who only looks at the file holds the lock for the moment of an opening: an
/// owner waits for that, ten times as long, in steps.
pub(crate) const LOOKS: u32 = 10;
pub(crate) const LOOK: Duration = Duration::from_millis(10);

/// `FILE_SHARE_READ` and `FILE_SHARE_WRITE`: whoever deletes it would let another
/// own the outbox too.
#[cfg(windows)]
const NOT_TO_BE_DELETED: u32 = 3;

/// Since when a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// Since it was taken.
    Ever,
    /// Since now: another may have had it.
    Again,
}

/// Held as long as this lives; the OS frees it even after SIGKILL.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    file: File,
}

/// The right to move or delete an outbox's files: nobody owns it as long as this lives.
#[derive(Debug)]
pub struct HeldStill {
    _lock: OwnerLock,
}

/// Keeps every other process from owning the outbox at `path`, without opening it.
///
/// # Errors
/// [`Error::Locked`] where another process owns it.
pub fn hold_still(path: &Path) -> Result<HeldStill, Error> {
    Ok(HeldStill { _lock: OwnerLock::take_from_who_looks(path)? })
}

impl OwnerLock {
    /// The same for an owner, which another owner alone keeps from it.
    pub(crate) fn take_from_who_looks(path: &Path) -> Result<Self, Error> {
        Self::take_in_steps(path, || thread::sleep(LOOK))
    }

    fn take_in_steps(path: &Path, mut wait: impl FnMut()) -> Result<Self, Error> {
        let waited = (1..LOOKS).find_map(|_| match Self::take(path) {
            Err(Error::Locked(_)) => {
                wait();
                None
            }
            taken => Some(taken),
        });
        waited.unwrap_or_else(|| Self::take(path))
    }

    /// Takes the lock of the outbox at `path`, without waiting.
    ///
    /// The lock is on a file of its own: SQLite locks ranges of the database
    /// file itself, and closing any handle of it would drop those locks.
    pub(crate) fn take(path: &Path) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(windows)]
        std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, NOT_TO_BE_DELETED);
        let file = options.open(lock_path(path)).map_err(Error::Folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked(path.to_owned())),
            Err(TryLockError::Error(cause)) => Err(Error::Folder(cause)),
        }
    }
}

impl OwnerLock {
    /// Takes it again where its file was deleted or replaced: who looks for it
    /// finds another, and would own the outbox too.
    ///
    /// # Errors
    /// [`Error::Locked`] where another has it now.
    pub(crate) fn hold_on(&mut self, path: &Path) -> Result<Held, Error> {
        let held = FileKey::of(&self.file);
        if Presence::of(&lock_path(path), held) == Presence::Here {
            return Ok(Held::Ever);
        }
        if let Some(folder) = path.parent() {
            folder::make(folder).map_err(Error::Folder)?;
        }
        *self = Self::take_from_who_looks(path)?;
        Ok(Held::Again)
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_waits_for_who_only_looks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.db");
        for looks in 1..LOOKS {
            let mut looking = Some(OwnerLock::take(&path).unwrap());
            let mut waited = 0;
            let owner = OwnerLock::take_in_steps(&path, || {
                waited += 1;
                if waited == looks {
                    looking = None;
                }
            });
            assert!(owner.is_ok(), "{looks} looks");
            assert_eq!(waited, looks, "and no longer than it has to");
        }
    }

    #[test]
    fn an_owner_does_not_wait_for_another_owner_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outbox.db");
        let owner = OwnerLock::take(&path).unwrap();
        let mut waited = 0;
        let second = OwnerLock::take_in_steps(&path, || waited += 1);
        assert!(matches!(second, Err(Error::Locked(locked)) if locked == path));
        assert_eq!(waited, LOOKS - 1, "a tenth of a second");
        drop(owner);
        assert!(OwnerLock::take_from_who_looks(&path).is_ok());
    }
}
