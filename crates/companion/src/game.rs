//! The games that this version knows.

use event_model::Source;
use serde::{Deserialize, Serialize};

/// A game that Ringside can read by itself, or the bridge that reads some for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Game {
    /// League of Legends.
    League,
    /// Counter-Strike 2 and CS:GO.
    Cs2,
    /// Dota 2.
    Dota2,
    /// Rocket League.
    RocketLeague,
    /// The page in Overwolf, which speaks for VALORANT above all.
    Overwolf,
    /// Elite Dangerous.
    Elite,
    /// Hearthstone.
    Hearthstone,
}

impl Game {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::League,
        Self::Cs2,
        Self::Dota2,
        Self::RocketLeague,
        Self::Overwolf,
        Self::Elite,
        Self::Hearthstone,
    ];

    /// Those that this version has a reader for, as pages list them: no other is
    /// started, looked at or shown, whatever the settings say of it.
    pub const READ: [Self; 7] = [
        Self::Cs2,
        Self::Dota2,
        Self::League,
        Self::RocketLeague,
        Self::Elite,
        Self::Hearthstone,
        Self::Overwolf,
    ];

    /// The source that its events name.
    #[must_use]
    pub fn source(self) -> Source {
        match self {
            Self::League => Source::League,
            Self::Cs2 => Source::Cs2,
            Self::Dota2 => Source::Dota2,
            Self::RocketLeague => Source::RocketLeague,
            Self::Overwolf => Source::Overwolf,
            Self::Elite => Source::Elite,
            Self::Hearthstone => Source::Hearthstone,
        }
    }

    /// Its section of the settings file.
    #[must_use]
    pub fn section(self) -> &'static str {
        match self {
            Self::League => "league",
            Self::Cs2 => "cs2",
            Self::Dota2 => "dota2",
            Self::RocketLeague => "rocket_league",
            Self::Overwolf => "overwolf",
            Self::Elite => "elite",
            Self::Hearthstone => "hearthstone",
        }
    }

    /// What players call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::League => "League of Legends",
            Self::Cs2 => "Counter-Strike",
            Self::Dota2 => "Dota 2",
            Self::RocketLeague => "Rocket League",
            Self::Overwolf => "Overwolf",
            Self::Elite => "Elite Dangerous",
            Self::Hearthstone => "Hearthstone",
        }
    }
}
