//! A device that lists players nobody has seen: what its lists take away.

use event_model::DeviceId;
use ingest_api::StandingCounts;
use ingest_store::Viewer;
use serde_json::{Value, json};

use crate::support::{Fixture, Sent, batch, device, item, lose_index, now};

const KEY: &str = "valorant:1";
const HONEST: u128 = 9;
const KILLS: u64 = 20;

fn told(from: DeviceId, observer: &str, kind: &str, nth: u64, at: i64, details: &Value) -> Sent {
    let names = json!({"attacker": "a", "victim": format!("v{}", nth % 3), "assists": []});
    let nobody = json!({"attacker": null, "victim": null, "assists": []});
    let data = json!({
        "game": "valorant", "match": {"key": KEY, "origin": "native"}, "observer": observer,
        "actors": if kind == "kill" { names } else { nobody }, "round": 1, "ordinal": null,
        "identity": "native", "match_clock_ms": null, "details": details,
    });
    let id = format!("{observer} {kind} {nth}");
    item(from, &format!("ringside.{kind}.v1"), &id, Some(KEY), nth, at, &data)
}

fn honest(fixture: &mut Fixture, number: u128, lists: bool) {
    let (from, observer) = (device(number), format!("player {number}"));
    let names: Vec<String> = (1..=HONEST).map(|number| format!("player {number}")).collect();
    let mut sent = Vec::new();
    if lists {
        sent.push(told(from, &observer, "session_evidence", 1, 0, &json!({"roster": names})));
    }
    for nth in 2..2 + KILLS {
        let at = i64::try_from(nth * 30_000).unwrap() + i64::try_from(number).unwrap() * 20;
        sent.push(told(from, &observer, "kill", nth, at, &json!({})));
    }
    fixture.take(batch(from, sent));
}

/// One list, for so many players that nobody has seen.
fn lie(fixture: &mut Fixture, observers: u64) {
    let names: Vec<String> = (0..observers.max(2)).map(|name| format!("F{name}")).collect();
    let details = json!({"roster": names});
    let sent = (0..observers).map(|nth| {
        let observer = format!("F{nth}");
        told(device(99), &observer, "session_evidence", nth + 1, 0, &details)
    });
    fixture.take(batch(device(99), sent.collect()));
}

fn standing(fixture: &Fixture) -> StandingCounts {
    fixture.store.match_view(Viewer::Reader, KEY).unwrap().found().unwrap().standing
}

#[test]
fn a_device_that_lists_strangers_for_strangers_takes_nobodys_word() {
    let all = StandingCounts { confirmed: KILLS, ..StandingCounts::default() };
    for (lists, observers, is_first) in [(true, 30, true), (true, 30, false), (false, 1, true)] {
        let mut fixture = Fixture::new();
        for number in (4..=HONEST).chain([99]) {
            fixture.store.add_device(device(number), "PC", now()).unwrap().unwrap();
        }
        if is_first {
            lie(&mut fixture, observers);
        }
        (1..=HONEST).for_each(|number| honest(&mut fixture, number, lists));
        if !is_first {
            lie(&mut fixture, observers);
        }
        fixture.store.catch_up().unwrap();
        assert_eq!(standing(&fixture), all, "{observers} lists, first: {is_first}");
        fixture.seal(KEY);
        assert_eq!(standing(&fixture), all, "{observers} lists, sealed");
        let mut again = fixture.reopened_after(lose_index);
        again.store.catch_up().unwrap();
        assert_eq!(standing(&again), all, "{observers} lists, followed anew");
        let streams = again.store.streams(Viewer::Reader, KEY).unwrap().found().unwrap().streams;
        assert!(streams.iter().all(|stream| !stream.flags.contains(&"outsider".to_owned())));
    }
}
