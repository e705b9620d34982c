//! One message of the page: an envelope of ours around one of Overwolf's.

use serde_json::{Map, Value};

use super::{FRAME_BYTES_MAX, value};
use crate::{Unreadable, fields::bounded};

/// Things that one message may tell. A whole match's `getInfo` has some sixty.
const TOLD_MAX: usize = 512;

/// The channel of a message of which only its number is left.
pub(super) const TURNED_OFF: &str = "turned off";

/// A message, as far as it matters here.
#[derive(Debug)]
pub(super) struct Message {
    /// Which start of the page it came from; empty where nothing says.
    pub(super) run: String,
    /// Its number in that run.
    pub(super) seq: Option<u64>,
    /// Overwolf's number of the game.
    pub(super) game_id: Option<u64>,
    /// Nobody may read its game for now.
    pub(super) is_turned_off: bool,
    /// It says how everything stands, also where nothing does.
    pub(super) is_snapshot: bool,
    pub(super) told: Vec<Told>,
}

/// One key with its value.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) channel: Channel,
    pub(super) key: String,
    pub(super) value: Value,
}

/// On which of Overwolf's channels it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    /// Something happened.
    Event,
    /// A value changed.
    Info,
    /// How everything stands, asked for by the page when it starts.
    Snapshot,
}

impl Message {
    pub(super) fn read(body: &[u8]) -> Result<Self, Unreadable> {
        if body.len() > FRAME_BYTES_MAX {
            return Err(Unreadable::TooLarge { bytes: body.len(), limit: FRAME_BYTES_MAX });
        }
        let json: Value = serde_json::from_slice(body).map_err(|error| Unreadable::json(&error))?;
        let Value::Object(mut envelope) = json else {
            return Err(Unreadable::Malformed("a message must be an object".to_owned()));
        };
        let text = |name: &str| envelope.get(name).and_then(Value::as_str).unwrap_or_default();
        let run = bounded(text("run"), "run")?;
        let seq = envelope.get("seq").and_then(Value::as_u64);
        let is_snapshot =
            [text("channel"), text("kind")].iter().any(|word| word.contains("getInfo"));
        let is_turned_off = text("channel") == TURNED_OFF;
        let outer_id = game_id(&envelope);
        // Wrapped by our page, by a tool that kept messages, or by nobody.
        let payload = ["payload", "raw"].iter().find_map(|name| envelope.remove(*name));
        let payload = payload.map_or(Value::Object(envelope), value::unwrapped);
        let Value::Object(payload) = payload else {
            return Err(Unreadable::Malformed("a message without a payload".to_owned()));
        };
        let is_snapshot = is_snapshot || payload.get("res").is_some_and(|res| !res.is_null());
        let game_id = outer_id.or_else(|| game_id(&payload));
        let told = told(payload, is_snapshot)?;
        if told.len() > TOLD_MAX {
            return Err(Unreadable::Malformed(format!("tells more than {TOLD_MAX} things")));
        }
        Ok(Self { run, seq, game_id, is_turned_off, is_snapshot, told })
    }
}

/// Overwolf numbers an instance of a game with one digit more.
fn game_id(members: &Map<String, Value>) -> Option<u64> {
    let id = value::number(members.get("gameId")?)?;
    u64::try_from(id).ok().filter(|id| *id > 0)
}

fn told(mut payload: Map<String, Value>, is_snapshot: bool) -> Result<Vec<Told>, Unreadable> {
    if let Some(Value::Array(events)) = payload.get("events") {
        return events.iter().map(native_event).collect();
    }
    if let Some(info) = payload.remove("info") {
        return categories(value::unwrapped(info), Channel::Info);
    }
    if let Some(all) = payload.remove("res") {
        return categories(value::unwrapped(all), Channel::Snapshot);
    }
    if let Some(key) = ["key", "event"].iter().find_map(|name| payload.get(*name)) {
        let key = bounded(key.as_str().unwrap_or_default(), "key")?;
        let is_info = payload.contains_key("category");
        let value = ["value", "data"].iter().find_map(|name| payload.remove(*name));
        let channel = if is_info { Channel::Info } else { Channel::Event };
        let value = value::unwrapped(value.unwrap_or_default());
        return Ok(vec![Told { channel, key, value }]);
    }
    if is_snapshot {
        return categories(Value::Object(payload), Channel::Snapshot);
    }
    Err(Unreadable::Foreign("neither events nor info of Overwolf's"))
}

fn native_event(event: &Value) -> Result<Told, Unreadable> {
    let name = event.get("name").and_then(Value::as_str).unwrap_or_default();
    let data = event.get("data").cloned().unwrap_or_default();
    let key = bounded(name, "events.*.name")?;
    Ok(Told { channel: Channel::Event, key, value: value::unwrapped(data) })
}

/// `{category: {key: value}}`.
fn categories(info: Value, channel: Channel) -> Result<Vec<Told>, Unreadable> {
    let mut told = Vec::new();
    // Nothing is known yet, or the question failed.
    let Value::Object(categories) = info else { return Ok(told) };
    for keys in categories.into_iter().map(|(_, keys)| value::unwrapped(keys)) {
        let Value::Object(keys) = keys else { continue };
        for (key, value) in keys {
            let key = bounded(&key, "info.*.*")?;
            told.push(Told { channel, key, value: value::unwrapped(value) });
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(message: &Value) -> Vec<(Channel, String, Value)> {
        let told = Message::read(message.to_string().as_bytes()).unwrap().told;
        told.into_iter().map(|told| (told.channel, told.key, told.value)).collect()
    }

    #[test]
    fn every_envelope_gives_its_keys() {
        let round = |channel| vec![(channel, "round_number".to_owned(), json!("3"))];
        let info = json!({"info": {"match_info": {"round_number": "3"}}, "feature": "match_info"});
        let electron = json!({
            "gameId": 21640, "feature": "match_info", "category": "match_info",
            "key": "round_number", "value": "3",
        });
        let all = json!({"success": true, "res": {"match_info": {"round_number": "3"}}});
        for (payload, channel) in
            [(info, Channel::Info), (electron, Channel::Info), (all, Channel::Snapshot)]
        {
            assert_eq!(read(&payload), round(channel), "as it came");
            assert_eq!(read(&json!({"raw": payload})), round(channel), "as others keep it");
            let wrapped = json!({"run": "r", "seq": 1, "channel": "x", "payload": payload});
            assert_eq!(read(&wrapped), round(channel), "as our page sends it");
        }
        let electron_all =
            json!({"channel": "getInfo", "payload": {"match_info": {"round_number": "3"}}});
        assert_eq!(read(&electron_all), round(Channel::Snapshot));
    }

    #[test]
    fn events_come_in_either_form() {
        let native =
            json!({"events": [{"name": "kill", "data": 6}, {"name": "match_start", "data": ""}]});
        let expected = [
            (Channel::Event, "kill".to_owned(), json!(6)),
            (Channel::Event, "match_start".to_owned(), Value::Null),
        ];
        assert_eq!(read(&native), expected);
        let electron = json!({"gameId": 21640, "feature": "kill", "key": "kill", "value": "6"});
        assert_eq!(read(&electron), [(Channel::Event, "kill".to_owned(), json!("6"))]);
    }

    #[test]
    fn a_question_that_failed_tells_nothing() {
        let failed = json!({"channel": "getInfo", "payload": {"success": false, "error": "no", "res": null}});
        assert_eq!(read(&failed), []);
    }
}
