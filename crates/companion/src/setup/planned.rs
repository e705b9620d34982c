//! What a game needs to have in its folder, as a plan.

use std::path::PathBuf;

use serde::Serialize;

use super::{
    Edition, SetupError,
    file::{self, Found},
};
use crate::error::with_cause;

/// A file that makes a game report here.
pub(super) struct Planned {
    /// Where.
    pub(super) path: PathBuf,
    /// Whose folder it is in.
    pub(super) edition: Edition,
    /// What it has to say.
    pub(super) content: Content,
}

/// What a file has to say.
pub(super) enum Content {
    /// This and nothing else: the file is ours.
    Ours(String),
    /// The file is the game's own: what it says with some keys of an ini as they are
    /// needed. Everything else of it stays byte for byte, in the encoding that it has.
    Inside(Box<dyn Fn(&str) -> String>),
}

/// How a file is that makes a game report here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum FileState {
    /// There is none.
    Missing,
    /// It says what is needed.
    Current,
    /// It says something else.
    Differs {
        /// The first line that does, from 1; none where it is the game's own file.
        line: Option<usize>,
    },
    /// It cannot be read, or not be changed as it is.
    Unreadable {
        /// Why, in English.
        reason: String,
    },
}

impl Planned {
    /// What stands there after a setup, where `found` stands there before.
    ///
    /// # Errors
    /// Where a game's own file is no text that can be changed key by key.
    pub(super) fn after(&self, found: &Found) -> Result<Vec<u8>, SetupError> {
        match &self.content {
            Content::Ours(text) => Ok(text.clone().into_bytes()),
            Content::Inside(with) => match found {
                Found::None => Ok(with("").into_bytes()),
                Found::File(bytes) => {
                    let file = file::read_text(&self.path, bytes)?;
                    Ok(file.saying(&with(file.text())))
                }
            },
        }
    }

    /// How the file is, where `found` stands there. An editor may have changed the line
    /// ends of ours.
    pub(super) fn state(&self, found: &Found) -> FileState {
        let after = match self.after(found) {
            Ok(after) => after,
            Err(error) => return FileState::unreadable(&error),
        };
        let Found::File(bytes) = found else { return FileState::Missing };
        match &self.content {
            Content::Inside(_) if *bytes == after => FileState::Current,
            Content::Inside(_) => FileState::Differs { line: None },
            Content::Ours(needed) => of_ours(&String::from_utf8_lossy(bytes), needed),
        }
    }
}

impl FileState {
    pub(super) fn unreadable(error: &SetupError) -> Self {
        Self::Unreadable { reason: with_cause(error) }
    }
}

fn of_ours(text: &str, needed: &str) -> FileState {
    let alike = text.lines().zip(needed.lines()).take_while(|(is, ought)| is == ought).count();
    if alike == text.lines().count() && alike == needed.lines().count() {
        FileState::Current
    } else {
        FileState::Differs { line: Some(alike + 1) }
    }
}
