//! Whether the player was asked what the first start asks.

use serde::{Deserialize, Serialize};

use super::{Settings, file};
use crate::{DataDir, Error};

/// The app itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct App {
    /// The window asks what the first start asks. A file that was written before
    /// there were such questions says nothing of it, and is not asked.
    pub first_run: bool,
}

impl Settings {
    /// Whether the questions of the first start are still to be asked in this folder:
    /// without a file the start that goes on makes one.
    #[must_use]
    pub fn first_run_is_due(dir: &DataDir) -> bool {
        match std::fs::read_to_string(dir.settings()) {
            Ok(text) => {
                toml_edit::de::from_str(&text).is_ok_and(|settings: Self| settings.app.first_run)
            }
            Err(cause) => cause.kind() == std::io::ErrorKind::NotFound,
        }
    }

    /// The player has answered them, or wants to hear no more of them.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn end_first_run(dir: &DataDir) -> Result<(), Error> {
        file::edit(dir, |file| file.set("app", "first_run", false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_starts_for_the_first_time_is_asked_until_everything_is_answered() {
        let (_folder, dir) = folder();
        assert!(Settings::first_run_is_due(&dir), "there is no file yet");
        let made = Settings::load_or_create(&dir).unwrap();
        assert!(made.app.first_run);
        assert!(Settings::first_run_is_due(&dir), "a start that was cut off asks again");
        Settings::end_first_run(&dir).unwrap();
        assert!(!Settings::first_run_is_due(&dir));
        assert_eq!(Settings::load_or_create(&dir).unwrap(), Settings::default());
    }

    #[test]
    fn who_has_settings_from_before_is_not_asked() {
        for text in ["", "[upload]\nconsent = true\n", "[cs2]\nport = 4\n"] {
            let (_folder, dir) = folder();
            std::fs::write(dir.settings(), text).unwrap();
            assert!(!Settings::first_run_is_due(&dir), "{text:?}");
        }
    }

    #[test]
    fn beside_settings_that_cannot_be_read_nobody_is_asked() {
        let (_folder, dir) = folder();
        std::fs::write(dir.settings(), "[app]\nfirst_run = true\n[upload\n").unwrap();
        assert!(!Settings::first_run_is_due(&dir));
        assert!(Settings::end_first_run(&dir).is_err(), "and the file stays");
    }

    fn folder() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        (folder, dir)
    }
}
