//! After an erasure nothing is left of what an event said of its match.

use event_model::DeviceId;
use ingest_api::FeedEvent;
use ingest_store::{Erased, FeedPage, FeedStart, OccurrenceLooked, Viewer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Fixture, Sent, batch, device, event, item, kill};

/// What a source says of its session.
fn evidence(from: DeviceId, id: &str, sequence: u64, details: &Value) -> Sent {
    let data = json!({
        "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
        "actors": {"attacker": null, "victim": null, "assists": []}, "round": null,
        "ordinal": null, "identity": "native", "match_clock_ms": null, "details": details,
    });
    let kind = "ringside.session_evidence.v1";
    item(from, kind, id, Some("cs2:1"), sequence, 0, &data)
}

#[test]
fn what_an_erased_event_said_of_its_session_is_not_known_any_more() {
    let mut fixture = Fixture::new();
    let secret = json!({"match_id": "secret", "roster": ["Ana", "Bo", "Cy", "Di", "Flo", "Gus"]});
    let sent = vec![
        evidence(device(1), "a", 1, &json!({"match_id": "other"})),
        evidence(device(1), "b", 2, &secret),
        kill(device(1), "c", 3, 0),
    ];
    fixture.take(batch(device(1), sent));
    fixture.take(batch(device(2), vec![kill_of(device(2), "d", "Eve")]));
    fixture.seal("cs2:1");
    let meets = blocks(&fixture);
    assert!(summary(&fixture).contains("secret"));
    assert_eq!(outsiders(&fixture), ["Eve"]);
    assert_eq!(fixture.store.erase_event(device(1), "b").unwrap(), Erased::Now);
    assert!(!summary(&fixture).contains("secret"));
    assert!(summary(&fixture).contains("other"), "what another event said stays");
    assert!(blocks(&fixture) < meets, "nobody meets it by that id");
    assert_eq!(outsiders(&fixture), [""; 0]);
}

fn kill_of(from: DeviceId, id: &str, observer: &str) -> Sent {
    let data = json!({
        "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": observer,
        "actors": {"attacker": observer, "victim": "Flo", "assists": []}, "round": 1,
        "ordinal": null, "identity": "native", "match_clock_ms": null, "details": {},
    });
    item(from, "ringside.kill.v1", id, Some("cs2:1"), 1, 0, &data)
}

/// What the index knows of the session `cs2:1`.
fn summary(fixture: &Fixture) -> String {
    let index = rusqlite::Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    let sql = "SELECT summary FROM session WHERE key = 'cs2:1'";
    let packed: Vec<u8> = index.query_row(sql, [], |row| row.get(0)).unwrap();
    String::from_utf8(zstd::bulk::decompress(&packed, 1_000_000).unwrap()).unwrap()
}

/// By how much it can be met.
fn blocks(fixture: &Fixture) -> i64 {
    let index = rusqlite::Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    index.query_row("SELECT count(*) FROM session_block", [], |row| row.get(0)).unwrap()
}

/// Whose word does not count, since they are not among the players.
fn outsiders(fixture: &Fixture) -> Vec<String> {
    let found = fixture.store.streams(Viewer::Reader, "cs2:1").unwrap().found().unwrap();
    let outside = |one: &Value| json!(one["flags"]).to_string().contains("outsider");
    let streams: Vec<Value> = found.streams.iter().map(|one| json!(one)).collect();
    let outside = streams.iter().filter(|one| outside(one));
    outside.map(|one| one["account"].as_str().unwrap().to_owned()).collect()
}

/// Rows of matches in any table of the index.
fn rows_of_matches(fixture: &Fixture) -> Vec<(String, i64)> {
    let index = rusqlite::Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    let sql = "SELECT name FROM sqlite_schema
               WHERE type = 'table' AND name NOT IN ('follow', 'gate', 'total')";
    let mut statement = index.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let names: Vec<String> = names.collect::<rusqlite::Result<_>>().unwrap();
    assert!(names.len() > 10, "{names:?}");
    let rows = |name: &String| -> i64 {
        index.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0)).unwrap()
    };
    names.iter().map(|name| (name.clone(), rows(name))).filter(|(_, rows)| *rows > 0).collect()
}

#[test]
fn of_a_match_that_is_erased_whole_nothing_is_left_and_it_can_begin_again() {
    let mut fixture = Fixture::new();
    let send = |fixture: &mut Fixture, id: &str| {
        let end = event(device(1), "ringside.match_ended.v1", &format!("end {id}"), 2, 5_000);
        fixture.take(batch(device(1), vec![kill(device(1), id, 1, 0), end]));
        assert_eq!(fixture.occurrences("cs2:1").len(), 2);
    };
    send(&mut fixture, "a");
    let before = read_feed(&fixture, FeedStart::Beginning);
    for id in ["a", "end a"] {
        assert_eq!(fixture.store.erase_event(device(1), id).unwrap(), Erased::Now);
    }
    assert_eq!(rows_of_matches(&fixture), []);
    send(&mut fixture, "b");
    let start = FeedStart::After { generation: Some(before.generation), revision: before.through };
    let after = read_feed(&fixture, start);
    assert!(matches!(after.events.as_slice(), [FeedEvent::Reset { .. }]), "{after:?}");
    assert!(after.through > before.through);
}

fn read_feed(fixture: &Fixture, start: FeedStart) -> FeedPage {
    fixture.store.feed(Viewer::Reader, "cs2:1", start, 100).unwrap().found().unwrap()
}

#[test]
fn ids_that_an_erased_event_gave_lead_to_who_else_saw_it_or_are_gone() {
    let mut fixture = Fixture::new();
    let alone = kill(device(1), "alone", 2, 60_000);
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0), alone]));
    fixture.take(batch(device(2), vec![kill(device(2), "b", 1, 100)]));
    let id = |one: &Value| -> Uuid { one["id"].as_str().unwrap().parse().unwrap() };
    let before: Vec<Uuid> = fixture.occurrences("cs2:1").iter().map(id).collect();
    let feed = read_feed(&fixture, FeedStart::Beginning);
    assert_eq!(fixture.store.erase_device(device(1), 100).unwrap().erased, 2);
    let left = fixture.occurrences("cs2:1");
    assert_eq!((before.len(), left.len()), (2, 1));
    assert_ne!(id(&left[0]), before[0], "an index made anew cannot know the erased event's");
    let led = |id| fixture.store.occurrence(Viewer::Reader, "cs2:1", id).unwrap();
    let there = OccurrenceLooked::Moved { key: "cs2:1".to_owned(), id: id(&left[0]) };
    assert_eq!((led(before[0]), led(before[1])), (there.clone(), OccurrenceLooked::Retracted));

    let start = FeedStart::After { generation: Some(feed.generation), revision: feed.through };
    let after = read_feed(&fixture, start);
    assert!(matches!(after.events.as_slice(), [FeedEvent::Reset { .. }]), "{after:?}");
    let streams = fixture.store.streams(Viewer::Reader, "cs2:1").unwrap().found().unwrap();
    let devices: Vec<Uuid> = streams.streams.iter().map(|one| one.device).collect();
    assert_eq!(devices, [device(2).0], "who has nothing there any more took no part");

    fixture.take(batch(device(3), vec![kill(device(3), "c", 1, 50)]));
    assert_eq!(fixture.occurrences("cs2:1").len(), 1);
    assert_eq!(fixture.store.erase_event(device(2), "b").unwrap(), Erased::Now);
    let last = fixture.occurrences("cs2:1");
    let led = fixture.store.occurrence(Viewer::Reader, "cs2:1", before[0]).unwrap();
    let there = OccurrenceLooked::Moved { key: "cs2:1".to_owned(), id: id(&last[0]) };
    assert_eq!(led, there, "from one erased to the next");
}
