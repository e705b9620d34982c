//! The settings file: written once with its comments, then the player's own.

mod upload_change;

use std::path::PathBuf;

use serde::Deserialize;

use crate::{DataDir, Error, atomic_file};

pub use upload_change::UploadChange;

/// What a new settings file holds: every setting with its default and meaning.
const TEMPLATE: &str = include_str!("settings.toml");

/// Settings of this installation. The command line overrides them for one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where events go.
    pub upload: Upload,
    /// League of Legends.
    pub league: League,
    /// Counter-Strike 2 and CS:GO.
    pub cs2: Cs2,
}

/// Where events go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
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

/// League of Legends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct League {
    /// Whether it is read.
    pub enabled: bool,
    /// Where the game serves its API.
    pub port: u16,
    /// Another root certificate than Riot's, as a PEM file.
    pub root_certificate: Option<PathBuf>,
}

/// Counter-Strike 2 and CS:GO.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cs2 {
    /// Whether it is read.
    pub enabled: bool,
    /// Where the game posts to.
    pub port: u16,
}

impl Default for League {
    fn default() -> Self {
        let port = game_client::LEAGUE_PORT_DEFAULT;
        Self { enabled: true, port, root_certificate: None }
    }
}

impl Default for Cs2 {
    fn default() -> Self {
        Self { enabled: true, port: game_client::GSI_PORT_DEFAULT }
    }
}

impl Settings {
    /// The settings of this folder; written with their defaults at first.
    ///
    /// # Errors
    /// Where the file cannot be read, or says something that is no setting:
    /// it is never overwritten.
    pub fn load_or_create(dir: &DataDir) -> Result<Self, Error> {
        let path = dir.settings();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                return match atomic_file::replace(&path, TEMPLATE.as_bytes()) {
                    Err(cause) if !outbox::wants_room(&cause) => {
                        Err(Error::DataDir { path, cause })
                    }
                    // The next start writes them.
                    Ok(()) | Err(_) => Ok(Self::default()),
                };
            }
            Err(cause) if cause.kind() == std::io::ErrorKind::InvalidData => {
                return Err(Error::Settings { path, cause: cause.into() });
            }
            Err(cause) => return Err(Error::DataDir { path, cause }),
        };
        toml_edit::de::from_str(&text)
            .map_err(|cause| Error::Settings { path, cause: cause.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_states_the_defaults() {
        let template: Settings = toml_edit::de::from_str(TEMPLATE).unwrap();
        assert_eq!(template, Settings::default());
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
