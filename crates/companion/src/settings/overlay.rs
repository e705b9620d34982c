//! Where and when the overlay is seen, as the settings file says it.

use overlay::visibility::{When, Where};
use serde::{Deserialize, Serialize};

use super::{
    Settings,
    file::{self, SettingsFile},
};
use crate::{DataDir, Error};

/// Fewer tell nothing of how a fight went.
const ROWS_MIN: u8 = 2;

/// More are a column of text, which nobody reads in a match.
const ROWS_MAX: u8 = 8;

/// A fight of two against two.
const ROWS_DEFAULT: u8 = 4;

/// Where and when the overlay is seen, and how much it shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OverlaySettings {
    /// Where it is seen; absent until the player was asked, and then nowhere:
    /// nobody gets a window over a game unasked.
    pub show: Option<Where>,
    /// When it is seen over the game.
    pub when: When,
    /// How many events it shows.
    pub rows: OverlayRows,
}

/// How many of the last events the overlay shows: from 2 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(type = u8))]
#[serde(try_from = "u8", into = "u8")]
pub struct OverlayRows(u8);

impl Default for OverlayRows {
    fn default() -> Self {
        Self(ROWS_DEFAULT)
    }
}

impl TryFrom<u8> for OverlayRows {
    type Error = String;

    fn try_from(rows: u8) -> Result<Self, String> {
        match rows {
            ROWS_MIN..=ROWS_MAX => Ok(Self(rows)),
            _ => Err(format!("rows is {rows} and has to be from {ROWS_MIN} to {ROWS_MAX}")),
        }
    }
}

impl From<OverlayRows> for u8 {
    fn from(rows: OverlayRows) -> Self {
        rows.0
    }
}

impl OverlaySettings {
    /// As the file of this installation says; the defaults where there is none.
    ///
    /// # Errors
    /// Where the file cannot be read, or says something that is no setting.
    pub fn load(dir: &DataDir) -> Result<Self, Error> {
        if !dir.settings().exists() {
            return Ok(Self::default());
        }
        Ok(Settings::load_or_create(dir)?.overlay)
    }

    /// Writes them into the settings file; the player's comments and everything
    /// else in it stay as they are.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn save(self, dir: &DataDir) -> Result<(), Error> {
        Settings::load_or_create(dir)?;
        file::edit(dir, |file| self.write(file))
    }

    fn write(self, file: &mut SettingsFile) {
        if let Some(show) = self.show {
            file.set("overlay", "show", where_word(show));
        }
        file.set("overlay", "when", when_word(self.when));
        file.set("overlay", "rows", i64::from(self.rows.0));
    }
}

/// As [`Where`] is read from the file; a test holds the two together.
fn where_word(show: Where) -> &'static str {
    match show {
        Where::OverGame => "over_game",
        Where::OtherMonitor => "other_monitor",
        Where::ObsOnly => "obs_only",
        Where::Nowhere => "nowhere",
    }
}

fn when_word(when: When) -> &'static str {
    match when {
        When::Always => "always",
        When::CalmMoments => "calm_moments",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_chosen_is_read_again_beside_the_players_own_words() {
        let (_folder, dir) = installation("# mine\n[overlay]\nrows = 3 # few\n[cs2]\nport = 4\n");
        let places = [Where::OverGame, Where::OtherMonitor, Where::ObsOnly, Where::Nowhere];
        for show in places {
            for when in [When::Always, When::CalmMoments] {
                let chosen = OverlaySettings { show: Some(show), when, rows: OverlayRows(6) };
                chosen.save(&dir).unwrap();
                assert_eq!(OverlaySettings::load(&dir).unwrap(), chosen);
            }
        }
        let text = std::fs::read_to_string(dir.settings()).unwrap();
        assert!(text.starts_with("# mine\n[overlay]\nrows = 6 # few\n"), "{text}");
        assert_eq!(Settings::load_or_create(&dir).unwrap().cs2.port, 4);
    }

    #[test]
    fn nobody_gets_an_overlay_unasked() {
        let (_folder, dir) = installation("");
        assert_eq!(OverlaySettings::load(&dir).unwrap().show, None);
    }

    #[test]
    fn a_number_of_rows_that_does_not_exist_is_named() {
        let (_folder, dir) = installation("[overlay]\nrows = 9\n");
        let error = OverlaySettings::load(&dir).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("from 2 to 8"), "{cause}");
    }

    #[test]
    fn settings_that_cannot_be_read_are_not_written_over() {
        let (_folder, dir) = installation("[overlay\n");
        OverlaySettings::default().save(&dir).unwrap_err();
        assert_eq!(std::fs::read_to_string(dir.settings()).unwrap(), "[overlay\n");
    }

    fn installation(settings: &str) -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), settings).unwrap();
        (folder, dir)
    }
}
