//! What can go wrong with an outbox.

use std::{io, path::PathBuf};

use event_model::DeviceId;

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
    /// The file belongs to another device than the one that was named: its
    /// events could not be sent under this one's token.
    #[error("the outbox belongs to device {0}")]
    OtherDevice(DeviceId),
    /// The folder or the lock file could not be used.
    #[error("could not use the outbox's folder")]
    Folder(#[source] io::Error),
    /// The system gave no random bytes for the file's id.
    #[error("could not make an id for the outbox")]
    Random(#[source] getrandom::Error),
    /// SQLite could not do it; [`Error::is_full`] tells a full disk.
    #[error("could not read or write the outbox")]
    Sqlite(#[from] rusqlite::Error),
}

impl Error {
    /// Whether the disk is full: the same append succeeds when there is room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self.sqlite_code(), Some(rusqlite::ErrorCode::DiskFull))
    }

    /// Whether the file is not a database, or a damaged one.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(
            self.sqlite_code(),
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt)
        )
    }

    fn sqlite_code(&self) -> Option<rusqlite::ErrorCode> {
        match self {
            Self::Sqlite(cause) => cause.sqlite_error_code(),
            Self::Locked(_)
            | Self::Absent(_)
            | Self::NewerSchema { .. }
            | Self::OtherDevice(_)
            | Self::Folder(_)
            | Self::Random(_) => None,
        }
    }
}
