//! The settings file as the player wrote it: what is set leaves all else as it stands.
//!
//! The desktop app alone changes it, and there is one for each folder; a player's editor
//! is the other writer. So a change reads what stands there at that moment, under a lock
//! of this process, and writes only what was chosen.

use std::sync::{Mutex, MutexGuard, PoisonError};

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use crate::{DataDir, Error, atomic_file};

/// Two changes at once would each write the file without the other's, and what is
/// replaced while it is read is not replaced everywhere.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The file while it is changed.
pub(super) struct SettingsFile(DocumentMut);

/// Holds who reads the file apart from who replaces it: on Windows a file that somebody
/// has open cannot be replaced.
pub(super) fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes the file and replaces it whole.
///
/// # Errors
/// Where it cannot be read or written: then it stays as it was.
pub(super) fn edit(dir: &DataDir, edit: impl FnOnce(&mut SettingsFile)) -> Result<(), Error> {
    let _alone = alone();
    let path = dir.settings();
    let text = std::fs::read_to_string(&path)
        .map_err(|cause| Error::DataDir { path: path.clone(), cause })?;
    let document: DocumentMut = text.parse().map_err(|cause: toml_edit::TomlError| {
        Error::Settings { path: path.clone(), cause: cause.into() }
    })?;
    let mut file = SettingsFile(document);
    edit(&mut file);
    atomic_file::replace(&path, file.0.to_string().as_bytes())
        .map_err(|cause| Error::DataDir { path, cause })
}

impl SettingsFile {
    /// Sets one setting. What stands behind it in its line stays: it may be a
    /// comment.
    pub(super) fn set(&mut self, section: &str, key: &str, value: impl Into<Value>) {
        let Some(table) = self.section(section) else { return };
        let mut new = value.into();
        match table.get_mut(key) {
            Some(Item::Value(known)) => {
                let decor = known.decor().clone();
                *new.decor_mut() = decor;
                *known = new;
            }
            Some(_) | None => drop(table.insert(key, Item::Value(new))),
        }
    }

    /// Takes a setting away: its default holds.
    pub(super) fn unset(&mut self, section: &str, key: &str) {
        if let Some(table) = self.0.get_mut(section).and_then(Item::as_table_like_mut) {
            drop(table.remove(key));
        }
    }

    fn section(&mut self, name: &str) -> Option<&mut dyn TableLike> {
        let table = self.0.entry(name).or_insert_with(|| Item::Table(Table::new()));
        table.as_table_like_mut()
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread};

    use super::*;
    use crate::{Presence, Settings};

    /// Enough for two writers to meet, where nothing keeps them apart.
    const ROUNDS: u16 = 40;

    fn installation() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        (folder, dir)
    }

    #[test]
    fn of_two_pages_that_write_at_once_neither_loses_what_it_wrote() {
        let (_folder, dir) = installation();
        Settings::load_or_create(&dir).unwrap();
        let write = |section: &str, key: &str, round: u16| {
            edit(&dir, |file| file.set(section, key, i64::from(round))).unwrap();
        };
        for round in 1..=ROUNDS {
            let together = Barrier::new(2);
            thread::scope(|scope| {
                for section in ["league", "cs2"] {
                    let (together, write) = (&together, &write);
                    scope.spawn(move || {
                        together.wait();
                        write(section, "port", round);
                    });
                }
            });
            let settings = Settings::load_or_create(&dir).unwrap();
            assert_eq!((settings.league.port, settings.cs2.port), (round, round));
        }
    }

    #[test]
    fn a_first_look_writes_nothing_over_what_another_has_just_chosen() {
        for _ in 0..ROUNDS {
            let (_folder, dir) = installation();
            let together = Barrier::new(2);
            thread::scope(|scope| {
                scope.spawn(|| {
                    together.wait();
                    Settings::load_or_create(&dir).unwrap();
                });
                together.wait();
                Settings::load_or_create(&dir).unwrap();
                Presence { close_to_tray: false }.save(&dir).unwrap();
            });
            let settings = Settings::load_or_create(&dir).unwrap();
            assert!(!settings.presence.close_to_tray, "the template came over it");
        }
    }
}
