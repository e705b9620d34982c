//! Where names stand in Dota 2's frames.

use super::Place;

/// Blocks that are in the game's own words throughout.
const WORD_BLOCKS: [&str; 11] = [
    "provider",
    "map",
    "hero",
    "abilities",
    "items",
    "buildings",
    "wearables",
    "draft",
    "minimap",
    "roshan",
    "couriers",
];

/// What a string is, by the keys that lead to it.
pub(super) fn place(path: &[String]) -> Place {
    let key = path.last().map_or("", String::as_str);
    match path.first().map_or("", String::as_str) {
        // Former values, in the blocks that they are of.
        "previously" if path.len() > 1 => place(&path[1..]),
        "player" => of_player(key),
        // What people write is theirs alone; the rest is numbers and the game's words.
        "events" if key == "message" => Place::Chat,
        "events" => Place::Words,
        "league" if key == "name" || key == "tag" => Place::Team,
        block if WORD_BLOCKS.contains(&block) || block == "neutralitems" => Place::Words,
        _ => Place::Unknown,
    }
}

fn of_player(key: &str) -> Place {
    match key {
        "name" | "pro_name" => Place::Name,
        "steamid" | "accountid" => Place::Account,
        "activity" | "team_name" => Place::Words,
        _ => Place::Unknown,
    }
}
