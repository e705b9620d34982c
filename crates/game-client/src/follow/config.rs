//! What is followed: whose files, where, and in which order.

use std::{
    io,
    path::{Path, PathBuf},
};

use event_model::Source;
use game_session::FollowedTo;

/// What a follower needs to know.
#[derive(Debug, Clone)]
pub struct FollowConfig {
    /// Whose files they are.
    pub source: Source,
    /// Where the game writes them. It need not be there yet.
    pub folder: PathBuf,
    /// Which of the files there, and in which order.
    pub layout: Layout,
    /// The last line that the stream has taken; absent where it never took one.
    pub from: Option<FollowedTo>,
}

/// How a game lays out its files.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The game's files in the folder, in any order.
    ///
    /// # Errors
    /// Where the folder cannot be read; `NotFound` where it is not there.
    pub list: fn(&Path) -> io::Result<Vec<LogFile>>,
    /// What a file's name is sorted by: a later file's is greater. It must not ask
    /// the disk, since a file of a saved place may be gone.
    pub order: fn(&str) -> String,
    /// Where to begin without a saved place: one of the files, which are in order
    /// and not none. Mostly the last.
    pub begin: fn(&[LogFile]) -> usize,
    /// Whether files lie in folders of that folder.
    pub nested: bool,
}

/// A file that the game writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its path below the folder, with `/` between the parts: what a frame says of
    /// its file, so that nothing of the player's own folders is in it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}
