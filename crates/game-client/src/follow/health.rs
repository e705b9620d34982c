//! What can be said of a follower without reading a line.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use event_model::Moment;

/// What was counted since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FollowCounts {
    /// Lines passed on.
    pub lines: u64,
    /// Files begun.
    pub files: u64,
    /// How often a file was shortened or written anew, and read from its start.
    pub start_overs: u64,
    /// Lines longer than [`LINE_BYTES_MAX`](super::LINE_BYTES_MAX), which were
    /// skipped.
    pub too_long: u64,
    /// Files that came while nobody looked and were too many to be read.
    pub left_out: u64,
}

/// How the following goes. All of it is normal at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FollowHealth {
    /// Nobody looked yet.
    NotLooked,
    /// The game never wrote here, or is not installed.
    FolderMissing {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The folder is there and cannot be read.
    FolderUnreadable {
        /// Which folder.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The folder has no file of the game.
    NoFile {
        /// Which folder.
        folder: PathBuf,
    },
    /// A file is there and cannot be read.
    FileUnreadable {
        /// Its name.
        file: String,
        /// What the system says.
        reason: String,
    },
    /// It looks no more, by a fault of our own: whoever began it begins it again.
    Stopped,
    /// What was written before this installation first looked is left alone.
    Former {
        /// The newest file, by its name.
        file: String,
    },
    /// Lines come as the game writes them.
    Following {
        /// The newest file, by its name.
        file: String,
        /// What was counted.
        counts: FollowCounts,
        /// When the last line came; absent before the first.
        last_line: Option<Moment>,
    },
}

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    NoFolder(PathBuf),
    UnreadableFolder(PathBuf, String),
    NoFile(PathBuf),
    Former(String),
    UnreadableFile(String, String),
    File(String),
}

impl Found {
    pub(super) fn no_folder(folder: &Path, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            Self::NoFolder(folder.to_owned())
        } else {
            Self::UnreadableFolder(folder.to_owned(), error.to_string())
        }
    }

    pub(super) fn unreadable(file: &str, error: &io::Error) -> Self {
        Self::UnreadableFile(file.to_owned(), error.to_string())
    }
}

impl FollowHealth {
    pub(super) fn of(found: Found, counts: FollowCounts, last_line: Option<Moment>) -> Self {
        match found {
            Found::NoFolder(folder) => Self::FolderMissing { folder },
            Found::UnreadableFolder(folder, reason) => Self::FolderUnreadable { folder, reason },
            Found::NoFile(folder) => Self::NoFile { folder },
            Found::Former(file) => Self::Former { file },
            Found::UnreadableFile(file, reason) => Self::FileUnreadable { file, reason },
            Found::File(file) => Self::Following { file, counts, last_line },
        }
    }

    /// Whether a file is read.
    #[must_use]
    pub fn is_following(&self) -> bool {
        matches!(self, Self::Following { .. })
    }

    /// Whether both say the same, whatever was counted meanwhile.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self == other || self.is_following() && other.is_following()
    }
}

impl fmt::Display for FollowHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLooked => f.write_str("not looked yet"),
            Self::FolderMissing { .. } => f.write_str("the game has written no log yet"),
            Self::FolderUnreadable { reason, .. } => {
                write!(f, "the folder of its logs cannot be read: {reason}")
            }
            Self::NoFile { .. } => f.write_str("the folder of its logs has none"),
            Self::Former { .. } => {
                f.write_str("what was played before is left alone; the next game is read")
            }
            Self::FileUnreadable { file, reason } => write!(f, "{file} cannot be read: {reason}"),
            Self::Stopped => f.write_str("the reader stopped by a fault of Ringside's own"),
            Self::Following { file, .. } => write!(f, "following {file}"),
        }
    }
}
