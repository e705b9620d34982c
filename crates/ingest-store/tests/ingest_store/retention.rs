//! What is forgotten when, with a clock that the test moves.

use event_model::WallTime;
use ingest_api::{Lifetimes, ReceiptStatus};
use ingest_store::{Batch, Erased, IdempotencyClaim, Retention, Retired, StoreOptions};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Fixture, batch, device, item, kill};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn at(text: &str) -> WallTime {
    format!("{text}T12:00:00.000Z").parse().unwrap()
}

fn retention() -> Retention {
    Retention { retain_days: Some(7), lifetimes: Lifetimes::default() }
}

/// Takes steps until nothing is left to forget; how many it took.
fn retire(fixture: &mut Fixture, now: &str) -> usize {
    let (mut steps, mut place) = (1, None);
    while let Retired::More(next) = fixture.store.retire(&retention(), at(now), place).unwrap() {
        place = Some(next);
        steps += 1;
    }
    let options = StoreOptions::default();
    let mut follower = ingest_store::Follower::open(fixture.dir.path(), options).unwrap();
    while follower.forget().unwrap() {}
    steps
}

fn send(fixture: &mut Fixture, id: &str, day: &str) -> ReceiptStatus {
    let sent = batch(device(1), vec![kill(device(1), id, 1, 0)]);
    fixture.take(Batch { received_at: at(day), ..sent })[0]
}

fn tables(fixture: &Fixture) -> Vec<String> {
    let file = fixture.dir.path().join(ingest_store::Store::FILE_NAME);
    let log = rusqlite::Connection::open(file).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE name GLOB '[er]*_[0-9]*' ORDER BY name";
    let mut statement = log.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn events_go_by_whole_months_and_the_gate_still_knows_them() {
    let mut fixture = Fixture::new();
    for (id, day) in [("a", "2026-10-01"), ("b", "2026-10-31"), ("c", "2026-11-20")] {
        assert_eq!(send(&mut fixture, id, day), ReceiptStatus::Stored);
    }
    retire(&mut fixture, "2026-11-07");
    assert_eq!(tables(&fixture).len(), 4, "seven days after the month's end are not over");
    retire(&mut fixture, "2026-11-21");
    assert_eq!(tables(&fixture), ["event_2", "receipt_1", "receipt_2"]);
    assert_eq!(send(&mut fixture, "a", "2026-11-21"), ReceiptStatus::Duplicate);
    assert_eq!(send(&mut fixture, "b", "2026-11-21"), ReceiptStatus::Duplicate);
    assert_eq!(fixture.store.erase_event(device(1), "a").unwrap(), Erased::Now);
    let mut fixture = fixture.reopened();
    fixture.store.shelve().unwrap();
    assert_eq!(send(&mut fixture, "b", "2026-11-21"), ReceiptStatus::Duplicate);
    assert_eq!(send(&mut fixture, "a", "2026-11-21"), ReceiptStatus::Invalid, "erased it stays");
}

#[test]
fn the_gate_forgets_a_month_when_every_event_of_it_is_too_old_to_come_again() {
    let mut fixture = Fixture::new();
    send(&mut fixture, "a", "2026-10-31");
    send(&mut fixture, "b", "2026-11-20");
    fixture.store.shelve().unwrap();
    // 45 days after the end of October: what was received in it is older than
    // the judge takes.
    retire(&mut fixture, "2026-12-15");
    assert_eq!(tables(&fixture), ["event_2", "receipt_1", "receipt_2"]);
    retire(&mut fixture, "2026-12-17");
    assert_eq!(tables(&fixture), ["event_2", "receipt_2"]);
    let gate = rusqlite::Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    let months = "SELECT group_concat(DISTINCT segment_no) FROM gate";
    let months: String = gate.query_row(months, [], |row| row.get(0)).unwrap();
    assert_eq!(months, "2", "the shelf forgot it too");
    assert_eq!(send(&mut fixture, "b", "2026-12-17"), ReceiptStatus::Duplicate);
    assert_eq!(fixture.store.log_position().unwrap(), 2, "positions go on");
    assert_eq!(send(&mut fixture, "c", "2026-12-17"), ReceiptStatus::Stored);
    assert_eq!(fixture.store.log_position().unwrap(), 3);
}

#[test]
fn nothing_is_dropped_where_nobody_asked_for_it() {
    let mut fixture = Fixture::new();
    send(&mut fixture, "a", "2020-01-01");
    send(&mut fixture, "b", "2026-11-20");
    let forever = Retention { retain_days: None, lifetimes: Lifetimes::default() };
    assert_eq!(fixture.store.retire(&forever, at("2036-01-01"), None).unwrap(), Retired::All);
    assert_eq!(tables(&fixture).len(), 4);
}

#[test]
fn a_large_month_goes_in_steps() {
    let mut fixture = Fixture::new();
    let batches: Vec<_> = (0..4_500)
        .map(|number| {
            let sent = batch(device(1), vec![kill(device(1), &number.to_string(), 1, 0)]);
            Batch { received_at: at("2026-10-01"), ..sent }
        })
        .collect();
    fixture.store.ingest(&batches, &crate::support::terms()).unwrap();
    send(&mut fixture, "later", "2026-11-20");
    assert!(retire(&mut fixture, "2026-11-21") >= 9, "requests have a turn in between");
    assert_eq!(tables(&fixture), ["event_2", "receipt_1", "receipt_2"]);
}

#[test]
fn what_comes_under_the_key_of_a_match_that_is_half_forgotten_is_another_match() {
    let mut fixture = Fixture::new();
    let lap = |n: u64, of| {
        item(device(1), "com.example.lap", &n.to_string(), Some(of), n + 1, 0, &json!({}))
    };
    let laps = (0..2_500).map(|n| lap(n, "cs2:1")).collect();
    fixture.take(Batch { received_at: at("2026-10-01"), ..batch(device(1), laps) });
    let later = batch(device(1), vec![lap(2_500, "cs2:2")]);
    fixture.take(Batch { received_at: at("2026-11-20"), ..later });
    let options = StoreOptions::default();
    let mut follower = ingest_store::Follower::open(fixture.dir.path(), options).unwrap();
    while !follower.associate().unwrap().all {}
    let mut place = None;
    let now = at("2026-11-21");
    while let Retired::More(next) = fixture.store.retire(&retention(), now, place).unwrap() {
        place = Some(next);
    }
    assert!(follower.forget().unwrap());
    let file = fixture.dir.path().join("index.sqlite");
    let rows = || -> i64 {
        let index = rusqlite::Connection::open(&file).unwrap();
        index.query_row("SELECT count(*) FROM report", [], |row| row.get(0)).unwrap()
    };
    assert!((2..2_500).contains(&rows()), "{} are left", rows());
    send(&mut fixture, "again", "2026-11-21");
    while !follower.associate().unwrap().all {}
    assert_eq!(fixture.occurrences("cs2:1").len(), 1);
    while follower.forget().unwrap() {}
    assert_eq!((fixture.occurrences("cs2:1").len(), rows()), (1, 2));
}

#[test]
fn answers_are_forgotten_by_age_and_number() {
    let mut fixture = Fixture::new();
    let keyed = |number: u128, received_at| {
        let id = number.to_string();
        let claim =
            IdempotencyClaim { outbox: None, key: Uuid::from_u128(number), body_hash: [0; 32] };
        let sent = batch(device(1), vec![kill(device(1), &id, 1, 0)]);
        Batch { idempotency: Some(claim), received_at, ..sent }
    };
    let day = at("2026-11-20");
    for number in 0..4 {
        fixture.ingest(keyed(number, day));
    }
    fixture.ingest(keyed(4, day.plus_ms(DAY_MS / 2)));
    let count = |fixture: &Fixture| -> i64 {
        let file = fixture.dir.path().join(ingest_store::Store::FILE_NAME);
        let log = rusqlite::Connection::open(file).unwrap();
        log.query_row("SELECT count(*) FROM kept_answer", [], |row| row.get(0)).unwrap()
    };
    let few = Lifetimes { idempotency_answers_max: 3, ..Lifetimes::default() };
    let few = Retention { retain_days: None, lifetimes: few };
    assert_eq!(fixture.store.retire(&few, day, None).unwrap(), Retired::All);
    assert_eq!(count(&fixture), 3);
    fixture.store.retire(&few, day.plus_ms(DAY_MS), None).unwrap();
    assert_eq!(count(&fixture), 1, "only the last is younger than a day");
}

#[test]
fn lifetimes_that_contradict_each_other_are_refused() {
    assert_eq!(retention().check(), Ok(()));
    let hasty = Retention { retain_days: Some(0), lifetimes: Lifetimes::default() };
    assert!(hasty.check().is_err(), "events would go before their match is sealed");
}

#[test]
fn a_clock_that_is_set_around_a_months_end_begins_one_segment() {
    let mut fixture = Fixture::new();
    let days = ["2026-10-31", "2026-11-01", "2026-10-31", "2026-11-01", "2026-10-31"];
    for (number, day) in days.iter().enumerate() {
        assert_eq!(send(&mut fixture, &number.to_string(), day), ReceiptStatus::Stored);
    }
    assert_eq!(tables(&fixture), ["event_1", "event_2", "receipt_1", "receipt_2"]);
    assert_eq!(send(&mut fixture, "ahead", "2031-01-01"), ReceiptStatus::Stored);
    assert_eq!(send(&mut fixture, "right", "2026-11-02"), ReceiptStatus::Stored);
    assert_eq!(tables(&fixture).len(), 8, "years ahead was a mistake, and ends with it");
}

/// Rows of a table of the index.
fn rows(fixture: &Fixture, table: &str) -> i64 {
    let index = rusqlite::Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    index.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn a_match_goes_with_the_last_of_its_events() {
    let mut fixture = Fixture::new();
    let mut send_to = |subject: &str, id: &str, day: &str| {
        let lap = item(device(1), "com.example.lap", id, Some(subject), 1, 0, &json!({}));
        fixture.take(Batch { received_at: at(day), ..batch(device(1), vec![lap]) });
    };
    send_to("race:old", "a", "2026-10-01");
    send_to("race:long", "b", "2026-10-31");
    send_to("race:long", "c", "2026-11-01");
    send_to("race:new", "d", "2026-11-20");
    fixture.store.catch_up().unwrap();
    retire(&mut fixture, "2026-11-07");
    assert_eq!(rows(&fixture, "game_match"), 3, "October has not outlived its time");
    retire(&mut fixture, "2026-11-21");
    let left: Vec<_> = ["race:old", "race:long", "race:new"]
        .map(|key| fixture.occurrences(key).len())
        .into_iter()
        .collect();
    assert_eq!(left, [0, 2, 1], "one that goes on after the month's end stays whole");
    assert_eq!(rows(&fixture, "game_match"), 2);
    for table in ["match_device", "occurrence", "report", "match_batch"] {
        let of_none = format!("{table} WHERE match_id NOT IN (SELECT match_id FROM game_match)");
        assert_eq!(rows(&fixture, &of_none), 0, "{table}");
    }
    assert_eq!(rows(&fixture, "report"), 3);
}

#[test]
fn a_large_match_goes_in_steps() {
    let mut fixture = Fixture::new();
    // A step ends just before the row of the match itself.
    let lap = |n: u64| {
        item(device(1), "com.example.lap", &n.to_string(), Some("race:2"), n + 1, 0, &json!({}))
    };
    let laps = (0..2_999).map(lap).collect();
    fixture.take(Batch { received_at: at("2026-10-01"), ..batch(device(1), laps) });
    let lap = item(device(1), "com.example.lap", "x", Some("race:1"), 1, 0, &json!({}));
    fixture.take(Batch { received_at: at("2026-11-20"), ..batch(device(1), vec![lap]) });
    fixture.store.catch_up().unwrap();
    let mut place = None;
    while let Retired::More(next) =
        fixture.store.retire(&retention(), at("2026-11-21"), place).unwrap()
    {
        place = Some(next);
    }
    let options = StoreOptions::default();
    let mut follower = ingest_store::Follower::open(fixture.dir.path(), options).unwrap();
    let tables = ["game_match", "match_device", "occurrence", "report", "match_batch"];
    let count = |fixture: &Fixture| tables.iter().map(|table| rows(fixture, table)).sum::<i64>();
    let mut before = count(&fixture);
    assert_eq!(before, 6_000 + 1 + 5);
    while follower.forget().unwrap() {
        let left = count(&fixture);
        assert!(before - left <= 2_001, "{before} to {left} in one step");
        before = left;
    }
    assert_eq!(before, 5, "the lap's match");
}
