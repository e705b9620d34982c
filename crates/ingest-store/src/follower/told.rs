//! What a logged event tells of its match.

use association::{LoggedEvent, Standing, standing};
use event_model::{Actors, CloudEvent, DeviceId, Kind};
use serde_json::{Map, Value};

/// An event's content, as the tables hold it.
pub(super) struct Told {
    pub(super) event_id: String,
    pub(super) subject: String,
    pub(super) game: String,
    pub(super) kind: Option<Kind>,
    /// The kind's word, or a type of somebody else's as it is.
    pub(super) kind_text: String,
    pub(super) standing: Standing,
    pub(super) actors: Actors,
    pub(super) round: Option<u32>,
    pub(super) match_clock_ms: Option<i64>,
    pub(super) details: Map<String, Value>,
}

impl Told {
    /// `None` where the event tells of no match.
    pub(super) fn read(device: DeviceId, json: &str) -> Option<Self> {
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
            kind_text: kind.as_str().to_owned(),
            actors: data.actors,
            round: data.round,
            match_clock_ms: data.match_clock_ms,
            details: data.details.into_iter().collect(),
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
            kind_text: event.event_type,
            event_id: event.id,
            actors: Actors::default(),
            round: None,
            match_clock_ms: None,
            details: members(event.data),
        }
    }
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
