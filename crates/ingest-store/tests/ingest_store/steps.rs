//! How much a step of association takes of the log.

use ingest_store::{Follower, StoreOptions};
use serde_json::json;

use crate::support::{Fixture, Sent, batch, device, item};

/// What the server takes of one event by itself, nearly.
const LONG: usize = 60_000;

fn long(nth: u64) -> Sent {
    let data = json!({
        "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
        "actors": {"attacker": "Ana", "victim": "Bo", "assists": []}, "round": 1,
        "ordinal": null, "identity": "native", "match_clock_ms": null,
        "details": {"told": "x".repeat(LONG)},
    });
    let at = i64::try_from(nth).unwrap() * 10_000;
    item(device(1), "ringside.kill.v1", &format!("long {nth}"), Some("cs2:1"), nth, at, &data)
}

#[test]
fn events_as_long_as_may_be_are_followed_a_bounded_number_of_bytes_at_a_time() {
    let mut fixture = Fixture::new();
    for first in (0..400).step_by(100) {
        fixture.take(batch(device(1), (first..first + 100).map(|nth| long(nth + 1)).collect()));
    }
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    let mut steps = Vec::new();
    loop {
        let followed = follower.associate().unwrap();
        if followed.all {
            break;
        }
        steps.push(followed.counted.events);
    }
    assert_eq!(steps, [300, 100]);
}
