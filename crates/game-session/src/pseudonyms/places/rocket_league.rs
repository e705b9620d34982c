//! Where names stand in Rocket League's messages: within `Data`, which is JSON in a
//! text.

use super::Place;

/// Values that are the game's own words, by their keys.
const WORDS: [&str; 8] =
    ["Event", "EventName", "Type", "MatchGuid", "Arena", "ColorPrimary", "ColorSecondary", "Time"];

/// What a string is, by the keys that lead to it.
pub(super) fn place(path: &[String]) -> Place {
    let key = |back: usize| path.len().checked_sub(back).map_or("", |at| path[at].as_str());
    match (key(2), key(1)) {
        ("Teams", "Name") | (_, "Winner") => Place::Team,
        (_, "Name") => Place::Name,
        (_, "PrimaryId") => Place::PrimaryId,
        (_, word) if WORDS.contains(&word) => Place::Words,
        _ => Place::Unknown,
    }
}
