//! Answers kept for an Idempotency-Key.

use event_model::OutboxId;
use ingest_api::{Lifetimes, Receipt, ReceiptCode, ReceiptStatus};
use ingest_store::{
    Answer, Batch, IdempotencyClaim, IngestTerms, Item, Outcome, Replayed, Retention, Retired,
    Store, Verdict,
};
use uuid::Uuid;

use crate::support::{Fixture, batch, device, kill, now, terms};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn keyed(key: u128, body: u8, id: &str) -> Batch {
    let claim = IdempotencyClaim { outbox: None, key: Uuid::from_u128(key), body_hash: [body; 32] };
    Batch { idempotency: Some(claim), ..batch(device(1), vec![kill(device(1), id, 1, 0)]) }
}

fn answered(outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Answered(answer) => answer,
        Outcome::KeyReused => panic!("the body was the same"),
    }
}

#[test]
fn the_same_request_gets_the_same_bytes() {
    let mut fixture = Fixture::new();
    let first = answered(fixture.ingest(keyed(1, 1, "a")));
    let mut fixture = fixture.reopened();
    let second = answered(fixture.ingest(keyed(1, 1, "a")));
    assert_eq!((first.replayed, second.replayed), (Replayed::No, Replayed::Yes));
    assert_eq!(first.body, second.body, "stored, not duplicate: byte for byte");
}

#[test]
fn the_same_body_from_another_outbox_is_another_request() {
    let mut fixture = Fixture::new();
    let from = |outbox: u128| {
        let mut batch = keyed(1, 1, "a");
        batch.outbox = Some(OutboxId(Uuid::from_u128(outbox)));
        let claim = batch.idempotency.take();
        batch.idempotency = claim.map(|claim| IdempotencyClaim { outbox: batch.outbox, ..claim });
        batch
    };
    let first = answered(fixture.ingest(from(1)));
    let second = answered(fixture.ingest(from(2)));
    assert_eq!((first.replayed, second.replayed), (Replayed::No, Replayed::No));
    assert!(String::from_utf8(second.body).unwrap().contains("duplicate"), "the gate decides");
}

#[test]
fn a_key_with_another_body_does_nothing() {
    let mut fixture = Fixture::new();
    fixture.ingest(keyed(1, 1, "a"));
    assert_eq!(fixture.ingest(keyed(1, 2, "b")), Outcome::KeyReused);
    assert_eq!(fixture.store.log_position().unwrap(), 1);
}

#[test]
fn after_a_day_the_gate_gives_the_verdict() {
    let mut fixture = Fixture::new();
    fixture.ingest(keyed(1, 1, "a"));
    let later = Batch { received_at: now().plus_ms(DAY_MS), ..keyed(1, 1, "a") };
    let answer = answered(fixture.ingest(later));
    assert_eq!((answer.replayed, answer.tally.duplicate), (Replayed::No, 1));
}

#[test]
fn a_device_has_only_so_many_answers_and_the_oldest_go_first() {
    let mut fixture = Fixture::new();
    for key in 1..=4 {
        fixture.ingest(keyed(key, 1, &key.to_string()));
    }
    assert_eq!(answered(fixture.ingest(keyed(4, 1, "4"))).replayed, Replayed::Yes);
    assert_eq!(answered(fixture.ingest(keyed(2, 1, "2"))).replayed, Replayed::Yes);
    assert_eq!(answered(fixture.ingest(keyed(1, 1, "1"))).replayed, Replayed::No);
}

/// A request of a few bytes whose answer is long.
fn refused(key: u128) -> Batch {
    let refused = |_| {
        let receipt = Receipt {
            id: String::new(),
            status: ReceiptStatus::Invalid,
            code: Some(ReceiptCode::MalformedEvent),
            detail: Some("x".repeat(200)),
        };
        Item { sequence: None, verdict: Verdict::Refused(Box::new(receipt)) }.into()
    };
    let claim = IdempotencyClaim { outbox: None, key: Uuid::from_u128(key), body_hash: [1; 32] };
    Batch { idempotency: Some(claim), ..batch(device(1), (0..100).map(refused).collect()) }
}

/// Bytes of answers in a database, wherever they are.
fn bytes_kept(database: &std::path::Path) -> i64 {
    let log = rusqlite::Connection::open(database).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE name GLOB 'receipt_*'";
    let mut tables = log.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let bytes = |table: String| -> i64 {
        let sql = format!(
            "SELECT total(ifnull(length(verdicts), 0) + ifnull(octet_length(refused), 0)
                          + ifnull(length(answer), 0)) FROM {table}"
        );
        log.query_row(&sql, [], |row| row.get::<_, f64>(0)).unwrap() as i64
    };
    tables.map(|table| bytes(table.unwrap())).sum()
}

fn bytes(fixture: &Fixture) -> i64 {
    bytes_kept(&fixture.dir.path().join(Store::FILE_NAME))
}

fn of_one() -> i64 {
    let mut fixture = Fixture::new();
    fixture.ingest(refused(1));
    let bytes = bytes(&fixture);
    assert!(bytes > 20_000, "{bytes}");
    bytes
}

/// Takes steps until nothing is left to forget; how many it took.
fn retire(fixture: &mut Fixture, lifetimes: Lifetimes, ms: i64) -> usize {
    let retention = Retention { retain_days: None, lifetimes };
    let (mut steps, mut place) = (1, None);
    while let Retired::More(next) =
        fixture.store.retire(&retention, now().plus_ms(ms), place).unwrap()
    {
        place = Some(next);
        steps += 1;
    }
    steps
}

#[test]
fn what_was_answered_goes_with_its_day() {
    let mut fixture = Fixture::new();
    fixture.ingest(keyed(9, 1, "a"));
    fixture.ingest(refused(1));
    // Nothing of it is stored: it is all that its row is there for.
    fixture.ingest(keyed(2, 1, "a"));
    retire(&mut fixture, Lifetimes::default(), DAY_MS - 1);
    assert_eq!(bytes(&fixture), of_one() + 1);
    retire(&mut fixture, Lifetimes::default(), DAY_MS);
    assert_eq!(bytes(&fixture), 0);
    let mut fixture = fixture.reopened();
    let again = answered(fixture.ingest(keyed(9, 1, "a")));
    assert_eq!((again.replayed, again.tally.duplicate), (Replayed::No, 1), "the gate knows it");
}

#[test]
fn what_was_answered_goes_when_its_device_has_newer_answers() {
    let mut fixture = Fixture::new();
    for key in 1..=20 {
        fixture.ingest(refused(key));
        assert!(bytes(&fixture) <= 3 * of_one(), "after {key}");
    }
    let few = Lifetimes { idempotency_answers_max: 1, ..Lifetimes::default() };
    retire(&mut fixture, few, 0);
    assert_eq!(bytes(&fixture), of_one());
    assert_eq!(answered(fixture.ingest(refused(20))).replayed, Replayed::Yes);
}

#[test]
fn an_answer_that_another_took_the_place_of_is_not_kept() {
    let mut fixture = Fixture::new();
    fixture.ingest(refused(1));
    let later = Batch { received_at: now().plus_ms(DAY_MS), ..refused(1) };
    assert_eq!(answered(fixture.ingest(later.clone())).replayed, Replayed::No);
    assert_eq!(bytes(&fixture), of_one(), "the key's second answer");
    let newer = IngestTerms { server_version: "0.2.0".to_owned(), ..terms() };
    fixture.store.ingest(&[later], &newer).unwrap();
    assert_eq!(bytes(&fixture), of_one(), "of another version");
    fixture.store.renew_id().unwrap();
    assert_eq!(bytes(&fixture), 0, "under the old name");
}

#[test]
fn a_copy_has_no_bytes_of_answers() {
    let mut fixture = Fixture::new();
    fixture.ingest(refused(1));
    let copy = fixture.dir.path().join("copy");
    Store::back_up(fixture.dir.path(), &copy).unwrap();
    assert_eq!(bytes_kept(&copy), 0);
    assert_eq!(bytes(&fixture), of_one(), "they are still repeated here");
}

#[test]
fn answers_go_in_steps_of_a_few_megabytes() {
    let mut fixture = Fixture::new();
    let terms = IngestTerms { lifetimes: Lifetimes::default(), ..terms() };
    let many: Vec<_> = (0..300).map(refused).collect();
    fixture.store.ingest(&many, &terms).unwrap();
    let megabytes = usize::try_from(bytes(&fixture) / 1024 / 1024).unwrap();
    assert!(megabytes > 5, "{megabytes}");
    let steps = retire(&mut fixture, Lifetimes::default(), DAY_MS);
    assert!(steps > megabytes / 2, "{steps} steps for {megabytes} MiB");
    assert_eq!(bytes(&fixture), 0);
    let few = Lifetimes { idempotency_answers_max: 0, ..Lifetimes::default() };
    let later = |batch: Batch| Batch { received_at: now().plus_ms(DAY_MS), ..batch };
    let many: Vec<_> = (0..300).map(refused).map(later).collect();
    fixture.store.ingest(&many, &terms).unwrap();
    let steps = retire(&mut fixture, few, DAY_MS);
    assert!(steps > megabytes / 2, "{steps} steps for {megabytes} MiB");
    assert_eq!(bytes(&fixture), 0);
}

#[test]
fn a_newer_server_judges_anew_what_an_older_one_answered() {
    let mut fixture = Fixture::new();
    answered(fixture.ingest(keyed(1, 1, "a")));
    let newer = IngestTerms { server_version: "0.2.0".to_owned(), ..terms() };
    let mut ask = |batch| fixture.store.ingest(&[batch], &newer).unwrap().remove(0);
    assert_eq!(ask(keyed(1, 2, "b")), Outcome::KeyReused);
    let first = answered(ask(keyed(1, 1, "a")));
    assert_eq!((first.replayed, first.tally.duplicate), (Replayed::No, 1));
    let page: serde_json::Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(page["server_version"], "0.2.0", "or the client would see two by turns");
    let second = answered(ask(keyed(1, 1, "a")));
    assert_eq!((second.replayed, second.body), (Replayed::Yes, first.body));
}

#[test]
fn a_database_under_a_new_name_repeats_no_answer_of_the_old_one() {
    let mut fixture = Fixture::new();
    answered(fixture.ingest(keyed(1, 1, "a")));
    let renewed = fixture.store.renew_id().unwrap();
    let again = answered(fixture.ingest(keyed(1, 1, "a")));
    assert_eq!(again.replayed, Replayed::No);
    let page: serde_json::Value = serde_json::from_slice(&again.body).unwrap();
    assert_eq!(page["store"], renewed.to_string(), "or the client would meet two by turns");
}

#[test]
fn answers_of_a_busy_device_are_forgotten_as_they_come() {
    let mut fixture = Fixture::new();
    let file = fixture.dir.path().join(Store::FILE_NAME);
    let log = rusqlite::Connection::open(file).unwrap();
    for key in 1..=20 {
        fixture.ingest(keyed(key, 1, &key.to_string()));
        let sql = "SELECT count(*) FROM kept_answer";
        let kept: i64 = log.query_row(sql, [], |row| row.get(0)).unwrap();
        assert!(kept <= 3, "{kept}, and three are remembered");
    }
    assert_eq!(answered(fixture.ingest(keyed(20, 1, "20"))).replayed, Replayed::Yes);
}

fn count(fixture: &Fixture, file: &str, sql: &str) -> i64 {
    let database = rusqlite::Connection::open(fixture.dir.path().join(file)).unwrap();
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// A row each, also of nothing but a key, would be kept for ever.
#[test]
fn requests_that_store_nothing_leave_no_more_rows_than_answers() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    let empty = |key: u128| Batch { items: Vec::new(), ..keyed(key, 1, "a") };
    let lifetimes = Lifetimes { idempotency_answers_max: 10, ..Lifetimes::default() };
    let terms = IngestTerms { lifetimes, ..terms() };
    let rows = "SELECT count(*) FROM receipt_1";
    for key in 1..=200 {
        let request = if key % 2 == 0 { empty(key) } else { keyed(key, 1, "a") };
        assert_eq!(
            answered(fixture.store.ingest(&[request], &terms).unwrap().remove(0)).tally.stored,
            0
        );
        assert!(count(&fixture, Store::FILE_NAME, rows) <= 13, "after {key}");
        if key == 20 {
            // The index stands on a row that is forgotten later.
            fixture.store.shelve().unwrap();
        }
    }
    let through = "SELECT shelved_through FROM follow";
    let mut fixture = fixture.reopened();
    let newest = answered(fixture.ingest(keyed(199, 1, "a")));
    assert_eq!(newest.replayed, Replayed::Yes);
    assert_eq!(count(&fixture, "index.sqlite", through), 21, "it was not made anew");
    retire(&mut fixture, Lifetimes::default(), DAY_MS);
    assert_eq!(count(&fixture, Store::FILE_NAME, rows), 2, "the event's, and the newest");
    let mut fixture = fixture.reopened();
    let both = vec![kill(device(1), "a", 1, 0), kill(device(1), "b", 2, 0)];
    let verdicts = fixture.take(batch(device(1), both));
    assert_eq!(verdicts, [ReceiptStatus::Duplicate, ReceiptStatus::Stored]);
    assert_eq!(count(&fixture, "index.sqlite", through), 21, "nor is it now");
    let last = "SELECT max(batch_no) FROM receipt_1";
    assert_eq!(count(&fixture, Store::FILE_NAME, last), 202, "numbered on");
}
