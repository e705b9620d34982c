//! The file of where the overlay stands in each game.
//!
//! It is a file of its own beside the settings: a program writes it whenever the
//! overlay is moved, and nobody needs to read it.

use std::{io, path::PathBuf};

use overlay::placement::Places;

use crate::{DataDir, Error, atomic_file};

/// Where the overlay stands in each game. A file that cannot be read costs a
/// player the places and nothing else: it is set aside, and said in the log.
#[must_use]
pub fn load_overlay_places(dir: &DataDir) -> Places {
    let path = dir.overlay_places();
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Places::default(),
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "The overlay's places are unread");
            return Places::default();
        }
    };
    serde_json::from_slice(&bytes).unwrap_or_else(|error| {
        let aside = set_aside(dir);
        let kept = std::fs::rename(&path, &aside).map(|()| aside.display().to_string());
        tracing::warn!(%error, ?kept, "The overlay's places cannot be read; it stands at home");
        Places::default()
    })
}

/// Saves them, whole.
///
/// # Errors
/// Where the file cannot be written: then it stays as it was.
pub fn save_overlay_places(dir: &DataDir, places: &Places) -> Result<(), Error> {
    let path = dir.overlay_places();
    let written = serde_json::to_vec_pretty(places)
        .map_err(io::Error::from)
        .and_then(|json| atomic_file::replace(&path, &json));
    written.map_err(|cause| Error::DataDir { path, cause })
}

fn set_aside(dir: &DataDir) -> PathBuf {
    dir.overlay_places().with_extension("unreadable.json")
}

#[cfg(test)]
mod tests {
    use overlay::placement::{Anchor, Place, Side};

    use super::*;

    #[test]
    fn each_game_finds_its_place_again() {
        let (_folder, dir) = installation();
        let mut places = Places::default();
        places.keep("cs2", moved());
        save_overlay_places(&dir, &places).unwrap();
        let read = load_overlay_places(&dir);
        assert_eq!(read.of("cs2"), moved());
        assert_eq!(read.of("league"), Place::default());
    }

    #[test]
    fn places_that_cannot_be_read_are_kept_aside() {
        let (_folder, dir) = installation();
        std::fs::write(dir.overlay_places(), "{\"cs2\": {\"scale\"").unwrap();
        assert_eq!(load_overlay_places(&dir), Places::default());
        save_overlay_places(&dir, &Places::default()).unwrap();
        let kept = std::fs::read_to_string(set_aside(&dir)).unwrap();
        assert_eq!(kept, "{\"cs2\": {\"scale\"", "whoever wrote it can mend it");
    }

    fn moved() -> Place {
        Place::default().anchored(Anchor { across: Side::End, down: Side::Start })
    }

    fn installation() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        (folder, dir)
    }
}
