//! Where names stand in what Overwolf tells.

use super::Place;

/// Values that are the games' own words, Overwolf's or the page's, by their keys. All
/// others may hold a name.
const WORDS: [&str; 44] = [
    "agent",
    "assist1",
    "assist2",
    "assist3",
    "assist4",
    "at",
    "category",
    "channel",
    "character",
    "error",
    "event",
    "feature",
    "gameId",
    "game_mode",
    "key",
    "kind",
    "local_version",
    "map",
    "matchId",
    "matchOutcome",
    "matchStarted",
    "match_id",
    "match_outcome",
    "mode",
    "phase",
    "planted_location",
    "pseudo_match_id",
    "public_version",
    "queueId",
    "rank",
    "ranked",
    "region",
    "round_number",
    "round_phase",
    "run",
    "scene",
    "server",
    "spike",
    "state",
    "success",
    "team",
    "timestamp",
    "ult",
    "weapon",
];

/// Blocks in which a name is a thing's.
const OF_THINGS: [&str; 3] = ["events", "map", "provider"];

/// By the keys around it, those within a text among them.
pub(super) fn place(path: &[String]) -> Place {
    let key = |back: usize| path.len().checked_sub(back).map_or("", |at| path[at].as_str());
    match key(1) {
        "attacker" | "victim" | "assister" => Place::FeedName,
        "name" if OF_THINGS.contains(&key(2)) || key(2).starts_with("weapon_") => Place::Words,
        "name" | "nickname" | "player_name" => Place::BoardName,
        "player_id" | "steam_id" | "steamid" => Place::Account,
        word if WORDS.contains(&word) => Place::Words,
        _ => Place::Unknown,
    }
}
