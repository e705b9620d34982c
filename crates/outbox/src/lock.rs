//! One process owns capture and upload: an OS lock beside the file.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use crate::Error;

/// Who only looks at the file holds the lock for the moment of an opening: an
/// owner waits for that, ten times as long, in steps.
pub(crate) const LOOKS: u32 = 10;
pub(crate) const LOOK: Duration = Duration::from_millis(10);

/// Held as long as this lives; the OS frees it even after SIGKILL.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    _file: File,
}

impl OwnerLock {
    /// The same for an owner, which another owner alone keeps from it.
    pub(crate) fn take_from_who_looks(path: &Path) -> Result<Self, Error> {
        let waited = (1..LOOKS).find_map(|_| match Self::take(path) {
            Err(Error::Locked(_)) => {
                thread::sleep(LOOK);
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
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(lock_path(path))
            .map_err(Error::Folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked(path.to_owned())),
            Err(TryLockError::Error(cause)) => Err(Error::Folder(cause)),
        }
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}
