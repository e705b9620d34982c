//! What a logged event tells of its match.

use std::borrow::Cow;

use association::{Report, Sighting};
use event_model::{
    ActorIds, Actors, ClockReading, CloudEvent, DeviceId, Game, Identity, Kind, Ordinal, Origin,
    OutboxId, SequenceGap, WallTime,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::{compared::Compared, hints::OwnedHints};

/// An event's content, as far as association and the tables need it.
///
/// A gap names no match: its subject is its outbox.
#[derive(Debug, PartialEq)]
pub(super) struct Told<'e> {
    pub(super) event_id: Cow<'e, str>,
    pub(super) subject: Cow<'e, str>,
    /// `None` for a type of somebody else's.
    pub(super) game: Option<Game>,
    pub(super) kind: Option<Kind>,
    /// The kind's word, or a type of somebody else's as it is.
    pub(super) kind_text: Cow<'static, str>,
    identity: Option<Identity>,
    pub(super) origin: Option<Origin>,
    pub(super) observer: Option<String>,
    pub(super) actors: Actors,
    pub(super) actor_ids: Option<ActorIds>,
    pub(super) round: Option<u32>,
    ordinal: Option<Ordinal>,
    pub(super) match_clock_ms: Option<i64>,
    observed: Option<ClockReading>,
    time: Option<WallTime>,
    pub(super) sequence: Option<u64>,
    /// Which numbers will never come, where it tells that.
    pub(super) gap: Option<SequenceGap>,
    hints: OwnedHints,
    /// A JSON object.
    pub(super) details: Cow<'e, str>,
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
    time: Option<WallTime>,
    #[serde(borrow)]
    sequence: Option<&'e str>,
    origin: Option<Origin>,
    #[serde(borrow)]
    data: PlainData<'e>,
}

#[derive(Deserialize)]
struct PlainData<'e> {
    game: Game,
    identity: Identity,
    observer: Option<String>,
    actors: Actors,
    actor_ids: Option<ActorIds>,
    round: Option<u32>,
    ordinal: Option<Ordinal>,
    match_clock_ms: Option<i64>,
    observed: Option<ClockReading>,
    #[serde(borrow)]
    details: Option<&'e RawValue>,
}

impl<'e> Told<'e> {
    /// `None` where the event tells neither of a match nor of a gap.
    pub(super) fn read(json: &'e str) -> Option<Self> {
        Self::read_plain(json).or_else(|| Self::read_any(json))
    }

    /// As association is told of it, with names as they are compared.
    pub(super) fn report<'r>(
        &'r self,
        compared: &'r Compared,
        (device, outbox): (DeviceId, Option<OutboxId>),
        position: u64,
        corrected: Sighting,
    ) -> Report<'r> {
        Report {
            device,
            event_id: &self.event_id,
            subject: &self.subject,
            position,
            kind: self.kind,
            identity: self.identity,
            origin: self.origin,
            observer: compared.observer.as_deref(),
            actors: &compared.actors,
            actor_ids: compared.actor_ids.as_ref(),
            round: self.round,
            ordinal: self.ordinal.as_ref(),
            match_clock_ms: self.match_clock_ms,
            observed: self.observed,
            time: self.time,
            corrected,
            outbox,
            sequence: self.sequence,
            hints: self.hints.borrowed(),
        }
    }

    /// The game's word. A type of somebody else's names none: what stands before
    /// the colon of its subject is the best guess, and only shown.
    pub(super) fn game(&self) -> &str {
        match &self.game {
            Some(game) => game.as_str(),
            None => self.subject.split_once(':').map_or("", |(game, _)| game),
        }
    }

    /// Gives up on what is not plainly an event of ours, also on a name that
    /// comes twice: association reads every event that is stored, and a tree of
    /// values costs more than all the rest.
    fn read_plain(json: &'e str) -> Option<Self> {
        let Plain { id, event_type, subject, time, sequence, origin, data } =
            serde_json::from_str(json).ok()?;
        let kind = Kind::from_event_type(&event_type).filter(|kind| *kind != Kind::SequenceGap)?;
        let details = data.details.map(RawValue::get).filter(|text| text.starts_with('{'))?;
        let sequence = match sequence {
            Some(text) => Some(text.parse::<u64>().ok().filter(|number| is_sequence(*number))?),
            None => None,
        };
        Some(Self {
            event_id: id,
            subject,
            game: Some(data.game),
            kind: Some(kind),
            kind_text: kind.as_str().into(),
            identity: Some(data.identity),
            origin,
            observer: data.observer,
            actors: data.actors,
            actor_ids: data.actor_ids,
            round: data.round,
            ordinal: data.ordinal,
            match_clock_ms: data.match_clock_ms,
            observed: data.observed,
            time,
            sequence,
            gap: None,
            hints: OwnedHints::read(kind, details),
            details: details.into(),
        })
    }

    fn read_any(json: &str) -> Option<Self> {
        let event = CloudEvent::parse(&serde_json::from_str(json).ok()?).ok()?;
        let subject = event.subject.clone()?;
        match event.kind() {
            Some(Kind::SequenceGap) => Self::of_gap(event, subject),
            Some(kind) => Self::of_ours(event, subject, kind),
            None => Some(Self::of_others(event, subject)),
        }
    }

    fn of_ours(event: CloudEvent, subject: String, kind: Kind) -> Option<Self> {
        let data = event.event_data().ok()?;
        let details = text(&data.details);
        Some(Self {
            observed: event.observed(),
            event_id: event.id.into(),
            subject: subject.into(),
            game: Some(data.game),
            kind: Some(kind),
            kind_text: kind.as_str().into(),
            identity: Some(data.identity),
            origin: event.origin,
            observer: data.observer,
            actors: data.actors,
            actor_ids: data.actor_ids,
            round: data.round,
            ordinal: data.ordinal,
            match_clock_ms: data.match_clock_ms,
            time: event.time,
            sequence: event.sequence,
            gap: None,
            hints: OwnedHints::read(kind, &details),
            details: details.into(),
        })
    }

    fn of_gap(event: CloudEvent, subject: String) -> Option<Self> {
        let gap = event.sequence_gap().ok()?;
        let (kind, kind_text) = (Some(Kind::SequenceGap), Kind::SequenceGap.as_str().into());
        let told = Self::of_others(event, subject);
        Some(Self { kind, kind_text, gap: Some(gap), ..told })
    }

    fn of_others(event: CloudEvent, subject: String) -> Self {
        Self {
            event_id: event.id.into(),
            subject: subject.into(),
            game: None,
            kind: None,
            kind_text: event.event_type.into(),
            identity: None,
            origin: event.origin,
            observer: None,
            actors: Actors::default(),
            actor_ids: None,
            round: None,
            ordinal: None,
            match_clock_ms: None,
            observed: None,
            time: event.time,
            sequence: event.sequence,
            gap: None,
            hints: OwnedHints::default(),
            details: text(&members(event.data)).into(),
        }
    }
}

/// As the careful way has it: SQLite keeps signed 64-bit integers.
fn is_sequence(number: u64) -> bool {
    (1..=i64::MAX.unsigned_abs()).contains(&number)
}

pub(super) fn text(value: &impl Serialize) -> String {
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
            "time": "2026-11-20T19:00:00.123Z",
            "data": {
                "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
                "actors": {"attacker": "Ana \u{1f600}", "victim": null}, "round": 3,
                "ordinal": null, "identity": "counted", "match_clock_ms": -5,
                "observed": {"epoch": Uuid::nil(), "mono_ms": 1},
                "details": {"b": [1, {"c": "}"}], "a": 2.5},
            },
        })
    }

    fn told(json: &str) -> [Option<Told<'_>>; 2] {
        let mut told = [Told::read_plain(json), Told::read_any(json)];
        for one in told.iter_mut().flatten() {
            // Text or tree: the same object.
            let tree = serde_json::from_str::<Value>(&one.details).unwrap();
            one.details = tree.to_string().into();
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
            ("/data/details", json!({"name": "Baron", "score": {"ct": 1, "t": 2}})),
            ("/data/details", json!({"name": 7, "kill_streak": "x"})),
            ("/data/observed", Value::Null),
            ("/data/ordinal", json!({"of": "victim deaths", "run": 1, "value": 4})),
            ("/origin", json!("replay")),
            ("/sequence", json!("9007199254740993")),
            ("/type", json!("ringside.match_ended.v1")),
            ("/type", json!("ringside.session_evidence.v1")),
        ] {
            let mut event = kill();
            *event.pointer_mut(pointer).unwrap() = value;
            events.push(event);
        }
        for event in events {
            let event = event.to_string();
            let [plain, careful] = told(&event);
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
        let without = without.to_string();
        let [plain, careful] = told(&without);
        assert_eq!((plain, careful.unwrap().details), (None, "{}".into()));
        for (pointer, value) in [
            ("/sequence", json!("0")),
            ("/time", json!("yesterday")),
            ("/origin", json!("made up")),
            ("/data/observed", json!({"epoch": 7})),
        ] {
            let mut event = kill();
            *event.pointer_mut(pointer).unwrap() = value;
            let event = event.to_string();
            assert!(told(&event)[0].is_none(), "{event}");
        }
        let gap = kill().to_string().replace("ringside.kill.v1", "ringside.sequence_gap.v1");
        assert_eq!(told(&gap), [None, None], "it is a kill's data");
    }
}
