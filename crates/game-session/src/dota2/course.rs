//! The words that the game has for where a match stands.

use serde::{Deserialize, Serialize};

/// `map.game_state`, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Course {
    /// Loading, picking, presenting the teams.
    Before,
    /// The heroes are on the map, the creeps are not.
    Preparing,
    /// It is played.
    Running,
    /// It is over.
    Over,
    /// The player left, or the word is none that this version knows.
    Unknown,
}

/// A side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Side {
    Radiant,
    Dire,
}

/// The words of `map.game_state`.
pub(super) const COURSES: [(&str, Course); 12] = [
    ("DOTA_GAMERULES_STATE_INIT", Course::Before),
    ("DOTA_GAMERULES_STATE_WAIT_FOR_PLAYERS_TO_LOAD", Course::Before),
    ("DOTA_GAMERULES_STATE_CUSTOM_GAME_SETUP", Course::Before),
    ("DOTA_GAMERULES_STATE_PLAYER_DRAFT", Course::Before),
    ("DOTA_GAMERULES_STATE_HERO_SELECTION", Course::Before),
    ("DOTA_GAMERULES_STATE_STRATEGY_TIME", Course::Before),
    ("DOTA_GAMERULES_STATE_TEAM_SHOWCASE", Course::Before),
    ("DOTA_GAMERULES_STATE_WAIT_FOR_MAP_TO_LOAD", Course::Before),
    ("DOTA_GAMERULES_STATE_PRE_GAME", Course::Preparing),
    ("DOTA_GAMERULES_STATE_GAME_IN_PROGRESS", Course::Running),
    ("DOTA_GAMERULES_STATE_POST_GAME", Course::Over),
    ("DOTA_GAMERULES_STATE_DISCONNECT", Course::Unknown),
];

/// The words of a side; `none` before there is a winner, the last two where somebody
/// only watches.
pub(super) const SIDES: [(&str, Option<Side>); 5] = [
    ("radiant", Some(Side::Radiant)),
    ("dire", Some(Side::Dire)),
    ("none", None),
    ("spectator", None),
    ("unassigned", None),
];

impl Side {
    /// The game's word for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Radiant => "radiant",
            Self::Dire => "dire",
        }
    }
}
