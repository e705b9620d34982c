//! Every reason to refuse an event, and what is taken although it is strange.

use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn device() -> DeviceId {
    DeviceId(Uuid::from_u128(1))
}

fn now() -> WallTime {
    WallTime::from_unix_ms(1_795_201_200_000)
}

fn kill() -> Value {
    json!({
        "specversion": "1.0", "id": "e1", "source": device().urn(), "type": "ringside.kill.v1",
        "subject": "cs2:1", "time": now().to_string(), "sequence": "7", "origin": "live",
        "data": {
            "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
            "actors": {"attacker": "Ana", "victim": null, "assists": []}, "round": 1,
            "ordinal": null, "identity": "native", "match_clock_ms": null, "details": {},
        },
    })
}

fn judge(event: &Value) -> Item {
    let (limits, lifetimes) = (limits(), Lifetimes::default());
    let arrival = Arrival { received_at: now(), sent: None };
    let judge = Judge::new(device(), arrival, &limits, &lifetimes, Replays::Accept);
    let json = event.to_string();
    judge.judge(json.as_bytes(), &json)
}

fn limits() -> Limits {
    Limits { event_bytes_max: 2_000, ..Limits::default() }
}

fn refused(event: &Value) -> Option<ReceiptCode> {
    match judge(event).verdict {
        Verdict::Sound(_) => None,
        Verdict::Refused(receipt) => receipt.code,
    }
}

fn with(change: impl Fn(&mut Value)) -> Value {
    let mut event = kill();
    change(&mut event);
    event
}

#[test]
fn a_complete_event_is_sound_and_keeps_its_bytes() {
    let item = judge(&kill());
    let Verdict::Sound(event) = item.verdict else { panic!("nothing is wrong with it") };
    assert_eq!(event.span, 0..kill().to_string().len());
    assert_eq!(item.sequence, Some(7));
}

#[test]
fn what_is_missing_or_wrong_is_malformed() {
    let changes: [fn(&mut Value); 8] = [
        |event| *event = json!(7),
        |event| event["id"] = json!(null),
        |event| event["id"] = json!("x".repeat(257)),
        |event| event["subject"] = json!("cs2:2"),
        |event| event["subject"] = json!(null),
        |event| event["data"]["identity"] = json!("guessed"),
        |event| event["type"] = json!("ringside.kill"),
        |event| event["time"] = json!("noon"),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        assert_eq!(refused(&with(change)), Some(ReceiptCode::MalformedEvent), "{index}");
    }
}

#[test]
fn a_kind_of_a_newer_client_waits_for_a_newer_server() {
    for event_type in ["ringside.dance.v1", "ringside.kill.v2"] {
        let event = with(|event| event["type"] = json!(event_type));
        assert_eq!(refused(&event), Some(ReceiptCode::UnknownKind));
    }
}

#[test]
fn another_devices_event_is_foreign() {
    let other = DeviceId(Uuid::from_u128(2)).urn();
    let item = judge(&with(|event| event["source"] = json!(other)));
    let Verdict::Refused(receipt) = item.verdict else { panic!("the source is another device") };
    assert_eq!(receipt.code, Some(ReceiptCode::ForeignSource));
    assert_eq!(item.sequence, None, "its sequence counts in another outbox");
}

#[test]
fn only_what_was_captured_live_grows_too_old() {
    let at = |days: i64, origin: &str| {
        with(|event| {
            event["time"] = json!(now().plus_ms(-days * DAY_MS).to_string());
            event["origin"] = json!(origin);
        })
    };
    assert_eq!(refused(&at(44, "live")), None);
    assert_eq!(refused(&at(46, "live")), Some(ReceiptCode::TooOld));
    assert_eq!(refused(&at(4_600, "replay")), None);
}

#[test]
fn size_and_depth_are_bounded_an_event() {
    let large = with(|event| event["data"]["details"]["x"] = json!("x".repeat(2_000)));
    assert_eq!(refused(&large), Some(ReceiptCode::EventTooLarge));
    let mut deep = json!(1);
    for _ in 0..40 {
        deep = json!([deep]);
    }
    let deep = with(|event| event["data"]["details"]["x"] = deep.clone());
    assert_eq!(refused(&deep), Some(ReceiptCode::TooDeep));
}

#[test]
fn a_foreign_type_is_taken_as_it_is() {
    let event = with(|event| {
        event["type"] = json!("com.example.lap");
        event["data"] = json!([1, 2]);
        event["subject"] = json!(null);
    });
    assert_eq!(refused(&event), None);
}

#[test]
fn a_gap_must_be_a_range() {
    let gap = |from: u64, to: u64| {
        with(|event| {
            event["type"] = json!("ringside.sequence_gap.v1");
            event["subject"] = json!("outbox:x");
            event["data"] =
                json!({"outbox": Uuid::nil(), "from": from, "to": to, "reason": "pruned"});
        })
    };
    assert_eq!(refused(&gap(1, 1)), None);
    for (from, to) in [(0, 1), (2, 1), (1, u64::MAX)] {
        assert_eq!(refused(&gap(from, to)), Some(ReceiptCode::MalformedEvent));
    }
}

#[test]
fn a_detail_is_never_long() {
    let event = with(|event| event["data"]["identity"] = json!("ü".repeat(900)));
    let Verdict::Refused(receipt) = judge(&event).verdict else { panic!("wrong identity") };
    assert!(receipt.detail.unwrap().chars().count() <= DETAIL_CHARS_MAX);
}

/// Changes that are in order, strange, or wrong.
fn any_change() -> impl Strategy<Value = (Vec<&'static str>, Value)> {
    let places = [
        vec!["id"],
        vec!["source"],
        vec!["type"],
        vec!["subject"],
        vec!["time"],
        vec!["sequence"],
        vec!["origin"],
        vec!["extension"],
        vec!["data"],
        vec!["data", "game"],
        vec!["data", "match", "key"],
        vec!["data", "match", "origin"],
        vec!["data", "observer"],
        vec!["data", "actors"],
        vec!["data", "actors", "victim"],
        vec!["data", "actors", "assists"],
        vec!["data", "actor_ids"],
        vec!["data", "round"],
        vec!["data", "ordinal"],
        vec!["data", "identity"],
        vec!["data", "match_clock_ms"],
        vec!["data", "observed"],
        vec!["data", "details"],
        vec!["data", "details", "x"],
        vec!["data", "more"],
    ];
    let values = prop_oneof![
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        Just(json!("live")),
        Just(json!("native")),
        Just(json!("cs2:1")),
        Just(json!(["Ana", "B\u{f6} \n\"\\"])),
        Just(json!({"attacker": "1", "victim": null})),
        Just(json!({"of": "deaths", "run": 0, "value": 3})),
        Just(json!({"epoch": Uuid::from_u128(8), "mono_ms": 5})),
        Just(json!({"b": [1.5, -2, 1e300], "a": {"z": null, "\u{1}": true}})),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (0u32..99).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,9}".prop_map(Value::from),
        (0usize..40).prop_map(|levels| (0..levels).fold(json!(1), |deep, _| json!([deep]))),
    ];
    (prop::sample::select(places.to_vec()), values)
}

fn changed(changes: &[(Vec<&'static str>, Value)]) -> Value {
    let mut event = kill();
    for (place, value) in changes {
        let mut at = &mut event;
        for name in place {
            if !at.is_object() {
                *at = json!({});
            }
            at = &mut at[*name];
        }
        *at = value.clone();
    }
    event
}

proptest! {
    #[test]
    fn who_reads_quickly_finds_what_who_reads_with_care_finds(
        changes in prop::collection::vec(any_change(), 0..3), pretty: bool, aged: bool,
    ) {
        let event = changed(&changes);
        let json = if pretty { format!("{event:#}") } else { event.to_string() };
        let (limits, lifetimes) = (limits(), Lifetimes::default());
        let clock = event_model::ClockReading {
            epoch: event_model::ClockEpoch(Uuid::from_u128(8)),
            mono_ms: 10,
        };
        let sent = aged.then_some(ingest_api::SentClock { clock, wall: None });
        let arrival = Arrival { received_at: now(), sent };
        let judge = Judge::new(device(), arrival, &limits, &lifetimes, Replays::Accept);
        let span = 0..json.len();
        if let Some(quick) = judge.quick(&json, &span) {
            let with_care = judge.judge_with_care(&json, span);
            prop_assert_eq!(format!("{quick:?}"), format!("{with_care:?}"), "{}", json);
        }
    }
}

#[test]
fn what_companions_send_is_read_quickly() {
    let quickly = |event: &Value| {
        let (limits, lifetimes) = (limits(), Lifetimes::default());
        let arrival = Arrival { received_at: now(), sent: None };
        let judge = Judge::new(device(), arrival, &limits, &lifetimes, Replays::Accept);
        let json = event.to_string();
        judge.quick(&json, &(0..json.len())).is_some()
    };
    assert!(quickly(&kill()));
    assert!(quickly(&with(|event| {
        event["partitionkey"] = json!("cs2:1");
        event["sequencetype"] = json!("Integer");
        event["datacontenttype"] = json!("application/json");
        event["data"]["observed"] = json!({"epoch": Uuid::from_u128(8), "mono_ms": 5});
        event["data"]["ordinal"] = json!({"of": "victim deaths", "run": 0, "value": 9});
        event["data"]["details"] = json!({"weapon": "ak47", "x": [1.5, {"y": null}]});
    })));
    let twice = kill().to_string().replace(r#""round":1"#, r#""round":1,"round":2"#);
    let (limits, lifetimes) = (limits(), Lifetimes::default());
    let arrival = Arrival { received_at: now(), sent: None };
    let judge = Judge::new(device(), arrival, &limits, &lifetimes, Replays::Accept);
    assert!(judge.quick(&twice, &(0..twice.len())).is_none(), "a name twice is read with care");
}
