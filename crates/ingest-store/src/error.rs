//! What can go wrong with the file.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;

/// The result of most calls here.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory of the database could not be made.
    #[error("could not make the data directory")]
    Directory(#[source] io::Error),
    /// A newer server wrote this database: an older one must leave it alone.
    #[error(
        "the database has version {found}, and this server knows only {known}: a newer server wrote \
         it, or its header is damaged; nothing was touched: start the newer server, or put the last \
         backup in its place with `ringside-ingest database restore`"
    )]
    Newer {
        /// The version in the file.
        found: usize,
        /// The newest that this build can read.
        known: usize,
    },
    /// There is no database, but what is left of one: by a restore that was cut
    /// off, or by a first start at which the power failed. An empty one in its place
    /// would be taken for it.
    #[error(
        "there is no database, but {} is there: a restore was cut off, then restore again; or the \
         database was deleted, then put the last backup in its place with `ringside-ingest database \
         restore`; or, where the server never ran before, the power failed at its first start, then \
         move it away to begin with an empty database", .0.display()
    )]
    LeftBehind(PathBuf),
    /// A server saved everything of a database that was deleted or replaced under it,
    /// and nobody has put that back.
    #[error(
        "{} has everything that a server had acknowledged when its database was deleted or replaced \
         under it, and what stands there may lack some of that: put it back with `ringside-ingest \
         database restore`, or move it away to give up what only it has", .0.display()
    )]
    Saved(PathBuf),
    /// A server was to do so, and was ended before it had.
    #[error(
        "{} says that a server's database was deleted or replaced under it, and that it was ended \
         before it had saved what was open: what it acknowledged last may be lost, and this file is \
         no copy of it. Where that server still runs, wait for it; where its files were only moved, \
         move them back and delete this one; else put the last backup in place with \
         `ringside-ingest database restore`, so that companions send again what it lacks, or delete \
         this file to go on with what is left", .0.display()
    )]
    Unsaved(PathBuf),
    /// The database has no log, and one is beside it: that of the database whose
    /// place a copy took. SQLite would write its pages into the copy.
    #[error(
        "{} is the log of another database than the one beside it, which is a copy that was put in \
         its place by hand: move the log and ingest.sqlite-shm away and start again, or put the copy \
         in place with `ringside-ingest database restore`", .0.display()
    )]
    ForeignLog(PathBuf),
    /// The database's name leads to a file elsewhere. SQLite keeps the log beside
    /// that one, where nobody looks for it.
    #[error(
        "{} is a symbolic link, and the log would lie beside the file that it leads to: put the file \
         and its log here instead, or name their folder as the data directory", .0.display()
    )]
    Link(PathBuf),
    /// A file of the database was deleted or replaced while it was open: what is
    /// written is gone with the last who has it open.
    #[error("{} was deleted or replaced while it was open", .0.display())]
    Misplaced(PathBuf),
    /// What a killed server left in the write-ahead log cannot be put on disk.
    #[error("could not flush ingest.sqlite-wal")]
    Log(#[source] io::Error),
    /// What can be made anew from the log is damaged, or of another version.
    #[error("index.sqlite cannot be used: {0}")]
    Index(String),
    /// It was, and is set aside: the next who needs it makes it anew.
    #[error("index.sqlite is made anew from the log")]
    Mended(#[source] Box<Error>),
    /// The batch is of a device that never enrolled.
    #[error("the device is not enrolled")]
    UnknownDevice,
    /// A batch of the log cannot be taken apart, so nothing of it was changed.
    #[error("batch {0} of the log cannot be read")]
    Unreadable(i64),
    /// The gate is being filled from the log, and whoever waits for it was told
    /// to stop. What was done of it is done.
    #[error("it was told to stop while the gate is made anew")]
    CutShort,
    /// SQLite refused: the disk is full, the file is locked or damaged. Its words
    /// are said here: what it names as their source is the same once more.
    #[error("could not use the database: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// What an error says of the store itself, the worse the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ailment {
    /// It cannot be used now, and may be by itself later: a disk that is full, or
    /// does not answer.
    Passing,
    /// Something in it is not as it was written.
    Damaged,
}

impl Error {
    /// What ails the store; `None` where somebody else was at it, or it is one
    /// batch that cannot be taken.
    #[must_use]
    pub fn ailment(&self) -> Option<Ailment> {
        match self {
            Self::UnknownDevice | Self::CutShort => None,
            Self::Directory(_)
            | Self::Newer { .. }
            | Self::LeftBehind(_)
            | Self::Saved(_)
            | Self::Unsaved(_)
            | Self::ForeignLog(_)
            | Self::Link(_)
            | Self::Log(_)
            | Self::Misplaced(_)
            | Self::Mended(_) => Some(Ailment::Passing),
            Self::Index(_) | Self::Unreadable(_) => Some(Ailment::Damaged),
            Self::Sqlite(error) => of_sqlite(error),
        }
    }
}

impl Error {
    /// Whether something was read that is not as it was written.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        let code = self.sqlite().and_then(rusqlite::Error::sqlite_error_code);
        matches!(self, Self::Index(_) | Self::Unreadable(_))
            || matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    /// What SQLite said, where it is that.
    pub(crate) fn sqlite(&self) -> Option<&rusqlite::Error> {
        match self {
            Self::Sqlite(error) => Some(error),
            Self::Directory(_)
            | Self::Newer { .. }
            | Self::LeftBehind(_)
            | Self::Saved(_)
            | Self::Unsaved(_)
            | Self::ForeignLog(_)
            | Self::Link(_)
            | Self::Log(_)
            | Self::Misplaced(_)
            | Self::Index(_)
            | Self::Mended(_)
            | Self::UnknownDevice
            | Self::Unreadable(_)
            | Self::CutShort => None,
        }
    }
}

fn of_sqlite(error: &rusqlite::Error) -> Option<Ailment> {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => None,
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OutOfMemory,
        ) => Some(Ailment::Passing),
        Some(_) | None => Some(Ailment::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error and what it names as its cause, as a person reads them.
    fn told(error: &dyn std::error::Error) -> String {
        let cause = error.source().map_or(String::new(), |cause| format!(": {}", told(cause)));
        format!("{error}{cause}")
    }

    #[test]
    fn what_sqlite_says_is_said_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "dear diary, ".repeat(100)).unwrap();
        let db = rusqlite::Connection::open(file.path()).unwrap();
        let error = Error::from(db.execute_batch("SELECT * FROM x").unwrap_err());
        assert_eq!(told(&error), "could not use the database: file is not a database");
    }
}
