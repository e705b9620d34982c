//! The field names that this version knows, so that others are counted.
//!
//! From the vendor's schema (patch 11.21) and from later documents.

use crate::Drift;

pub(super) const TOP: &[&str] = &["activePlayer", "allPlayers", "events", "gameData"];

pub(super) const GAME: &[&str] = &["gameMode", "gameTime", "mapName", "mapNumber", "mapTerrain"];

pub(super) const PLAYER: &[&str] = &[
    "championName",
    "isBot",
    "isDead",
    "items",
    "level",
    "position",
    "rawChampionName",
    "rawSkinName",
    "respawnTimer",
    "riotId",
    "riotIdGameName",
    "riotIdTagLine",
    "runes",
    "scores",
    "screenPositionBottom",
    "screenPositionCenter",
    "skinID",
    "skinName",
    "summonerName",
    "summonerSpells",
    "team",
];

pub(super) const SCORES: &[&str] = &["assists", "creepScore", "deaths", "kills", "wardScore"];

/// Fields of an entry of the list, whatever its name.
pub(super) const ENTRY: &[&str] = &[
    "Acer",
    "AcingTeam",
    "Assisters",
    "DragonType",
    "EventID",
    "EventName",
    "EventTime",
    "InhibKilled",
    "InhibRespawned",
    "InhibRespawningSoon",
    "KillStreak",
    "KillerName",
    "Recipient",
    "Result",
    "Stolen",
    "TurretKilled",
    "VictimName",
];

pub(super) fn count_unknown<'n>(
    names: impl Iterator<Item = &'n String>,
    known: &[&str],
    path: &str,
    drift: &mut Drift,
) {
    for name in names.filter(|name| !known.contains(&name.as_str())) {
        drift.count(&format!("{path}{name}"));
    }
}
