//! The settings file: written once with its comments, then the player's own.

mod file;
mod first_run;
mod game_change;
mod games;
mod look;
mod overlay;
mod privacy;
mod programs;
mod recording_change;
mod stream;
mod upload_change;

use std::{io, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{DataDir, Error, atomic_file};

pub use self::overlay::{OverlayRows, OverlaySettings};
use first_run::App;
use games::{Cs2, Dota2, Elite, Hearthstone, League, Overwolf, RocketLeague};
pub use games::{DOTA2_PORT_DEFAULT, OVERWOLF_PORT_DEFAULT, ROCKET_LEAGUE_PORT_DEFAULT};
pub use look::{
    DesktopHotkeys, Hotkeys, Language, Look, NotASize, Palette, Presence, Theme, UiSize,
};
pub use privacy::{GamesSent, NamesSent, Privacy};
use programs::Programs;
pub use stream::Stream;
pub use upload_change::UploadChange;

/// What a new settings file holds: every setting with its default and meaning.
const TEMPLATE: &str = include_str!("settings.toml");

/// Settings of this installation. The command line overrides them for one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The app itself.
    pub app: App,
    /// Where events go.
    pub upload: Upload,
    /// What leaves of other players, and of which games.
    pub privacy: Privacy,
    /// League of Legends.
    pub league: League,
    /// Counter-Strike 2 and CS:GO.
    pub cs2: Cs2,
    /// Dota 2.
    pub dota2: Dota2,
    /// Rocket League.
    pub rocket_league: RocketLeague,
    /// The page in Overwolf.
    pub overwolf: Overwolf,
    /// Elite Dangerous.
    pub elite: Elite,
    /// Hearthstone.
    pub hearthstone: Hearthstone,
    /// Other programs of this PC.
    pub programs: Programs,
    /// The page for a stream.
    pub stream: Stream,
    /// How Ringside looks.
    #[serde(deserialize_with = "look::written")]
    pub look: Look,
    /// What becomes of it when its window is closed.
    pub presence: Presence,
    /// Which keys do what.
    pub hotkeys: Hotkeys,
    /// Whether the desktop is asked for them, where it decides on the keys.
    pub desktop_hotkeys: DesktopHotkeys,
    /// Where and when the overlay is seen.
    pub overlay: OverlaySettings,
    /// Keeping what games say.
    pub recording: Recording,
}

/// Where events go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Upload {
    /// The server's address; nothing leaves this machine without one.
    pub server: Option<String>,
    /// The player agreed that events are sent there.
    pub consent: bool,
    /// The player holds the upload back for now.
    pub held: bool,
    /// The server's own certificate authority, as a PEM file: trusted for it in
    /// the stead of the system's.
    pub server_ca: Option<PathBuf>,
}

/// Keeping what games say, frame by frame.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recording {
    /// Whether it is kept, in the folder `recordings` beside this file.
    pub enabled: bool,
}

impl Settings {
    /// What the template says: the defaults, and a first run that is still to come.
    fn of_someone_new() -> Self {
        Self { app: App { first_run: true }, ..Self::default() }
    }

    /// The settings of this folder; written with their defaults at first.
    ///
    /// # Errors
    /// Where the file cannot be read, or says something that is no setting:
    /// it is never overwritten.
    pub fn load_or_create(dir: &DataDir) -> Result<Self, Error> {
        let _alone = file::alone();
        match Self::load(dir) {
            Err(Error::DataDir { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
                Self::create(dir)
            }
            loaded => loaded,
        }
    }

    fn load(dir: &DataDir) -> Result<Self, Error> {
        let path = dir.settings();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::InvalidData => {
                return Err(Error::Settings { path, cause: cause.into() });
            }
            Err(cause) => return Err(Error::DataDir { path, cause }),
        };
        read(&text).map_err(|cause| Error::Settings { path, cause: cause.into() })
    }

    fn create(dir: &DataDir) -> Result<Self, Error> {
        let path = dir.settings();
        match atomic_file::create(&path, TEMPLATE.as_bytes()) {
            // Somebody else was as quick, and may have changed something since.
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Self::load(dir),
            Err(cause) if !outbox::wants_room(&cause) => Err(Error::DataDir { path, cause }),
            Ok(()) => Ok(Self::of_someone_new()),
            // The next start writes them.
            Err(_) => Ok(Self::default()),
        }
    }
}

fn read(text: &str) -> Result<Settings, toml_edit::de::Error> {
    toml_edit::de::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_states_the_defaults() {
        let template = read(TEMPLATE).unwrap();
        assert_eq!(template, Settings::of_someone_new());
    }

    #[test]
    fn a_misspelt_setting_is_named_and_the_file_kept() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(temporary.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), "[upload]\nsevrer = \"x\"\n").unwrap();
        let error = Settings::load_or_create(&dir).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("sevrer"), "{cause}");
        let said = error.to_string();
        assert!(said.contains("correct it") && said.contains("is kept"), "{said}");
        assert!(std::fs::read_to_string(dir.settings()).unwrap().contains("sevrer"));
    }

    #[test]
    fn a_file_that_is_no_text_is_named_as_settings() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(temporary.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), [0xFF; 9]).unwrap();
        let error = Settings::load_or_create(&dir).unwrap_err();
        assert!(matches!(error, Error::Settings { .. }), "{error}");
    }
}
