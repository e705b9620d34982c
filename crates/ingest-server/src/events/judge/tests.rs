//! Every reason to refuse an event, and what is taken although it is strange.

use event_model::WallTime;
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
    let judge = Judge {
        device: device(),
        arrival: Arrival { received_at: now(), sent: None },
        limits: &Limits { event_bytes_max: 2_000, ..Limits::default() },
        lifetimes: &Lifetimes::default(),
    };
    judge.judge(&event.to_string())
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
    assert_eq!(event.json, kill().to_string());
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
    assert!(matches!(
        item.verdict,
        Verdict::Refused(Receipt { code: Some(ReceiptCode::ForeignSource), .. })
    ));
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
