//! When a match is sealed, what a seal and a reopening do, and that the log
//! remembers both.

use event_model::WallTime;
use ingest_store::{
    Batch, Decided, Decision, Follower, Looked, PageRequest, SealDue, SealReason, SealRules,
    StoreOptions, Viewer,
};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Fixture, Sent, batch, device, event, item, kill, lose_index, now};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

const RULES: SealRules =
    SealRules { seal_after_ms: 24 * 60 * 60 * 1_000, not_before_ms: 10 * 60 * 1_000 };

fn ended(number: u128, sequence: u64) -> Sent {
    let id = format!("end{number}");
    event(device(number), "ringside.match_ended.v1", &id, sequence, 1_000_000)
}

fn due_at(fixture: &mut Fixture, now: WallTime) -> Vec<SealReason> {
    fixture.store.catch_up().unwrap();
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    let due = follower.seals_due(now, &RULES).unwrap();
    assert!(due.iter().all(|due: &SealDue| due.key == "cs2:1"));
    due.into_iter().map(|due| due.reason).collect()
}

fn decide(fixture: &mut Fixture, decision: Decision) -> Decided {
    fixture.store.catch_up().unwrap();
    let decided = fixture.store.decide("cs2:1", decision, SealReason::Operator, now()).unwrap();
    fixture.store.catch_up().unwrap();
    decided
}

fn is_sealed(fixture: &Fixture) -> bool {
    let found = fixture.store.match_view(Viewer::Reader, "cs2:1").unwrap();
    let Looked::Found(found) = found else { panic!("it is there") };
    found.sealed
}

fn late(fixture: &mut Fixture) -> Vec<bool> {
    fixture.occurrences("cs2:1").iter().map(|one| one["late"] == Value::Bool(true)).collect()
}

#[test]
fn a_match_is_sealed_ten_minutes_after_all_have_told_its_end_and_nothing_is_missing() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0), ended(1, 2)]));
    fixture.take(batch(device(2), vec![kill(device(2), "b", 1, 0)]));
    let later = |ms| now().plus_ms(ms);
    assert_eq!(due_at(&mut fixture, later(HOUR_MS)), [], "one of two has not ended");
    // Its second event is not here.
    fixture.take(batch(device(2), vec![ended(2, 3)]));
    assert_eq!(due_at(&mut fixture, later(HOUR_MS)), [], "something may still come");
    fixture.take(batch(device(2), vec![kill(device(2), "c", 2, 9_000)]));
    assert_eq!(due_at(&mut fixture, later(10 * MINUTE_MS - 1)), [], "not so soon");
    assert_eq!(due_at(&mut fixture, later(10 * MINUTE_MS)), [SealReason::AllEnded]);
    assert!(matches!(decide(&mut fixture, Decision::Sealed), Decided::At(5)));
    assert_eq!(due_at(&mut fixture, later(HOUR_MS)), [], "it is sealed");
}

#[test]
fn a_device_that_tells_more_after_its_end_has_not_ended() {
    let mut fixture = Fixture::new();
    let kill = |id: &str, sequence, at| kill(device(1), id, sequence, at);
    fixture.take(batch(device(1), vec![kill("a", 1, 0), ended(1, 2), kill("b", 3, 1_009_000)]));
    let later = now().plus_ms(HOUR_MS);
    assert_eq!(due_at(&mut fixture, later), [SealReason::AllEnded], "in its last seconds");
    fixture.take(batch(device(1), vec![kill("c", 4, 1_020_000)]));
    assert_eq!(due_at(&mut fixture, later), [], "it plays on");
    let end = event(device(1), "ringside.match_ended.v1", "again", 5, 1_030_000);
    fixture.take(batch(device(1), vec![end]));
    assert_eq!(due_at(&mut fixture, later), [SealReason::AllEnded]);
}

#[test]
fn a_match_that_never_ends_is_sealed_a_day_after_its_last_event_or_two_after_its_first() {
    let mut fixture = Fixture::new();
    let sent = |id: &str, sequence, received_at| Batch {
        received_at,
        ..batch(device(1), vec![kill(device(1), id, sequence, 0)])
    };
    for hours in 0..30 {
        let sequence = u64::try_from(hours).unwrap() + 1;
        fixture.take(sent(&hours.to_string(), sequence, now().plus_ms(hours * HOUR_MS)));
    }
    assert_eq!(due_at(&mut fixture, now().plus_ms(47 * HOUR_MS)), []);
    assert_eq!(due_at(&mut fixture, now().plus_ms(48 * HOUR_MS)), [SealReason::Aged], "too long");
    fixture.take(sent("last", 99, now().plus_ms(10 * HOUR_MS)));
    let mut quiet = Fixture::new();
    quiet.take(sent("only", 1, now()));
    assert_eq!(due_at(&mut quiet, now().plus_ms(24 * HOUR_MS - 1)), []);
    assert_eq!(due_at(&mut quiet, now().plus_ms(24 * HOUR_MS)), [SealReason::Aged]);
}

#[test]
fn what_comes_after_a_seal_is_late_until_it_is_reopened() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    assert_eq!(decide(&mut fixture, Decision::Reopened), Decided::AlreadySo);
    assert_eq!(decide(&mut fixture, Decision::Sealed), Decided::At(1));
    assert_eq!(decide(&mut fixture, Decision::Sealed), Decided::AlreadySo);
    fixture.take(batch(device(1), vec![kill(device(1), "b", 2, 60_000)]));
    assert_eq!(late(&mut fixture), [false, true]);
    let mut fixture = fixture.reopened_after(lose_index);
    assert_eq!(late(&mut fixture), [false, true], "the log remembers");
    assert_eq!(decide(&mut fixture, Decision::Reopened), Decided::At(2));
    assert_eq!(late(&mut fixture), [false, false]);
    assert!(!is_sealed(&fixture));
    let due = due_at(&mut fixture, now().plus_ms(24 * HOUR_MS));
    assert_eq!(due, [SealReason::Aged], "it is sealed again in time");
    let unknown = fixture.store.decide("cs2:7", Decision::Sealed, SealReason::Aged, now());
    assert_eq!(unknown.unwrap(), Decided::Unknown);
}

fn races(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("race:{number}")).collect()
}

/// A kill in each of these matches.
fn kills_of(keys: &[String], id: &str, sequence: u64, at_ms: i64) -> Vec<Sent> {
    let kill = |key: &String| {
        let data = json!({
            "game": "race", "match": {"key": key, "origin": "native"}, "observer": "Ana",
            "actors": {"attacker": "Ana", "victim": "Bo", "assists": []}, "round": 1,
            "ordinal": null, "identity": "native", "match_clock_ms": null, "details": {},
        });
        let id = format!("{id} {key}");
        item(device(1), "ringside.kill.v1", &id, Some(key), sequence, at_ms, &data)
    };
    keys.iter().map(kill).collect()
}

#[test]
fn of_many_seals_at_once_each_stands_where_it_was_made() {
    const MATCHES: usize = 150;
    let mut fixture = Fixture::new();
    let keys = races(MATCHES);
    let send = |fixture: &mut Fixture, id: &str, sequence, at| {
        fixture.take(batch(device(1), kills_of(&keys, id, sequence, at)));
        fixture.store.catch_up().unwrap();
    };
    let late = |fixture: &mut Fixture| -> u64 {
        fixture.store.catch_up().unwrap();
        let page = PageRequest { after: None, limit: 1_000 };
        let listed = fixture.store.matches(Viewer::Reader, &page).unwrap();
        listed.matches.iter().map(|one| one.late).sum()
    };
    send(&mut fixture, "before", 1, 0);
    for key in &keys {
        fixture.store.decide(key, Decision::Sealed, SealReason::Aged, now()).unwrap();
    }
    fixture.store.catch_up().unwrap();
    send(&mut fixture, "after", 2, 60_000);
    assert_eq!(late(&mut fixture), 150);
    let mut fixture = fixture.reopened_after(lose_index);
    assert_eq!(late(&mut fixture), 150, "and in an index made anew");
}

#[test]
fn an_index_is_whole_again_when_it_has_the_seals_behind_the_last_event_too() {
    const MATCHES: usize = 150;
    let mut fixture = Fixture::new();
    let keys = races(MATCHES);
    fixture.take(batch(device(1), kills_of(&keys, "before", 1, 0)));
    fixture.store.catch_up().unwrap();
    for key in &keys {
        fixture.store.decide(key, Decision::Sealed, SealReason::Aged, now()).unwrap();
    }
    let fixture = fixture.reopened_after(lose_index);
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    while !fixture.store.is_index_whole().unwrap() {
        assert!(!follower.associate().unwrap().all, "it ends with the last of them");
    }
    let page = PageRequest { after: None, limit: 1_000 };
    let listed = fixture.store.matches(Viewer::Reader, &page).unwrap();
    assert_eq!(listed.matches.iter().filter(|one| one.sealed).count(), 150);
}

#[test]
fn two_decisions_before_the_log_is_followed_are_told_apart() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    fixture.store.catch_up().unwrap();
    let mut decide =
        |decision| fixture.store.decide("cs2:1", decision, SealReason::Operator, now()).unwrap();
    assert_eq!(decide(Decision::Sealed), Decided::At(1));
    assert_eq!(decide(Decision::Sealed), Decided::AlreadySo, "also where nobody followed yet");
    assert_eq!(decide(Decision::Reopened), Decided::At(1));
    assert_eq!(decide(Decision::Sealed), Decided::At(1));
    fixture.store.catch_up().unwrap();
    assert!(is_sealed(&fixture));
}

/// All that the index's file has, as bytes, once it is closed.
fn contains(fixture: Fixture, secrets: &[&str]) -> (Fixture, bool) {
    let mut found = false;
    let fixture = fixture.reopened_after(|dir| {
        for file in ["index.sqlite", "ingest.sqlite"] {
            let bytes = std::fs::read(dir.join(file)).unwrap();
            found |= secrets.iter().any(|secret| {
                bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
            });
        }
    });
    (fixture, found)
}

fn rows(fixture: &Fixture, table: &str) -> i64 {
    let index = Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    index.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn a_devices_events_of_a_match_go_in_parts_and_the_others_stay() {
    let mut fixture = Fixture::new();
    for number in 1..=2_u128 {
        for first in [1, 21, 41] {
            let kills = (first..first + 20).map(|n| {
                let id = format!("secret{number}-{n}");
                kill(device(number), &id, n, i64::try_from(n).unwrap() * 30_000)
            });
            fixture.take(batch(device(number), kills.collect()));
        }
    }
    fixture.store.catch_up().unwrap();
    let mut parts = Vec::new();
    loop {
        let part = fixture.store.erase_match(device(1), "cs2:1", 30).unwrap();
        parts.push(part.erased);
        if part.remaining == 0 {
            break;
        }
    }
    assert_eq!(parts, [40, 20], "whole batches");
    assert_eq!(rows(&fixture, "match_device"), 1);
    assert_eq!(fixture.occurrences("cs2:1").len(), 60);
    let (mut fixture, found) = contains(fixture, &["secret1-"]);
    assert!(!found);
    assert_eq!(fixture.store.erase_match(device(1), "cs2:1", 30).unwrap().erased, 0);
    let before = fixture.occurrences("cs2:1").len();
    let mut fixture = fixture.reopened_after(lose_index);
    assert_eq!(fixture.occurrences("cs2:1").len(), before, "as one made anew");
}

#[test]
fn all_events_of_a_device_go_in_parts_wherever_they_are() {
    let mut fixture = Fixture::new();
    for n in 1..=300 {
        let sent = vec![kill(device(1), &format!("mine{n}"), n, 0)];
        fixture.take(batch(device(1), sent));
        if n % 3 == 0 {
            fixture.take(batch(device(2), vec![kill(device(2), &format!("others{n}"), n, 0)]));
        }
    }
    fixture.store.catch_up().unwrap();
    let mut erased = 0;
    loop {
        let part = fixture.store.erase_device(device(1), 64).unwrap();
        assert!(part.erased <= 64);
        erased += part.erased;
        if part.remaining == 0 {
            break;
        }
    }
    assert_eq!(erased, 300);
    let (mut fixture, found) = contains(fixture, &["mine1", "mine300"]);
    assert!(!found);
    let page = PageRequest { after: None, limit: 9 };
    assert!(fixture.store.matches(Viewer::Device(device(1)), &page).unwrap().matches.is_empty());
    assert!(!fixture.occurrences("cs2:1").is_empty());
}
