//! For games that are read from the files that they write: which is the newest.

use std::{
    io,
    path::{Path, PathBuf},
};

use game_client::Layout;

use super::{Advice, Reachable};
use crate::Game;

/// Where a game writes its files.
pub(super) struct Place {
    /// As the player named it, or where the game usually does; nothing where nobody knows.
    pub(super) folder: Option<PathBuf>,
    /// Whether the player named it.
    pub(super) is_named: bool,
}

impl Place {
    /// What is there.
    pub(super) fn look(&self, layout: &Layout) -> Reachable {
        let Some(folder) = &self.folder else { return Reachable::FolderUnknown };
        let newest = newest(folder, layout);
        let folder = folder.display().to_string();
        match newest {
            Ok(Some(file)) => Reachable::Writes { file, folder },
            Ok(None) => Reachable::NoFile { folder },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Reachable::NoFolder { folder },
            Err(error) => Reachable::FolderUnreadable { folder, detail: error.to_string() },
        }
    }

    /// To name the folder, where nobody did and it is not where it was looked for.
    pub(super) fn to_name(&self, game: Game, found: &Reachable) -> Option<Advice> {
        let is_missing = found.has_no_place() && !self.is_named;
        is_missing.then(|| Advice::NameFolder { section: game.section().to_owned() })
    }
}

fn newest(folder: &Path, layout: &Layout) -> io::Result<Option<String>> {
    let files = (layout.list)(folder)?;
    Ok(files.into_iter().map(|file| file.name).max_by_key(|name| (layout.order)(name)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use game_client::{elite::JOURNALS, hearthstone::POWER_LOGS};

    use super::*;

    fn newest_in(folder: &Path, layout: &Layout) -> Option<String> {
        let place = Place { folder: Some(folder.to_owned()), is_named: true };
        let Reachable::Writes { file, .. } = place.look(layout) else { return None };
        Some(file)
    }

    #[test]
    fn the_newest_journal_is_the_one_of_the_latest_start() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["Journal.220101000000.01.log", "Journal.2025-11-01T155552.02.log", "Status.json"]
        {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let newest = newest_in(folder.path(), &JOURNALS);
        assert_eq!(newest.as_deref(), Some("Journal.2025-11-01T155552.02.log"));
    }

    #[test]
    fn the_newest_log_is_that_of_the_latest_start() {
        let folder = tempfile::tempdir().unwrap();
        for start in ["Hearthstone_2026_11_02_20_15_00", "Hearthstone_2026_10_30_20_15_00"] {
            fs::create_dir(folder.path().join(start)).unwrap();
            fs::write(folder.path().join(start).join("Power.log"), "").unwrap();
        }
        let newest = newest_in(folder.path(), &POWER_LOGS);
        assert_eq!(newest.as_deref(), Some("Hearthstone_2026_11_02_20_15_00/Power.log"));
    }

    #[test]
    fn a_folder_that_is_missing_is_to_be_named_unless_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        for (is_named, expected) in [(false, true), (true, false)] {
            let place = Place { folder: Some(gone.clone()), is_named };
            let found = place.look(&JOURNALS);
            assert!(matches!(found, Reachable::NoFolder { .. }), "{found:?}");
            assert_eq!(place.to_name(Game::Elite, &found).is_some(), expected);
        }
        let empty = Place { folder: Some(folder.path().to_owned()), is_named: false };
        let found = empty.look(&JOURNALS);
        assert!(matches!(found, Reachable::NoFile { .. }), "{found:?}");
        assert_eq!(empty.to_name(Game::Elite, &found), None, "it is there");
    }
}
