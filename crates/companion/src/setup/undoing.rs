//! Putting back what a setup found.

use std::path::Path;

use serde::Serialize;

use super::{
    DiffLine, Setup, SetupError, absolute, diff,
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
    /// Keys of it that were left alone: somebody has set them since.
    pub left: Vec<LeftKey>,
}

/// What undoing a setup would do to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UndoPreview {
    /// What would be done to which file.
    pub undoes: Undone,
    /// The file line by line.
    pub lines: Vec<DiffLine>,
    /// Names what stands there now: to be handed to [`Setup::undo_seen`].
    pub seen: String,
}

/// A key of a game's own ini that a setup changed and that somebody has set since: it
/// is theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct LeftKey {
    /// Its section.
    pub section: String,
    /// Its name.
    pub key: String,
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
            let undoing = Undoing::of(note, &GameFile::new(note.path.clone()))?;
            Ok(undoing.told(&note.path))
        };
        Ok(Notes::load(dir)?.iter().map(would).collect())
    }

    /// What [`undo_at`](Self::undo_at) would do to one file, line by line. Nothing is
    /// changed. Whoever has none of this is told [`Undo::Nothing`].
    ///
    /// # Errors
    /// Where the file is not to be touched: somebody changed it since, or it or its
    /// backup is gone.
    pub fn preview_undo(dir: &DataDir, path: &Path) -> Result<UndoPreview, Error> {
        let path = absolute(path)?;
        let file = GameFile::new(path.clone());
        let undoing = match Notes::load(dir)?.of(&path) {
            Some(note) => Undoing::of(note, &file)?,
            None => Undoing { found: file.look()?, way: Way::Nothing, left: Vec::new() },
        };
        Ok(undoing.previewed(&path))
    }

    /// Does what the preview said to one file, where what stands there is still what
    /// it named in `seen`.
    ///
    /// # Errors
    /// As [`undo_at`](Self::undo_at), and where somebody changed the file since the
    /// preview.
    pub fn undo_seen(dir: &DataDir, path: &Path, seen: &str) -> Result<Undone, Error> {
        let path = absolute(path)?;
        if GameFile::new(path.clone()).look()?.seen() != seen {
            return Err(SetupError::ChangedSince { path }.into());
        }
        Self::undo_at(dir, &path)
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
        let Some(note) = notes.of(path).cloned() else {
            let path = path.display().to_string();
            return Ok(Undone { path, how: Undo::Nothing, left: Vec::new() });
        };
        let undone = put_back(&note)?;
        notes.forget(path);
        notes.save(dir)?;
        note.forget_backup();
        Ok(undone)
    }
}

/// What it takes to put a file back as it was.
struct Undoing {
    /// What stands there now.
    found: Found,
    way: Way,
    /// What is somebody else's by now.
    left: Vec<LeftKey>,
}

/// What is done where still stands what was found.
enum Way {
    /// It is as it was.
    Nothing,
    /// It is ours, and goes.
    Remove,
    /// What was kept goes back to its place.
    Restore(Vec<u8>),
    /// Our keys go back to what they were.
    RestoreKeys(Vec<u8>),
}

impl Undoing {
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
            return Ok(Self { found, way: Way::Nothing, left: Vec::new() });
        }
        if !note.inside.is_empty() && !note.wrote.contains(&stands) {
            return Self::of_the_games(note, found);
        }
        if found != Found::None && !note.wrote.contains(&stands) {
            return Err(SetupError::ChangedSince { path: note.path.clone() });
        }
        let way = match &note.before {
            Before::Absent => Way::Remove,
            Before::Kept { backup, name } => match file::kept(backup, name) {
                Ok(kept) => Way::Restore(kept),
                Err(_) if !note.inside.is_empty() => return Self::of_the_games(note, found),
                Err(gone) => return Err(gone),
            },
        };
        Ok(Self { found, way, left: Vec::new() })
    }

    /// For a file of the game's own, which the game or the player has written since.
    fn of_the_games(note: &Note, found: Found) -> Result<Self, SetupError> {
        let Found::File(bytes) = &found else {
            return match &note.before {
                // Our keys went with it.
                Before::Absent => Ok(Self { found, way: Way::Nothing, left: Vec::new() }),
                Before::Kept { backup, .. } => {
                    let (path, backup) = (note.path.clone(), backup.clone());
                    Err(SetupError::NotFound { path, backup })
                }
            };
        };
        let file = file::read_text(&note.path, bytes)?;
        let text = ini::put_back(file.text(), &note.inside);
        let left = ini::theirs(file.text(), &note.inside);
        let is_empty = text.trim_start_matches('\u{feff}').trim().is_empty();
        let way = match &note.before {
            _ if text == file.text() => Way::Nothing,
            Before::Absent if is_empty => Way::Remove,
            Before::Absent | Before::Kept { .. } => Way::RestoreKeys(file.saying(&text)),
        };
        Ok(Self { found, way, left })
    }

    fn told(&self, path: &Path) -> Undone {
        let how = match self.way {
            Way::Nothing => Undo::Nothing,
            Way::Remove => Undo::Removed,
            Way::Restore(_) => Undo::Restored,
            Way::RestoreKeys(_) => Undo::KeysRestored,
        };
        Undone { path: path.display().to_string(), how, left: self.left.clone() }
    }

    fn previewed(&self, path: &Path) -> UndoPreview {
        let now = self.found.text();
        let after = match &self.way {
            Way::Nothing => now.clone(),
            Way::Remove => String::new(),
            Way::Restore(content) | Way::RestoreKeys(content) => file::shown(content),
        };
        UndoPreview {
            undoes: self.told(path),
            lines: diff::lines(&now, &after),
            seen: self.found.seen(),
        }
    }
}

fn put_back(note: &Note) -> Result<Undone, Error> {
    let file = GameFile::new(note.path.clone());
    let undoing = Undoing::of(note, &file)?;
    match &undoing.way {
        Way::Nothing => {}
        Way::Remove => file.remove()?,
        Way::Restore(content) | Way::RestoreKeys(content) => file.put(&undoing.found, content)?,
    }
    Ok(undoing.told(&note.path))
}
