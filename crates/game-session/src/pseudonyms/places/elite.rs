//! Where names stand in Elite's journal. Most keys mean one thing in every line; what
//! `Name` means is for the line's event to say, which leads the path here.

use serde_json::Value;

use super::Place;

/// What leads the path of a line about a carrier, whatever its event: a player bought
/// it, and its sign and name tell whose it is.
const OF_CARRIER: &str = "a carrier";

/// What the game calls a carrier as a station and as a signal.
const CARRIERS: [&str; 2] = ["FleetCarrier", "SquadronCarrier"];

/// Events whose `Name` is a commander's, or something that one named.
const NAMED_BY_NAME: [&str; 9] = [
    "CarrierNameChange",
    "CarrierNameChanged",
    "CarrierStats",
    "ClearSavedGame",
    "Commander",
    "Friends",
    "NewCommander",
    "WingAdd",
    "WingInvite",
];

/// Keys that a person's name stands under, whatever the event.
const NAMES: [&str; 20] = [
    "Captain",
    "Callsign",
    "Commander",
    "Crew",
    "From",
    "From_Localised",
    "Interdictor",
    "Interdictor_Localised",
    "Interdicted",
    "Interdicted_Localised",
    "KillerName",
    "KillerName_Localised",
    "Offender",
    "Offender_Localised",
    "Others",
    "PilotName",
    "PilotName_Localised",
    "To",
    "Victim",
    "Victim_Localised",
];

/// Keys of what a person wrote, to others or on a ship.
const WRITTEN: [&str; 8] = [
    "Message",
    "Message_Localised",
    "ShipIdent",
    "ShipName",
    "UserShipId",
    "UserShipName",
    "LoadoutName",
    "CurrentRankName",
];

/// Keys of the game's own words, which a name may be equal to.
const WORDS: [&str; 5] = ["timestamp", "event", "gameversion", "build", "MusicTrack"];

/// What leads the path of each string in a line.
pub(super) fn head(line: &Value) -> Option<String> {
    let text = |key: &str| line.get(key).and_then(Value::as_str);
    let is_carrier = |kind| CARRIERS.contains(&kind);
    if ["StationType", "SignalType"].iter().filter_map(|key| text(key)).any(is_carrier) {
        return Some(OF_CARRIER.to_owned());
    }
    text("event").map(str::to_owned)
}

/// What a string is, by the event and the keys that lead to it.
pub(super) fn place(path: &[String]) -> Place {
    let event = path.first().map_or("", String::as_str);
    let key = path.last().map_or("", String::as_str);
    match key {
        "FID" => Place::Account,
        "SquadronName" | "SquadronID" => Place::Team,
        "Name" | "Name_Localised" if path.get(1).is_some_and(|above| above == "Killers") => {
            Place::Name
        }
        // What a player called a ship.
        "Name" if matches!(path.get(1).map(String::as_str), Some("ShipsHere" | "ShipsRemote")) => {
            Place::Chat
        }
        "StationName" | "SignalName" if event == OF_CARRIER => Place::Name,
        "Name" if NAMED_BY_NAME.contains(&event) => Place::Name,
        _ if NAMES.contains(&key) => Place::Name,
        _ if WRITTEN.contains(&key) => Place::Chat,
        _ if WORDS.contains(&key) => Place::Words,
        _ => Place::Unknown,
    }
}
