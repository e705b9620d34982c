//! Answers kept for an Idempotency-Key.

use event_model::OutboxId;
use ingest_store::{Answer, Batch, IdempotencyClaim, IngestTerms, Outcome, Replayed};
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
    let file = fixture.dir.path().join(ingest_store::Store::FILE_NAME);
    let log = rusqlite::Connection::open(file).unwrap();
    for key in 1..=20 {
        fixture.ingest(keyed(key, 1, &key.to_string()));
        let sql = "SELECT count(*) FROM kept_answer";
        let kept: i64 = log.query_row(sql, [], |row| row.get(0)).unwrap();
        assert!(kept <= 6, "{kept}, and three are remembered");
    }
    assert_eq!(answered(fixture.ingest(keyed(20, 1, "20"))).replayed, Replayed::Yes);
}
