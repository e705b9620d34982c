//! What can go wrong with an outbox.

use std::{io, path::PathBuf};

use event_model::DeviceId;
use rusqlite::{ErrorCode as Code, ffi};

/// Why an outbox could not be used. Nothing was changed where one is returned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process owns it: capture and upload run there.
    #[error("another process uses the outbox {}", .0.display())]
    Locked(PathBuf),
    /// There is no outbox to look at yet.
    #[error("there is no outbox at {}", .0.display())]
    Absent(PathBuf),
    /// A newer Ringside wrote the file. It is left as it is.
    #[error(
        "a newer Ringside wrote the outbox (schema {found}, known up to {known}): update this one; \
         nothing of the file was touched"
    )]
    NewerSchema {
        /// The file's version.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// An older Ringside wrote the file, and no owner has opened it since. It is
    /// left as it is: only its owner changes its tables.
    #[error(
        "an older Ringside wrote the outbox {} (schema {found}): \
         start Ringside once, which brings it up to date and keeps every event of it",
        path.display()
    )]
    OlderSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The file belongs to another device than the one that was named: its
    /// events could not be sent under this one's token.
    #[error("the outbox belongs to device {0}")]
    OtherDevice(DeviceId),
    /// The file is damaged, or was cut off in the midst of a write: only its
    /// owner, who looks at that first, may write to it.
    #[error(
        "the outbox {} is damaged, or was cut off in the midst of a write: \
         start Ringside, which keeps every event of it that can be read",
        .0.display()
    )]
    Damaged(PathBuf),
    /// Its owner found the file damaged and set it aside in this moment: what was
    /// asked of it may not have happened.
    #[error(
        "the outbox {} was found damaged and replaced in this moment; \
         what was asked may not have been done: ask again",
        .0.display()
    )]
    Replaced(PathBuf),
    /// The folder or the lock file could not be used.
    #[error("could not use the outbox's folder")]
    Folder(#[source] io::Error),
    /// The system gave no random bytes for the file's id.
    #[error("could not make an id for the outbox")]
    Random(#[source] getrandom::Error),
    /// SQLite could not do it; [`Error::is_full`] tells a full disk. Its words are
    /// said here and are no source of their own: as one they come with their causes,
    /// which say the same once more.
    #[error("could not read or write the outbox: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Sqlite(cause)
    }
}

/// On Windows a file that another has open can mostly not be moved:
/// `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION` of the system's error codes.
fn is_open_elsewhere(cause: &io::Error) -> bool {
    cfg!(windows) && matches!(cause.raw_os_error(), Some(32 | 33))
}

/// Whether the disk had no room: the same succeeds when there is some. A quota is
/// a full disk for one user.
#[must_use]
pub fn wants_room(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Error {
    /// Whether the disk is full: the same append succeeds when there is room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        // The index of the log is the first thing that a full disk has no room for.
        let no_index = ffi::SQLITE_IOERR_SHMSIZE;
        matches!(self.sqlite_code(), Some(Code::DiskFull))
            || self.sqlite_error().is_some_and(|error| error.extended_code == no_index)
            || matches!(self, Self::Folder(cause) if wants_room(cause))
    }

    /// Whether another process is at the file at the moment.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.sqlite_code(), Some(Code::DatabaseBusy))
            || matches!(self, Self::Folder(cause) if is_open_elsewhere(cause))
    }

    /// Whether the file is damaged: its owner sets it aside and keeps what can
    /// be read. A file may be found so that was sound when it was opened. No
    /// statement of ours reads another type than it wrote, but on such a file.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self.sqlite_code(), Some(Code::NotADatabase | Code::DatabaseCorrupt))
            || matches!(self, Self::Damaged(_))
            || self.is_unreadable_value()
    }

    /// Whether a value was there that is not of its type.
    pub(crate) fn is_unreadable_value(&self) -> bool {
        use rusqlite::Error as Cause;
        matches!(
            self,
            Self::Sqlite(
                Cause::FromSqlConversionFailure(..)
                    | Cause::IntegralValueOutOfRange(..)
                    | Cause::InvalidColumnType(..)
                    | Cause::Utf8Error(..)
            )
        )
    }

    /// Whether the file contradicts itself, or a statement of ours is wrong: the
    /// file has to be looked at before it is taken for damaged.
    pub(crate) fn is_contradiction(&self) -> bool {
        matches!(self.sqlite_code(), Some(Code::ConstraintViolation))
    }

    /// The same for a file that is being looked at: whatever the disk and the
    /// system are not the reason of is of the file.
    pub(crate) fn is_of_the_file(&self) -> bool {
        self.is_damage()
            || self.is_contradiction()
            || matches!(self.sqlite_code(), Some(Code::Unknown | Code::TypeMismatch))
            || matches!(self, Self::Sqlite(rusqlite::Error::QueryReturnedNoRows))
    }

    fn sqlite_code(&self) -> Option<Code> {
        self.sqlite_error().map(|error| error.code)
    }

    fn sqlite_error(&self) -> Option<&ffi::Error> {
        self.sqlite().and_then(rusqlite::Error::sqlite_error)
    }

    /// What SQLite said, where it is that.
    fn sqlite(&self) -> Option<&rusqlite::Error> {
        match self {
            Self::Sqlite(cause) => Some(cause),
            Self::Locked(_)
            | Self::Absent(_)
            | Self::NewerSchema { .. }
            | Self::OlderSchema { .. }
            | Self::OtherDevice(_)
            | Self::Damaged(_)
            | Self::Replaced(_)
            | Self::Folder(_)
            | Self::Random(_) => None,
        }
    }

    /// The same again, for calls that come before it is worth another try.
    pub(crate) fn again(&self) -> Self {
        let io = ffi::Error::new(if self.is_full() { ffi::SQLITE_FULL } else { ffi::SQLITE_IOERR });
        let error = self.sqlite_error().copied().unwrap_or(io);
        let said = self.sqlite().map_or_else(|| self.to_string(), ToString::to_string);
        Self::Sqlite(rusqlite::Error::SqliteFailure(error, Some(said)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlites_words_are_said_once_however_often_they_are_told() {
        let words = "file is not a database";
        let code = ffi::Error::new(ffi::SQLITE_NOTADB);
        let mut error = Error::from(rusqlite::Error::SqliteFailure(code, Some(words.to_owned())));
        for _ in 0..3 {
            assert_eq!(error.to_string(), format!("could not read or write the outbox: {words}"));
            assert!(std::error::Error::source(&error).is_none());
            assert!(error.is_damage());
            error = error.again();
        }
    }
}
