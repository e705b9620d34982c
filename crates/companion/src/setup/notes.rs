//! What was done to games' folders, noted before it is done: whoever uninstalls
//! Ringside can undo all of it.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::ini::{self, KeyChange};
use crate::{DataDir, Error, atomic_file};

/// Every setup that was not undone, one a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Notes(Vec<Note>);

/// One setup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The file.
    pub(super) path: PathBuf,
    /// What stood there.
    pub(super) before: Before,
    /// Names of what was written there, the last one last: it may be that the last
    /// one was not written any more.
    pub(super) wrote: Vec<String>,
    /// In a file of the game's own: the keys that were changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) inside: Vec<KeyChange>,
}

/// What stood at a place before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Before {
    /// Nothing.
    Absent,
    /// A file, which is kept.
    Kept {
        /// Where.
        backup: PathBuf,
        /// The name of its content.
        name: String,
    },
}

impl Notes {
    pub(super) fn load(dir: &DataDir) -> Result<Self, Error> {
        let path = dir.setup_notes();
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|cause| Error::DataDir { path, cause: cause.into() }),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(Error::DataDir { path, cause }),
        }
    }

    pub(super) fn save(&self, dir: &DataDir) -> Result<(), Error> {
        let path = dir.setup_notes();
        let json = serde_json::to_vec_pretty(self)
            .map_err(|cause| Error::DataDir { path: path.clone(), cause: cause.into() })?;
        atomic_file::replace(&path, &json).map_err(|cause| Error::DataDir { path, cause })
    }

    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.0.iter().map(|note| note.path.clone()).collect()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Note> {
        self.0.iter()
    }

    pub(super) fn of(&self, path: &Path) -> Option<&Note> {
        self.0.iter().find(|note| note.path == path)
    }

    /// Whether the same backup is known here.
    pub(super) fn keeps(&self, note: &Note) -> bool {
        self.of(&note.path).is_some_and(|known| known.before == note.before)
    }

    /// Keeps the note in the place of an earlier one: a file that somebody changed
    /// after that is theirs, and what was kept then stays beside it. Of a file of the
    /// game's own the keys of both setups go back together.
    pub(super) fn keep(&mut self, mut note: Note) {
        if let Some(earlier) = self.of(&note.path).filter(|earlier| !earlier.inside.is_empty()) {
            note.inside = ini::merged(&earlier.inside, note.inside);
            // The backup has keys of the earlier setup: it is for a person, and no
            // longer what goes back by itself.
            note.wrote.clear();
        }
        self.forget(&note.path);
        self.0.push(note);
    }

    pub(super) fn forget(&mut self, path: &Path) {
        self.0.retain(|known| known.path != path);
    }

    /// Where a setup itself wrote what stands there, what it found is still what
    /// stood there before; whether it is so.
    pub(super) fn renew(
        &mut self,
        path: &Path,
        stands: &str,
        writes: &str,
        inside: &[KeyChange],
    ) -> bool {
        let Some(note) = self.0.iter_mut().find(|note| note.path == path) else { return false };
        let is_ours = note.wrote.iter().any(|wrote| wrote == stands);
        if is_ours {
            note.wrote.push(writes.to_owned());
            note.inside = ini::merged(&note.inside, inside.to_vec());
        }
        is_ours
    }
}

impl Note {
    /// Whether what was kept has keys of an earlier setup in it, so that only the keys
    /// go back.
    pub(super) fn is_merged(&self) -> bool {
        self.wrote.is_empty()
    }

    /// What was kept stands where it stood, or was never taken away.
    pub(super) fn forget_backup(&self) {
        if let Before::Kept { backup, .. } = &self.before
            && let Err(error) = std::fs::remove_file(backup)
        {
            tracing::debug!(%error, "A backup that is needed no more is still there");
        }
    }
}
