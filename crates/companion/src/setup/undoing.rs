//! Putting back what a setup found.

use std::path::Path;

use serde::Serialize;

use super::{
    Setup, SetupError,
    file::{self, Found, GameFile},
    ini,
    notes::{Before, Note, Notes},
};
use crate::{DataDir, Error};

/// One file that was put back as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Undone {
    /// The file.
    pub path: String,
    /// What was done to it.
    pub how: Undo,
}

/// What undoing a setup did to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// It was ours, and is gone.
    Removed,
    /// What stood there before stands there again.
    Restored,
    /// The game's own file was written since: our keys are as they were before, and
    /// all else is as it is now.
    KeysRestored,
    /// It was as before already.
    Nothing,
}

impl Setup {
    /// What [`undo`](Self::undo) would do to each file. Nothing is changed.
    ///
    /// # Errors
    /// Where the notes of what was done cannot be read.
    pub fn would_undo(dir: &DataDir) -> Result<Vec<Result<Undone, Error>>, Error> {
        let would = |note: &Note| {
            let way = Way::of(note, &GameFile::new(note.path.clone()))?;
            Ok(Undone { path: note.path.display().to_string(), how: way.leads_to() })
        };
        Ok(Notes::load(dir)?.iter().map(would).collect())
    }

    /// Puts every file back as it was, as far as it can be: what became of each.
    ///
    /// # Errors
    /// Where the notes of what was done cannot be read.
    pub fn undo(dir: &DataDir) -> Result<Vec<Result<Undone, Error>>, Error> {
        let paths = Notes::load(dir)?.paths();
        Ok(paths.iter().map(|path| Self::undo_at(dir, path)).collect())
    }

    /// Puts one file back as it was. Whoever has none of this is told
    /// [`Undo::Nothing`].
    ///
    /// # Errors
    /// Where somebody changed it since, it or its backup is gone, or it cannot be
    /// written: then it stays as it is, and so does the note of it.
    pub fn undo_at(dir: &DataDir, path: &Path) -> Result<Undone, Error> {
        let mut notes = Notes::load(dir)?;
        let mut how = Undo::Nothing;
        if let Some(note) = notes.of(path).cloned() {
            how = put_back(&note)?;
            notes.forget(path);
            notes.save(dir)?;
            note.forget_backup();
        }
        Ok(Undone { path: path.display().to_string(), how })
    }
}

/// What it takes to put a file back as it was.
enum Way {
    /// It is as it was.
    Nothing,
    /// It is ours, and goes.
    Remove,
    /// What was kept goes back to its place, where still `found` stands.
    Restore { found: Found, kept: Vec<u8> },
    /// Our keys go back to what they were, where still `found` stands.
    RestoreKeys { found: Found, content: Vec<u8> },
}

impl Way {
    /// # Errors
    /// Where the file is not to be touched: somebody changed it, or it or its backup is
    /// gone.
    fn of(note: &Note, file: &GameFile) -> Result<Self, SetupError> {
        let found = file.look()?;
        let stands = found.seen();
        let is_as_before = !note.is_merged()
            && match &note.before {
                Before::Absent => found == Found::None,
                Before::Kept { name, .. } => stands == *name,
            };
        if is_as_before {
            return Ok(Self::Nothing);
        }
        if !note.inside.is_empty() && !note.wrote.contains(&stands) {
            return Self::of_the_games(note, found);
        }
        if found != Found::None && !note.wrote.contains(&stands) {
            return Err(SetupError::ChangedSince { path: note.path.clone() });
        }
        Ok(match &note.before {
            Before::Absent => Self::Remove,
            Before::Kept { backup, name } => match file::kept(backup, name) {
                Ok(kept) => Self::Restore { found, kept },
                Err(_) if !note.inside.is_empty() => return Self::of_the_games(note, found),
                Err(gone) => return Err(gone),
            },
        })
    }

    /// For a file of the game's own, which the game or the player has written since.
    fn of_the_games(note: &Note, found: Found) -> Result<Self, SetupError> {
        let Found::File(bytes) = &found else {
            return match &note.before {
                // Our keys went with it.
                Before::Absent => Ok(Self::Nothing),
                Before::Kept { backup, .. } => {
                    let (path, backup) = (note.path.clone(), backup.clone());
                    Err(SetupError::NotFound { path, backup })
                }
            };
        };
        let file = file::read_text(&note.path, bytes)?;
        let text = ini::put_back(file.text(), &note.inside);
        let is_empty = text.trim_start_matches('\u{feff}').trim().is_empty();
        let content = file.saying(&text);
        Ok(match &note.before {
            _ if text == file.text() => Self::Nothing,
            Before::Absent if is_empty => Self::Remove,
            Before::Absent | Before::Kept { .. } => Self::RestoreKeys { found, content },
        })
    }

    fn leads_to(&self) -> Undo {
        match self {
            Self::Nothing => Undo::Nothing,
            Self::Remove => Undo::Removed,
            Self::Restore { .. } => Undo::Restored,
            Self::RestoreKeys { .. } => Undo::KeysRestored,
        }
    }
}

fn put_back(note: &Note) -> Result<Undo, Error> {
    let file = GameFile::new(note.path.clone());
    let way = Way::of(note, &file)?;
    match &way {
        Way::Nothing => {}
        Way::Remove => file.remove()?,
        Way::Restore { found, kept } => file.put(found, kept)?,
        Way::RestoreKeys { found, content } => file.put(found, content)?,
    }
    Ok(way.leads_to())
}
