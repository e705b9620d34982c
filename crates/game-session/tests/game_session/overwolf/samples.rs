//! Message shapes as they were published, without any wrapping of ours.

use super::support::{empty, reading};

/// Shapes of the vendor's reference, in the form in which tools keep them.
const SAMPLES: [&str; 8] = [
    r#"{"kind":"onNewEvents","raw":{"events":[{"name":"kill","data":6}]}}"#,
    r#"{"kind":"onNewEvents","raw":{"events":[{"name":"match_start","data":""}]}}"#,
    r#"{"kind":"onNewEvents","raw":{"events":[{"name":"planted_location","data":"A"}]}}"#,
    r#"{"kind":"onInfoUpdates2","raw":{"info":{"match_info":{"round_phase":"shopping"}},"feature":"match_info"}}"#,
    r#"{"kind":"onInfoUpdates2","raw":{"info":{"me":{"player_name":"Doom#5339"}},"feature":"me"}}"#,
    r#"{"feature":"match_info","event":"match_start","data":null}"#,
    r#"{"feature":"kill","category":"kill","key":"kills","value":1}"#,
    r#"{"gameId":21640,"feature":"match_info","category":"match_info","key":"round_number","value":"2"}"#,
];

#[test]
fn every_published_shape_is_read() {
    for sample in SAMPLES {
        let step = empty().observe(&reading(sample));
        assert_eq!(step.unreadable, None, "{sample}");
        assert!(step.drift.is_empty(), "{sample}: {:?}", step.drift);
    }
}

#[test]
fn what_is_no_message_is_said_to_be_none() {
    for body in ["", "[]", "7", "{}", r#"{"payload":3}"#, r#"{"a":1}"#] {
        let step = empty().observe(&reading(body));
        assert!(step.unreadable.is_some(), "{body}");
        assert_eq!(step.events, []);
    }
}
