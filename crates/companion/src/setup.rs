//! Puts into a game's folder what makes it report here, and takes it away again.
//!
//! [`Setup::preview`] says what a setup would do and changes nothing;
//! [`Setup::write`] does it, where the file is still as it was looked at;
//! [`Setup::undo`] puts back what stood there, byte for byte, or removes what was
//! made. What was done where is noted beside the settings, before it is done.
//!
//! # Invariants
//!
//! - Nothing is written into a game's folder but our own file of one fixed name, the
//!   keys of an ini of the game's that make it report here, and backups beside them.
//! - A file of ours that somebody changed since is neither overwritten nor removed. In
//!   an ini that the game itself rewrites, our keys go back to what they were, where
//!   they still say what we wrote, and all else stays.
//! - No backup is written over another, and none is given up while the file that it
//!   belongs to is not found.
//!
//! A game is one file here: what it needs at the places where it is found, and at one
//! that the player names.

mod cs2;
mod diff;
mod dota2;
mod file;
mod hearthstone;
mod ini;
mod notes;
mod planned;
mod rocket_league;
mod undoing;

use std::path::{Path, PathBuf};

use game_client::{Error as ClientError, GsiToken};
use serde::Serialize;

use crate::{DataDir, Error, Game, Identity, Settings};
pub use diff::{DiffIs, DiffLine};
pub use file::SetupError;
use file::{Found, GameFile};
use notes::{Before, Note, Notes};
pub use planned::FileState;
use planned::{Content, Planned};
pub use undoing::{LeftKey, Undo, UndoPreview, Undone};

/// What a setup would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum SetupPreview {
    /// The game serves its API or writes its log by itself.
    NothingToInstall,
    /// No such game is where games are usually installed.
    NotFound,
    /// One file for each place where the game is installed.
    Files {
        /// The files.
        files: Vec<SetupFile>,
    },
}

/// What a setup would do to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SetupFile {
    /// The file.
    pub path: String,
    /// Whose folder it is in.
    pub edition: Edition,
    /// What would be done.
    pub does: Change,
    /// The file line by line.
    pub lines: Vec<DiffLine>,
    /// Names what stands there now: to be handed to [`Setup::write`].
    pub seen: String,
}

/// Whose folder a file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// Counter-Strike 2.
    Cs2,
    /// Counter-Strike: Global Offensive.
    Csgo,
    /// Dota 2.
    Dota2,
    /// Rocket League.
    RocketLeague,
    /// Hearthstone.
    Hearthstone,
}

impl Edition {
    /// What players call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Cs2 => "Counter-Strike 2",
            Self::Csgo => "CS:GO",
            Self::Dota2 => Game::Dota2.title(),
            Self::RocketLeague => Game::RocketLeague.title(),
            Self::Hearthstone => Game::Hearthstone.title(),
        }
    }
}

/// What a setup does to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is as it should be.
    Nothing,
    /// It is made.
    Create,
    /// It is replaced, and what stood there is kept beside it.
    Replace,
}

/// The setup of games for one installation of Ringside.
#[derive(Debug, Clone)]
pub struct Setup {
    dir: DataDir,
    settings: Settings,
    /// What games of Valve's have to show.
    token: GsiToken,
}

/// What the files of games are made of.
pub(crate) struct Needs<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) token: &'a GsiToken,
}

/// A file that makes a game report here, and how it is.
pub(crate) struct Standing {
    /// The file.
    pub(crate) path: PathBuf,
    /// Whose folder it is in.
    pub(crate) edition: Edition,
    /// How it is.
    pub(crate) state: FileState,
    /// What has to stand there, where the whole file is ours.
    pub(crate) ours: Option<String>,
}

impl Setup {
    /// The setup for `dir`, with its ports and its token.
    ///
    /// # Errors
    /// Where its settings or its identity cannot be read.
    pub fn of(dir: &DataDir) -> Result<Self, Error> {
        let failed = |cause| Error::Listener { game: Game::Cs2.title(), cause };
        let (settings, identity) = (Settings::load_or_create(dir)?, Identity::load_or_create(dir)?);
        let token = GsiToken::new(identity.gsi_token()).map_err(failed)?;
        Ok(Self { dir: dir.clone(), settings, token })
    }

    /// What a setup would do, at the folder that the player names or wherever
    /// the game is found.
    ///
    /// # Errors
    /// Where the named folder is none of the game's, or a file cannot be read.
    pub fn preview(&self, game: Game, named: Option<&Path>) -> Result<SetupPreview, Error> {
        if !Self::installs(game) {
            return Ok(SetupPreview::NothingToInstall);
        }
        let found = match named {
            Some(named) => {
                let named = absolute(named)?;
                let found = self.at(game, &named);
                if found.is_empty() {
                    let (path, game) = (named, Some(game));
                    return Err(SetupError::NotTheGame { path, game }.into());
                }
                found
            }
            None => {
                let title = game.title();
                self.found(game).map_err(|cause| Error::Listener { game: title, cause })?
            }
        };
        if found.is_empty() {
            return Ok(SetupPreview::NotFound);
        }
        let files = found.iter().map(previewed).collect::<Result<_, _>>()?;
        Ok(SetupPreview::Files { files })
    }

    /// Whether a game needs a file to report here.
    #[must_use]
    pub fn installs(game: Game) -> bool {
        match game {
            Game::Cs2 | Game::Dota2 | Game::RocketLeague | Game::Hearthstone => true,
            Game::League | Game::Overwolf | Game::Elite => false,
        }
    }

    /// Wherever a game is found.
    fn found(&self, game: Game) -> Result<Vec<Planned>, ClientError> {
        match game {
            Game::Cs2 => cs2::found(&self.needs()),
            Game::Dota2 => dota2::found(&self.needs()),
            Game::RocketLeague => rocket_league::found(&self.needs()),
            Game::Hearthstone => Ok(hearthstone::found()),
            Game::League | Game::Overwolf | Game::Elite => Ok(Vec::new()),
        }
    }

    /// At a folder of the game's, or one around it.
    fn at(&self, game: Game, named: &Path) -> Vec<Planned> {
        match game {
            Game::Cs2 => cs2::at(&self.needs(), named),
            Game::Dota2 => dota2::at(&self.needs(), named),
            Game::RocketLeague => rocket_league::at(&self.needs(), named),
            Game::Hearthstone => hearthstone::at(named),
            Game::League | Game::Overwolf | Game::Elite => Vec::new(),
        }
    }

    /// What a game's own file has to say, for a place that nobody found.
    pub(crate) fn own_file(&self, game: Game) -> Option<String> {
        match game {
            Game::Cs2 => Some(cs2::content(&self.needs())),
            Game::Dota2 => Some(dota2::content(&self.needs())),
            Game::League
            | Game::RocketLeague
            | Game::Overwolf
            | Game::Elite
            | Game::Hearthstone => None,
        }
    }

    fn needs(&self) -> Needs<'_> {
        Needs { settings: &self.settings, token: &self.token }
    }

    /// Every file that makes a game report here, wherever the game is found and
    /// wherever the player had one set up; and why the games cannot be listed, where
    /// they cannot.
    ///
    /// # Errors
    /// Where the notes of what was done cannot be read.
    pub(crate) fn standing(
        &self,
        game: Game,
    ) -> Result<(Vec<Standing>, Option<ClientError>), Error> {
        let (mut planned, trouble) = match self.found(game) {
            Ok(found) => (found, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        for path in Self::done(&self.dir)? {
            if planned.iter().all(|one| one.path != path) {
                let folder = path.parent().unwrap_or(&path);
                let here = self.at(game, folder).into_iter().filter(|one| one.path == path);
                planned.extend(here);
            }
        }
        Ok((planned.into_iter().map(standing).collect(), trouble))
    }

    /// Does at `path` what the preview said, where what stands there is still what
    /// it named in `seen`.
    ///
    /// # Errors
    /// Where the path is none of a game's, the file has changed since or cannot
    /// be written: then everything is as it was.
    pub fn write(&self, path: &Path, seen: &str) -> Result<Change, Error> {
        self.write_planned(&self.planned_at(&absolute(path)?)?, seen)
    }

    fn write_planned(&self, planned: &Planned, seen: &str) -> Result<Change, Error> {
        let file = GameFile::new(planned.path.clone());
        let found = file.look()?;
        if found.seen() != seen {
            return Err(SetupError::ChangedSince { path: file.path().to_owned() }.into());
        }
        let after = planned.after(&found)?;
        let change = change_of(&found, &after);
        if change == Change::Nothing {
            return Ok(change);
        }
        let mut notes = Notes::load(&self.dir)?;
        let earlier = notes.clone();
        note(&mut notes, &file, &found, &Writing { planned, after: &after })?;
        notes.save(&self.dir)?;
        if let Err(error) = file.put(&found, &after) {
            // Nothing stands there that was not there before.
            earlier.save(&self.dir)?;
            if let Some(note) = notes.of(file.path()).filter(|note| !earlier.keeps(note)) {
                note.forget_backup();
            }
            return Err(error.into());
        }
        Ok(change)
    }

    /// Where a setup was done and not undone.
    ///
    /// # Errors
    /// Where the notes of it cannot be read.
    pub fn done(dir: &DataDir) -> Result<Vec<PathBuf>, Error> {
        Ok(Notes::load(dir)?.paths())
    }

    /// The file at `path`, where that is one that a setup may write.
    fn planned_at(&self, path: &Path) -> Result<Planned, Error> {
        let folder = path.parent().unwrap_or(path);
        let of_games = Game::READ.into_iter().flat_map(|game| self.at(game, folder));
        let refused = || SetupError::NotTheGame { path: path.to_owned(), game: None };
        Ok(of_games.into_iter().find(|planned| planned.path == path).ok_or_else(refused)?)
    }
}

/// Where a path leads from here: whoever undoes a setup stands elsewhere.
fn absolute(path: &Path) -> Result<PathBuf, SetupError> {
    let failed = |cause| SetupError::File { path: path.to_owned(), cause };
    std::path::absolute(path).map_err(failed)
}

fn previewed(planned: &Planned) -> Result<SetupFile, Error> {
    let file = GameFile::new(planned.path.clone());
    let stands = file.look()?;
    let after = planned.after(&stands)?;
    Ok(SetupFile {
        path: file.path().display().to_string(),
        edition: planned.edition,
        does: change_of(&stands, &after),
        lines: diff::lines(&stands.text(), &file::shown(&after)),
        seen: stands.seen(),
    })
}

fn standing(planned: Planned) -> Standing {
    let found = GameFile::new(planned.path.clone()).look();
    let state = match found {
        Ok(found) => planned.state(&found),
        Err(error) => FileState::unreadable(&error),
    };
    let ours = match planned.content {
        Content::Ours(text) => Some(text),
        Content::Inside(_) => None,
    };
    Standing { path: planned.path, edition: planned.edition, state, ours }
}

fn change_of(found: &Found, after: &[u8]) -> Change {
    match found {
        Found::None => Change::Create,
        Found::File(bytes) if bytes == after => Change::Nothing,
        Found::File(_) => Change::Replace,
    }
}

/// What is about to be written.
struct Writing<'a> {
    planned: &'a Planned,
    after: &'a [u8],
}

/// Notes what will stand there, and what stood there: kept beside it, where it is not
/// what a setup itself had written.
fn note(
    notes: &mut Notes,
    file: &GameFile,
    found: &Found,
    writing: &Writing<'_>,
) -> Result<(), Error> {
    let wrote = file::name_of(writing.after);
    let inside = match &writing.planned.content {
        Content::Ours(_) => Vec::new(),
        Content::Inside(_) => ini::changes(&found.text(), &file::shown(writing.after)),
    };
    if notes.renew(file.path(), &found.seen(), &wrote, &inside) {
        return Ok(());
    }
    let before = match found {
        Found::None => Before::Absent,
        Found::File(bytes) => Before::Kept { backup: file.back_up(bytes)?, name: found.seen() },
    };
    notes.keep(Note { path: file.path().to_owned(), before, wrote: vec![wrote], inside });
    Ok(())
}

#[cfg(test)]
mod inside_tests;
#[cfg(test)]
mod tests;
