//! CloudEvents both ways.

use std::collections::BTreeMap;

use event_model::{
    ActorIds, Actors, ClockEpoch, ClockReading, CloudEvent, CloudEventFault, DeviceId, Envelope,
    Event, EventData, EventId, Game, GapReason, Identity, Kind, MatchKey, MatchOrigin, MatchRef,
    Ordinal, Origin, OutboxId, SequenceGap, WallTime,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn any_uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn any_actors() -> impl Strategy<Value = Actors> {
    (prop::option::of(".*"), prop::option::of(".*"), prop::collection::vec(".*", 0..3))
        .prop_map(|(attacker, victim, assists)| Actors { attacker, victim, assists })
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<i16>().prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        any::<bool>().prop_map(Value::from),
        "(?s).*".prop_map(Value::from),
        Just(Value::Null),
        "(?s).*".prop_map(|text| json!({ "nested": [text, 1] })),
    ]
}

prop_compose! {
    fn any_data()(
        key in "[a-z0-9]{1,8}:.{0,20}",
        native in any::<bool>(),
        observer in prop::option::of(".*"),
        actors in any_actors(),
        ids in prop::option::of(any_actors()),
        round in prop::option::of(any::<u32>()),
        ordinal in prop::option::of(("[a-z ]+", any::<u32>(), any::<u64>())),
        counted in any::<bool>(),
        match_clock_ms in prop::option::of(any::<i64>()),
        details in prop::collection::btree_map("(?s).*", any_value(), 0..4),
    ) -> EventData {
        EventData {
            game: Game::cs2(),
            match_ref: MatchRef {
                key: MatchKey::from_text(key),
                origin: if native { MatchOrigin::Native } else { MatchOrigin::Session },
            },
            observer,
            actors,
            actor_ids: ids.map(|Actors { attacker, victim, assists }| ActorIds {
                attacker, victim, assists,
            }),
            round,
            ordinal: ordinal.map(|(of, run, value)| Ordinal { of, run, value }),
            identity: if counted { Identity::Counted } else { Identity::Native },
            match_clock_ms,
            details,
        }
    }
}

prop_compose! {
    fn any_envelope()(
        device in any_uuid(),
        sequence in 1..=i64::MAX.unsigned_abs(),
        replay in any::<bool>(),
        time in any::<i64>(),
        epoch in any_uuid(),
        mono_ms in any::<u64>(),
    ) -> Envelope {
        Envelope {
            device: DeviceId(device),
            sequence,
            origin: if replay { Origin::Replay } else { Origin::Live },
            time: WallTime::from_unix_ms(time),
            observed: ClockReading { epoch: ClockEpoch(epoch), mono_ms },
        }
    }
}

proptest! {
    #[test]
    fn an_event_is_read_back_as_it_was_written(
        id in any_uuid(),
        kind in prop::sample::select(Kind::ALL.as_slice()),
        data in any_data(),
        envelope in any_envelope(),
    ) {
        let event = Event { id: EventId(id), kind, data };
        let text = CloudEvent::from_event(&event, &envelope).to_json();
        prop_assert_eq!(&CloudEvent::json_of(&event, &envelope), &text, "either way");
        let read = CloudEvent::parse(&serde_json::from_str(&text).unwrap()).unwrap();

        prop_assert_eq!(&read.id, &event.id.to_string());
        prop_assert_eq!(read.kind(), Some(event.kind));
        prop_assert_eq!(read.event_data().unwrap(), event.data);
        prop_assert_eq!(read.device(), Some(envelope.device));
        prop_assert_eq!(read.sequence, Some(envelope.sequence));
        prop_assert_eq!(read.origin, Some(envelope.origin));
        prop_assert_eq!(read.time, Some(envelope.time));
        prop_assert_eq!(read.observed(), Some(envelope.observed));
        prop_assert_eq!(read.to_json(), text, "the same event gives the same bytes");
    }

    #[test]
    fn a_gap_is_read_back_as_it_was_written(
        outbox in any_uuid(),
        from in 1..=u64::MAX,
        to in 1..=u64::MAX,
        envelope in any_envelope(),
    ) {
        let gap = SequenceGap { outbox: OutboxId(outbox), from, to, reason: GapReason::Pruned };
        let text = CloudEvent::from_gap(&gap, &envelope).to_json();
        let read = CloudEvent::parse(&serde_json::from_str(&text).unwrap()).unwrap();
        prop_assert_eq!(read.kind(), Some(Kind::SequenceGap));
        prop_assert_eq!(read.sequence_gap().unwrap(), gap);
    }

    #[test]
    fn no_json_panics_the_reader(text in ".{0,200}") {
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            drop(CloudEvent::parse(&value));
        }
    }
}

fn complete() -> Value {
    json!({"specversion": "1.0", "id": "1", "source": "urn:x", "type": "com.example.lap"})
}

#[test]
fn a_foreign_event_needs_only_what_cloudevents_requires() {
    let event = CloudEvent::parse(&complete()).unwrap();
    assert!(!event.is_ringside());
    assert_eq!((event.subject, event.time, event.data), (None, None, Value::Null));
}

#[test]
fn the_first_wrong_attribute_is_named() {
    let wrong = |attribute: &str, value: Value| {
        let mut event = complete();
        event[attribute] = value;
        CloudEvent::parse(&event).unwrap_err()
    };
    assert_eq!(wrong("id", json!("")), CloudEventFault::Missing("id"));
    assert_eq!(CloudEvent::parse(&json!([])), Err(CloudEventFault::NotAnObject));
    let cases: BTreeMap<&str, Value> = BTreeMap::from([
        ("specversion", json!("0.3")),
        ("id", json!(7)),
        ("time", json!("noon")),
        ("sequence", json!("0")),
        ("origin", json!("memory")),
    ]);
    for (attribute, value) in cases {
        let fault = wrong(attribute, value);
        assert!(
            matches!(fault, CloudEventFault::Wrong { attribute: named, .. } if named == attribute),
            "{attribute}: {fault}"
        );
    }
}
