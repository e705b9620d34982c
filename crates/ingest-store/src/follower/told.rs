//! What a logged event tells of its match.

use std::borrow::Cow;

use association::{LoggedEvent, Standing, standing};
use event_model::{Actors, CloudEvent, DeviceId, Game, Identity, Kind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

/// An event's content, as the tables hold it.
#[derive(Debug, PartialEq)]
pub(super) struct Told {
    pub(super) event_id: String,
    pub(super) subject: String,
    pub(super) game: String,
    pub(super) kind: Option<Kind>,
    /// The kind's word, or a type of somebody else's as it is.
    pub(super) kind_text: Cow<'static, str>,
    pub(super) standing: Standing,
    /// JSON.
    pub(super) actors: String,
    pub(super) round: Option<u32>,
    pub(super) match_clock_ms: Option<i64>,
    /// A JSON object.
    pub(super) details: String,
}

/// What is looked at of an event that is plainly one of ours. It was judged when
/// it came, so the rest need not be looked at again.
#[derive(Deserialize)]
struct Plain<'e> {
    #[serde(borrow)]
    id: Cow<'e, str>,
    #[serde(borrow, rename = "type")]
    event_type: Cow<'e, str>,
    #[serde(borrow)]
    subject: Cow<'e, str>,
    #[serde(borrow)]
    data: PlainData<'e>,
}

#[derive(Deserialize)]
struct PlainData<'e> {
    game: Game,
    identity: Identity,
    actors: Actors,
    round: Option<u32>,
    match_clock_ms: Option<i64>,
    #[serde(borrow)]
    details: Option<&'e RawValue>,
}

impl Told {
    /// `None` where the event tells of no match.
    pub(super) fn read(device: DeviceId, json: &str) -> Option<Self> {
        Self::read_plain(device, json).or_else(|| Self::read_any(device, json))
    }

    /// Gives up on what is not plainly an event of ours, also on a name that
    /// comes twice: association reads every event that is stored, and a tree of
    /// values costs more than all the rest.
    fn read_plain(device: DeviceId, json: &str) -> Option<Self> {
        let Plain { id, event_type, subject, data } = serde_json::from_str(json).ok()?;
        let kind = Kind::from_event_type(&event_type).filter(|kind| *kind != Kind::SequenceGap)?;
        let details = data.details.map(RawValue::get).filter(|text| text.starts_with('{'))?;
        let logged = LoggedEvent {
            device,
            event_id: &id,
            subject: &subject,
            kind: Some(kind),
            identity: Some(data.identity),
        };
        Some(Self {
            standing: standing(&logged),
            game: data.game.to_string(),
            kind: Some(kind),
            kind_text: kind.as_str().into(),
            actors: text(&data.actors),
            round: data.round,
            match_clock_ms: data.match_clock_ms,
            details: details.to_owned(),
            event_id: id.into_owned(),
            subject: subject.into_owned(),
        })
    }

    fn read_any(device: DeviceId, json: &str) -> Option<Self> {
        let event = CloudEvent::parse(&serde_json::from_str(json).ok()?).ok()?;
        let subject = event.subject.clone()?;
        match event.kind() {
            Some(Kind::SequenceGap) => None,
            Some(kind) => Self::of_ours(device, &event, subject, kind),
            None => Some(Self::of_others(device, event, subject)),
        }
    }

    fn of_ours(device: DeviceId, event: &CloudEvent, subject: String, kind: Kind) -> Option<Self> {
        let data = event.event_data().ok()?;
        let logged = LoggedEvent {
            device,
            event_id: &event.id,
            subject: &subject,
            kind: Some(kind),
            identity: Some(data.identity),
        };
        Some(Self {
            standing: standing(&logged),
            event_id: event.id.clone(),
            subject,
            game: data.game.to_string(),
            kind: Some(kind),
            kind_text: kind.as_str().into(),
            actors: text(&data.actors),
            round: data.round,
            match_clock_ms: data.match_clock_ms,
            details: text(&data.details),
        })
    }

    /// A type of somebody else's names no game: what stands before the colon
    /// of its subject is the best guess, and only shown.
    fn of_others(device: DeviceId, event: CloudEvent, subject: String) -> Self {
        let logged = LoggedEvent {
            device,
            event_id: &event.id,
            subject: &subject,
            kind: None,
            identity: None,
        };
        Self {
            standing: standing(&logged),
            game: subject.split_once(':').map_or("", |(game, _)| game).to_owned(),
            subject,
            kind: None,
            kind_text: event.event_type.into(),
            event_id: event.id,
            actors: text(&Actors::default()),
            round: None,
            match_clock_ms: None,
            details: text(&members(event.data)),
        }
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data with string keys is always JSON")
}

fn members(data: Value) -> Map<String, Value> {
    match data {
        Value::Object(members) => members,
        Value::Null => Map::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::from_iter([("data".to_owned(), data)])
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn kill() -> Value {
        json!({
            "specversion": "1.0", "id": "a \"quoted\" id", "source": "urn:x", "subject": "cs2:1",
            "type": "ringside.kill.v1", "sequence": "7", "origin": "live",
            "data": {
                "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
                "actors": {"attacker": "Ana \u{1f600}", "victim": null}, "round": 3,
                "ordinal": null, "identity": "counted", "match_clock_ms": -5,
                "observed": {"epoch": Uuid::nil(), "mono_ms": 1},
                "details": {"b": [1, {"c": "}"}], "a": 2.5},
            },
        })
    }

    fn told(json: &str) -> [Option<Told>; 2] {
        let device = DeviceId(Uuid::nil());
        let mut told = [Told::read_plain(device, json), Told::read_any(device, json)];
        for one in told.iter_mut().flatten() {
            // Text or tree: the same object.
            one.details = serde_json::from_str::<Value>(&one.details).unwrap().to_string();
        }
        told
    }

    #[test]
    fn what_is_plain_is_read_as_the_careful_way_reads_it() {
        let mut events = vec![kill()];
        for (pointer, value) in [
            ("/data/round", Value::Null),
            ("/data/match_clock_ms", Value::Null),
            ("/data/actors", json!({"attacker": "A", "victim": "B", "assists": ["C", "D"]})),
            ("/data/details", json!({})),
            ("/type", json!("ringside.match_ended.v1")),
            ("/type", json!("ringside.session_evidence.v1")),
        ] {
            let mut event = kill();
            *event.pointer_mut(pointer).unwrap() = value;
            events.push(event);
        }
        for event in events {
            let [plain, careful] = told(&event.to_string());
            assert!(plain.is_some(), "{event}");
            assert_eq!(plain, careful, "{event}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_careful_way() {
        let twice = kill().to_string().replacen("\"round\":3", "\"round\":3,\"round\":4", 1);
        let [plain, careful] = told(&twice);
        assert_eq!((plain, careful.unwrap().round), (None, Some(4)));
        let foreign = kill().to_string().replace("ringside.kill.v1", "com.example.lap");
        let [plain, careful] = told(&foreign);
        assert!(plain.is_none() && careful.is_some());
        let mut without = kill();
        without["data"].as_object_mut().unwrap().remove("details");
        let [plain, careful] = told(&without.to_string());
        assert_eq!((plain, careful.unwrap().details), (None, "{}".to_owned()));
        let gap = kill().to_string().replace("ringside.kill.v1", "ringside.sequence_gap.v1");
        assert_eq!(told(&gap), [None, None]);
    }
}
