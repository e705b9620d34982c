//! Our file in a game's folder: looked at, kept beside, replaced, put back.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use game_client::TextFile;
use sha2::{Digest, Sha256};

use crate::{Game, atomic_file};

/// The longest file that is looked at: ours has under 1 KiB, and what a person
/// wrote by hand is no longer than this.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Backups of one file: a person who sets up so often looks into the folder.
const BACKUPS_MAX: u32 = 1000;

/// Names what stands there where nothing does.
const ABSENT: &str = "absent";

/// Why a game cannot be set up, or not be put back.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The folder is none of the game's, or of no game that is set up.
    #[error("{}: {}", path.display(), not_there(*game))]
    NotTheGame {
        /// What was named.
        path: PathBuf,
        /// The game that was looked for there.
        game: Option<Game>,
    },
    /// A game's own file is no text that can be changed key by key.
    #[error(
        "{}: nobody can tell how its text is written, so Ringside does not write into it; change \
         it by hand",
        path.display()
    )]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// Somebody changed the file since it was looked at, or since it was set up.
    #[error("{}: somebody has changed it since; it was left as it is", path.display())]
    ChangedSince {
        /// The file.
        path: PathBuf,
    },
    /// The game's own file is not where it was changed: its disk is away, or the game is.
    #[error(
        "{}: it is not there; what stood there before stays in {}, to be put back once it is",
        path.display(),
        backup.display()
    )]
    NotFound {
        /// The file.
        path: PathBuf,
        /// What stood there before.
        backup: PathBuf,
    },
    /// What stood there before is not where it was kept.
    #[error("{}: this backup is gone or was changed; nothing was put back", path.display())]
    BackupGone {
        /// The backup.
        path: PathBuf,
    },
    /// The folder or file is not ours to write, or not a file.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

/// What is not at a folder, and which folder it would be.
fn not_there(game: Option<Game>) -> String {
    let Some(game) = game else { return "no game that Ringside sets up is there".to_owned() };
    let inside = match game {
        Game::Cs2 => "game/csgo/cfg",
        Game::Dota2 => "game/dota/cfg",
        Game::RocketLeague => "TAGame/Config",
        Game::Hearthstone => "log.config",
        Game::League | Game::Overwolf | Game::Elite => "the game",
    };
    format!("no {} is there; name the folder that has {inside} in it", game.title())
}

impl SetupError {
    /// Whether the disk is full.
    #[must_use]
    pub fn wants_room(&self) -> bool {
        matches!(self, Self::File { cause, .. } if outbox::wants_room(cause))
    }

    /// Whether this user may not write there.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        matches!(self, Self::File { cause, .. }
            if matches!(cause.kind(), PermissionDenied | ReadOnlyFilesystem))
    }
}

/// The file at its place, whether it is there or not.
pub(super) struct GameFile(PathBuf);

/// What stands at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    None,
    File(Vec<u8>),
}

impl Found {
    /// Names it, so that a change is noticed.
    pub(super) fn seen(&self) -> String {
        match self {
            Self::None => ABSENT.to_owned(),
            Self::File(bytes) => name_of(bytes),
        }
    }

    /// What a person reads of it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::File(bytes) => shown(bytes),
        }
    }
}

/// What a person reads of a content.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text = TextFile::read(bytes).map(|file| file.text().to_owned());
    text.unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
}

/// What the game's own file at `path` says.
///
/// # Errors
/// Where it is no text that can be changed key by key.
pub(super) fn read_text(path: &Path, bytes: &[u8]) -> Result<TextFile, SetupError> {
    TextFile::read(bytes).map_err(|_| SetupError::NotText { path: path.to_owned() })
}

/// What was kept at `backup` under the name of its content.
pub(super) fn kept(backup: &Path, name: &str) -> Result<Vec<u8>, SetupError> {
    let gone = || SetupError::BackupGone { path: backup.to_owned() };
    let kept = fs::read(backup).map_err(|_| gone())?;
    if name_of(&kept) == name { Ok(kept) } else { Err(gone()) }
}

/// The name of a content.
pub(super) fn name_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl GameFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// What stands there now. A link is not followed: what it points to is
    /// somebody's arrangement.
    pub(super) fn look(&self) -> Result<Found, SetupError> {
        let file = match fs::symlink_metadata(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::None),
            Err(error) => return Err(self.failed(error)),
            Ok(file) => file,
        };
        if !file.is_file() || file.len() > FILE_BYTES_MAX {
            return Err(self.failed(io::Error::other("it is no small file")));
        }
        fs::read(&self.0).map(Found::File).map_err(|error| self.failed(error))
    }

    /// Keeps `bytes` beside it under a name that nothing has, on disk.
    pub(super) fn back_up(&self, bytes: &[u8]) -> Result<PathBuf, SetupError> {
        for number in 1..=BACKUPS_MAX {
            let backup = self.backup_path(number);
            match atomic_file::create(&backup, bytes) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed_at(&backup, error)),
                Ok(()) => return Ok(backup),
            }
        }
        Err(self.failed(io::Error::other("there are too many backups of it")))
    }

    /// Puts `content` there, whole or not at all, where still `found` stands.
    pub(super) fn put(&self, found: &Found, content: &[u8]) -> Result<(), SetupError> {
        if self.look()? != *found {
            return Err(SetupError::ChangedSince { path: self.0.clone() });
        }
        let put = match found {
            Found::None => self.make_folder().and_then(|()| atomic_file::create(&self.0, content)),
            Found::File(_) => atomic_file::replace_for_all(&self.0, content),
        };
        put.map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                SetupError::ChangedSince { path: self.0.clone() }
            } else {
                self.failed(error)
            }
        })
    }

    /// Makes the one folder that may be missing: Dota 2 comes without its own. It
    /// stays where the file goes again.
    fn make_folder(&self) -> io::Result<()> {
        match self.0.parent().map(fs::create_dir) {
            Some(Err(error)) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            Some(Ok(()) | Err(_)) | None => Ok(()),
        }
    }

    /// Removes it.
    pub(super) fn remove(&self) -> Result<(), SetupError> {
        fs::remove_file(&self.0).map_err(|error| self.failed(error))?;
        let folder = self.0.parent().unwrap_or(Path::new("."));
        atomic_file::sync_folder(folder).map_err(|error| self.failed(error))
    }

    /// Not the game's to read: it reads what ends with `.cfg`.
    fn backup_path(&self, number: u32) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(format!(".ringside-backup-{number}"));
        name.into()
    }

    fn failed(&self, cause: io::Error) -> SetupError {
        failed_at(&self.0, cause)
    }
}

fn failed_at(path: &Path, cause: io::Error) -> SetupError {
    SetupError::File { path: path.to_owned(), cause }
}
