//! Each game's section of the settings file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::Game;

/// Where Dota 2 posts to, unless the settings say otherwise. Counter-Strike has
/// 28730, the stream page 28731 and 28732.
pub const DOTA2_PORT_DEFAULT: u16 = 28_733;

/// Where the page in Overwolf reports to, unless the settings say otherwise: behind
/// Dota 2's.
pub const OVERWOLF_PORT_DEFAULT: u16 = 28_734;

/// Where Rocket League serves its Stats API unless its own configuration says
/// otherwise (Psyonix, "Rocket League Stats API").
pub const ROCKET_LEAGUE_PORT_DEFAULT: u16 = 49_123;

/// League of Legends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct League {
    /// Whether it is read.
    pub enabled: bool,
    /// Where the game serves its API.
    pub port: u16,
    /// Another root certificate than Riot's, as a PEM file.
    pub root_certificate: Option<PathBuf>,
    /// Whether the League client is asked which match runs: nobody promises its API, so
    /// only where the player wants it.
    pub client_api: bool,
    /// Where the client is installed, where that is not where Riot's installer puts it.
    pub client_folder: Option<PathBuf>,
}

/// Counter-Strike 2 and CS:GO.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cs2 {
    /// Whether it is read.
    pub enabled: bool,
    /// Where the game posts to.
    pub port: u16,
}

/// Dota 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dota2 {
    /// Whether it is read.
    pub enabled: bool,
    /// Where the game posts to.
    pub port: u16,
}

/// Rocket League.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RocketLeague {
    /// Whether it is read.
    pub enabled: bool,
    /// Where the game serves its Stats API.
    pub port: u16,
}

/// The page in Overwolf: off until the player has loaded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overwolf {
    /// Whether the page is listened to.
    pub enabled: bool,
    /// Where it reports to.
    pub port: u16,
}

/// Elite Dangerous.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Elite {
    /// Whether it is read.
    pub enabled: bool,
    /// Where its journals are, where that is not where the game puts them.
    pub folder: Option<PathBuf>,
}

/// Hearthstone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hearthstone {
    /// Whether it is read.
    pub enabled: bool,
    /// Where its logs are, where that is not where the game puts them.
    pub folder: Option<PathBuf>,
}

impl Default for League {
    fn default() -> Self {
        let port = game_client::LEAGUE_PORT_DEFAULT;
        Self { enabled: true, port, root_certificate: None, client_api: false, client_folder: None }
    }
}

impl Default for Cs2 {
    fn default() -> Self {
        Self { enabled: true, port: game_client::GSI_PORT_DEFAULT }
    }
}

impl Default for Dota2 {
    fn default() -> Self {
        Self { enabled: true, port: DOTA2_PORT_DEFAULT }
    }
}

impl Default for RocketLeague {
    fn default() -> Self {
        Self { enabled: true, port: ROCKET_LEAGUE_PORT_DEFAULT }
    }
}

impl Default for Overwolf {
    fn default() -> Self {
        Self { enabled: false, port: OVERWOLF_PORT_DEFAULT }
    }
}

impl Default for Elite {
    fn default() -> Self {
        Self { enabled: true, folder: None }
    }
}

impl Default for Hearthstone {
    fn default() -> Self {
        Self { enabled: true, folder: None }
    }
}

impl Settings {
    /// The port of a game's local API, or the one that it reports to; none for a game
    /// that is read from its files.
    #[must_use]
    pub fn port_of(&self, game: Game) -> Option<u16> {
        match game {
            Game::League => Some(self.league.port),
            Game::Cs2 => Some(self.cs2.port),
            Game::Dota2 => Some(self.dota2.port),
            Game::RocketLeague => Some(self.rocket_league.port),
            Game::Overwolf => Some(self.overwolf.port),
            Game::Elite | Game::Hearthstone => None,
        }
    }

    /// The folder that the player named for a game's files.
    #[must_use]
    pub fn folder_of(&self, game: Game) -> Option<&Path> {
        match game {
            Game::Elite => self.elite.folder.as_deref(),
            Game::Hearthstone => self.hearthstone.folder.as_deref(),
            Game::League | Game::Cs2 | Game::Dota2 | Game::RocketLeague | Game::Overwolf => None,
        }
    }

    /// The folder in which a game's files are followed, where it is read from files and
    /// this PC has a place for them.
    pub(crate) fn followed(&self, game: Game) -> Option<PathBuf> {
        let named = self.folder_of(game).map(Path::to_owned);
        match game {
            Game::Elite => named.or_else(game_client::elite::journal_folder),
            Game::Hearthstone => named.or_else(game_client::hearthstone::log_folder),
            Game::League | Game::Cs2 | Game::Dota2 | Game::RocketLeague | Game::Overwolf => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_parts_of_ringside_want_one_port() {
        let settings = Settings::default();
        let mut ports: Vec<u16> =
            Game::ALL.into_iter().filter_map(|game| settings.port_of(game)).collect();
        // The stream page, and the same for the player's other devices.
        ports.extend([settings.stream.port, settings.programs.port, 28_732]);
        let distinct: BTreeSet<u16> = ports.iter().copied().collect();
        assert_eq!(distinct.len(), ports.len(), "{ports:?}");
    }
}
