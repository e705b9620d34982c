//! The recordings of this installation, as a player looks at them and acts on them.
//!
//! They are the files of one folder: what Ringside recorded, and what the player put
//! there. A file is named by its name in that folder, never by a path.

mod files;

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use recording::{Compression, Info, Redaction};
use serde::Serialize;

use crate::{DataDir, Error};
use files::Found;
pub use files::RecordingError;

/// One recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RecordingRow {
    /// The file's name in the folder.
    pub name: String,
    /// How it stands with it.
    pub state: RecordingState,
    /// Bytes on the disk.
    pub bytes: u64,
    /// What is in it, where it could be read to its end.
    pub content: Option<RecordingContent>,
}

/// What is in a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RecordingContent {
    /// The source's name, such as `cs2`.
    pub source: String,
    /// When it began, RFC 3339.
    pub recorded_at: String,
    /// How long it is.
    pub duration_ms: u64,
    /// Frames in it.
    pub frames: u64,
    /// Whether players' names were taken out.
    pub without_names: bool,
}

/// How it stands with a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RecordingState {
    /// It is being written.
    Running,
    /// It says itself why it ended, or was made of another program's file.
    Whole,
    /// It ends without a word, as when the PC lost power: all before can be played.
    CutOff,
    /// It cannot be read.
    Unreadable {
        /// Why.
        detail: String,
    },
}

/// A copy without names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct WithoutNames {
    /// The copy's name in the folder.
    pub name: String,
    /// How many names and accounts were replaced.
    pub names: u64,
}

/// The recordings in the folder of an installation.
#[derive(Debug, Clone)]
pub struct Recordings {
    folder: PathBuf,
    /// What was read through before: a file is read again only when it has changed.
    known: Arc<Mutex<BTreeMap<Found, Reading>>>,
}

/// What reading a file to its end came to.
type Reading = (RecordingState, Option<RecordingContent>);

impl Recordings {
    /// The recordings of `dir`.
    #[must_use]
    pub fn of(dir: &DataDir) -> Self {
        Self { folder: dir.recordings(), known: Arc::default() }
    }

    /// Where they are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All of them, the newest first. `running` are those that are being written.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn list(&self, running: &[PathBuf]) -> Result<Vec<RecordingRow>, Error> {
        let mut found = files::in_folder(&self.folder)?;
        found.sort_by_key(|file| Reverse(file.changed));
        let mut known = self.known();
        known.retain(|file, _| found.contains(file));
        let row = |file: Found| {
            let path = self.folder.join(&file.name);
            let (state, content) = if running.contains(&path) {
                (RecordingState::Running, None)
            } else {
                known.entry(file.clone()).or_insert_with(|| read_through(&path)).clone()
            };
            RecordingRow { name: file.name, state, bytes: file.bytes, content }
        };
        Ok(found.into_iter().map(row).collect())
    }

    /// The file of that name.
    ///
    /// # Errors
    /// Where there is none in the folder.
    pub fn path(&self, name: &str) -> Result<PathBuf, Error> {
        Ok(files::named(&self.folder, name)?)
    }

    /// Deletes a recording for good.
    ///
    /// # Errors
    /// Where there is none of that name, it is being written, or the disk refuses.
    pub fn delete(&self, name: &str, running: &[PathBuf]) -> Result<(), Error> {
        let path = self.path(name)?;
        if running.contains(&path) {
            return Err(RecordingError::Running { path }.into());
        }
        std::fs::remove_file(&path).map_err(|cause| Error::DataDir { path, cause })
    }

    /// Copies a recording into `folder`, beside whatever is there.
    ///
    /// # Errors
    /// Where there is none of that name, or the disk refuses.
    pub fn export(&self, name: &str, folder: &Path) -> Result<PathBuf, Error> {
        let path = self.path(name)?;
        files::copy_into(&path, folder)
    }

    /// Makes a copy of a recording beside it, with every player called by a number.
    ///
    /// # Errors
    /// Where there is none of that name, it cannot be read, or is of a game whose
    /// names this version cannot find.
    pub fn without_names(&self, name: &str) -> Result<WithoutNames, Error> {
        let recording = recording::import(&self.path(name)?, None).map_err(Error::BadInput)?;
        let path = files::free_name(&self.folder, &format!("{}-no-names", files::stem(name)));
        let redacted = recording.redact_to(&path, Compression::Zstd).map_err(Error::BadInput)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(WithoutNames { name: name.unwrap_or_default(), names: redacted.names })
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Found, Reading>> {
        self.known.lock().expect("no holder of this lock panics")
    }
}

/// The files of a folder and their bytes, the newest first.
pub(crate) fn newest_first(folder: &Path) -> Result<Vec<(PathBuf, u64)>, Error> {
    let mut found = files::in_folder(folder)?;
    found.sort_by_key(|file| Reverse(file.changed));
    Ok(found.into_iter().map(|file| (folder.join(file.name), file.bytes)).collect())
}

fn read_through(path: &Path) -> Reading {
    match recording::info(path) {
        Ok(info) => {
            let is_whole = info.end.is_some() || info.compressed.is_none();
            let state = if is_whole { RecordingState::Whole } else { RecordingState::CutOff };
            (state, Some(content(&info)))
        }
        Err(error) => (RecordingState::Unreadable { detail: error.to_string() }, None),
    }
}

fn content(info: &Info) -> RecordingContent {
    RecordingContent {
        source: info.header.source.to_string(),
        recorded_at: info.header.recorded_at.to_string(),
        duration_ms: info.duration_ms,
        frames: info.counts.frames,
        without_names: info.header.redaction == Redaction::Names,
    }
}

#[cfg(test)]
mod tests;
