//! What can go wrong with a history.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;

/// Why the history cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A newer Ringside wrote it; it was not touched.
    #[error(
        "{} was written by a newer Ringside (its tables are version {found}); it was not changed",
        path.display()
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// A damaged history could not be set aside.
    #[error("{} is damaged, and cannot be set aside", path.display())]
    SetAside {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// SQLite says no.
    #[error("the database says no")]
    Sqlite(#[from] rusqlite::Error),
}

impl Error {
    /// Whether the file itself is damaged.
    pub(crate) fn is_damage(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        )
    }
}
