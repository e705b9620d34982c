//! Where names stand in a game's documents.

mod dota2;
mod elite;
mod overwolf;
mod rocket_league;

use event_model::Source;
use serde_json::{Map, Value};

use crate::overwolf::json_in;

/// What a string is, by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A player's name.
    Name,
    /// An account's number.
    Account,
    /// `Name#TAG`, or the bare name.
    RiotId,
    /// The part behind the sign.
    Tag,
    /// What stands before a player's name.
    Clan,
    /// What a team calls itself.
    Team,
    /// A player's name, or something of the map's.
    NameOrThing,
    /// An account with its platform: `Platform|Uid|Splitscreen`.
    PrimaryId,
    /// What people wrote to each other.
    Chat,
    /// `Name #TAG` of a scoreboard: one space more than the name has.
    BoardName,
    /// The name without its tag, or what is shown where a player hides it.
    FeedName,
    /// The game's own vocabulary.
    Words,
    /// Nobody knows.
    Unknown,
}

/// Looks at every string, and may change it.
pub(super) trait Visit {
    fn string(&mut self, place: Place, text: &mut String);
}

/// Values that are the games' own words, by their keys. All others may hold a name.
const CS2_WORDS: [&str; 21] = [
    "activity",
    "ammo_type",
    "bomb",
    "appid",
    "gamemode",
    "map",
    "match_phase",
    "mode",
    "paintkit",
    "phase",
    "phase_ends_in",
    "position",
    "forward",
    "spawn",
    "state",
    "team",
    "type",
    "version",
    "win_team",
    "token",
    "timestamp",
];

const LEAGUE_WORDS: [&str; 21] = [
    "championName",
    "displayName",
    "DragonType",
    "EventName",
    "gameMode",
    "id",
    "InhibKilled",
    "InhibRespawned",
    "InhibRespawningSoon",
    "itemID",
    "mapName",
    "mapTerrain",
    "position",
    "rawChampionName",
    "rawDescription",
    "rawDisplayName",
    "rawSkinName",
    "resourceType",
    "Result",
    "team",
    "TurretKilled",
];

/// Looks at every string of a document, keys that are accounts included.
pub(super) fn walk(source: Source, document: &mut Value, visit: &mut impl Visit) {
    let mut path = Vec::new();
    if source == Source::Elite {
        // What a key means is for the line's event to say.
        path.extend(elite::head(document));
    }
    inner(source, &mut path, document, visit);
}

fn inner(source: Source, path: &mut Vec<String>, value: &mut Value, visit: &mut impl Visit) {
    match value {
        Value::String(text) if is_json_within(source, path) => {
            // What is none has no place that is known.
            match serde_json::from_str(text) {
                Ok(mut within @ Value::Object(_)) => {
                    inner(source, path, &mut within, visit);
                    *text = within.to_string();
                }
                Ok(_) | Err(_) => visit.string(Place::Unknown, text),
            }
        }
        Value::String(text) if source == Source::Overwolf => match json_in(text) {
            Some(mut within) => {
                inner(source, path, &mut within, visit);
                *text = within.to_string();
            }
            None => visit.string(place(source, path), text),
        },
        Value::String(text) => visit.string(place(source, path), text),
        Value::Array(items) => {
            for item in items {
                inner(source, path, item, visit);
            }
        }
        Value::Object(members) => {
            let keys_are_accounts =
                source == Source::Cs2 && path.last().is_some_and(|key| key == "allplayers");
            let told = told_under(source, members);
            let mut walked = Map::new();
            for (mut key, mut member) in std::mem::take(members) {
                let is_value = key == "value" || key == "data";
                path.push(told.clone().filter(|_| is_value).unwrap_or_else(|| key.clone()));
                inner(source, path, &mut member, visit);
                path.pop();
                let of_key = if keys_are_accounts { Place::Account } else { Place::Unknown };
                if keys_are_accounts || !(is_plain(&key) || has_own_keys(source)) {
                    visit.string(of_key, &mut key);
                }
                walked.insert(key, member);
            }
            *members = walked;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a string is a document of its own.
fn is_json_within(source: Source, path: &[String]) -> bool {
    source == Source::RocketLeague && path.len() == 1 && path[0] == "Data"
}

/// What a value is told under, where that is a value itself: `{"key": …, "value": …}`,
/// `{"name": …, "data": …}`.
fn told_under(source: Source, members: &Map<String, Value>) -> Option<String> {
    let told = ["key", "name"].iter().find_map(|name| members.get(*name)?.as_str());
    let has_value = members.contains_key("value") || members.contains_key("data");
    told.filter(|_| source == Source::Overwolf && has_value).map(str::to_owned)
}

/// Whether every key is the game's own, whatever letters it has: `player0`, `slot5`.
fn has_own_keys(source: Source) -> bool {
    matches!(source, Source::Dota2 | Source::RocketLeague | Source::Overwolf)
}

/// Keys of the games' own are words of a program's; what is none may be a name.
fn is_plain(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

fn place(source: Source, path: &[String]) -> Place {
    let key = |back: usize| path.len().checked_sub(back).map_or("", |at| path[at].as_str());
    match source {
        Source::League => of_league(key(1)),
        Source::Dota2 => dota2::place(path),
        Source::RocketLeague => rocket_league::place(path),
        Source::Overwolf => overwolf::place(path),
        Source::Elite => elite::place(path),
        Source::Cs2 | Source::Hearthstone => of_counter_strike(key(1), key(2), key(3)),
    }
}

fn of_counter_strike(key: &str, parent: &str, above: &str) -> Place {
    let is_player = parent == "player" || above == "allplayers";
    match key {
        "name" if is_player => Place::Name,
        "clan" if is_player => Place::Clan,
        "name" if parent.starts_with("team_") => Place::Team,
        "flag" if parent.starts_with("team_") => Place::Team,
        "steamid" | "owner" | "spectarget" => Place::Account,
        // `bomb.player` is who carries it; `player` itself is a block.
        "player" => Place::Account,
        "name" if ["map", "provider"].contains(&parent) || parent.starts_with("weapon_") => {
            Place::Words
        }
        _ if CS2_WORDS.contains(&key) || parent == "round_wins" => Place::Words,
        _ => Place::Unknown,
    }
}

fn of_league(key: &str) -> Place {
    match key {
        "summonerName" | "riotId" | "riotIdGameName" => Place::RiotId,
        "riotIdTagLine" => Place::Tag,
        "KillerName" | "VictimName" | "Acer" | "Recipient" | "Assisters" => Place::NameOrThing,
        _ if LEAGUE_WORDS.contains(&key) => Place::Words,
        _ => Place::Unknown,
    }
}
