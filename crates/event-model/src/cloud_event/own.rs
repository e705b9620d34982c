//! The JSON of one of our own events, without the values in between: an outbox
//! writes every event once, and half of that work was building maps.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{CloudEvent, DATA_CONTENT_TYPE, SPEC_VERSION, Wire};
use crate::{ActorIds, Actors, ClockReading, Envelope, Event, Game, Identity, MatchRef, Ordinal};

impl CloudEvent {
    /// The JSON text of `event`: the bytes that [`Self::from_event`] and
    /// [`Self::to_json`] give.
    #[must_use]
    pub fn json_of(event: &Event, envelope: &Envelope) -> String {
        let subject = event.subject().as_str();
        let wire = Wire {
            specversion: SPEC_VERSION,
            id: &event.id.to_string(),
            source: &envelope.device.urn(),
            event_type: &event.kind.event_type(),
            subject: Some(subject),
            partitionkey: Some(subject),
            time: Some(envelope.time),
            sequence: Some(envelope.sequence.to_string()),
            sequencetype: Some("Integer"),
            origin: Some(envelope.origin),
            datacontenttype: DATA_CONTENT_TYPE,
            data: Sorted::of(event, &envelope.observed),
        };
        let mut json = Vec::with_capacity(BYTES_TYPICAL);
        serde_json::to_writer(&mut json, &wire).expect("plain data is always JSON");
        String::from_utf8(json).expect("JSON is text")
    }
}

/// Most events fit, so that writing one allocates once.
const BYTES_TYPICAL: usize = 1_024;

/// [`crate::EventData`] with `observed`, in the order of the names.
#[derive(Serialize)]
struct Sorted<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_ids: Option<SortedActors<'e>>,
    actors: SortedActors<'e>,
    details: &'e BTreeMap<String, Value>,
    game: &'e Game,
    identity: Identity,
    #[serde(rename = "match")]
    match_ref: &'e MatchRef,
    match_clock_ms: Option<i64>,
    observed: &'e ClockReading,
    observer: Option<&'e str>,
    ordinal: Option<&'e Ordinal>,
    round: Option<u32>,
}

#[derive(Serialize)]
struct SortedActors<'e> {
    assists: &'e [String],
    attacker: Option<&'e str>,
    victim: Option<&'e str>,
}

impl<'e> Sorted<'e> {
    fn of(event: &'e Event, observed: &'e ClockReading) -> Self {
        let data = &event.data;
        Self {
            actor_ids: data.actor_ids.as_ref().map(SortedActors::of_ids),
            actors: SortedActors::of(&data.actors),
            details: &data.details,
            game: &data.game,
            identity: data.identity,
            match_ref: &data.match_ref,
            match_clock_ms: data.match_clock_ms,
            observed,
            observer: data.observer.as_deref(),
            ordinal: data.ordinal.as_ref(),
            round: data.round,
        }
    }
}

impl<'e> SortedActors<'e> {
    fn of(actors: &'e Actors) -> Self {
        Self {
            assists: &actors.assists,
            attacker: actors.attacker.as_deref(),
            victim: actors.victim.as_deref(),
        }
    }

    fn of_ids(actors: &'e ActorIds) -> Self {
        Self {
            assists: &actors.assists,
            attacker: actors.attacker.as_deref(),
            victim: actors.victim.as_deref(),
        }
    }
}
