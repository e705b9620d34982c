//! The gate: the first stored event stands.

use std::time::Duration;

use ingest_api::{ReceiptCode, ReceiptStatus};
use ingest_store::{Erased, Store, StoreOptions};

use crate::support::{Fixture, batch, device, kill, now, terms};

#[test]
fn an_event_is_stored_once_however_often_it_comes() {
    let mut fixture = Fixture::new();
    let twice = || batch(device(1), vec![kill(device(1), "a", 1, 0), kill(device(1), "a", 1, 0)]);
    assert_eq!(fixture.take(twice()), [ReceiptStatus::Stored, ReceiptStatus::Duplicate]);
    assert_eq!(fixture.take(twice()), [ReceiptStatus::Duplicate; 2]);
    assert_eq!(fixture.store.log_position().unwrap(), 1);
}

#[test]
fn what_is_stored_is_there_after_reopening() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    let store_id = fixture.store.id();
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.store.id(), store_id);
    let again = batch(device(1), vec![kill(device(1), "a", 1, 0)]);
    assert_eq!(fixture.take(again), [ReceiptStatus::Duplicate]);
}

#[test]
fn another_event_under_a_known_id_is_a_conflict_and_changes_nothing() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    let before = fixture.occurrences("cs2:1");
    let mut other = kill(device(1), "a", 1, 0);
    other.sound().fingerprint.0[0] ^= 1;
    let page = fixture.page(batch(device(1), vec![other]));
    assert_eq!(page.receipts[0].status, ReceiptStatus::Conflict);
    assert_eq!(page.receipts[0].code, Some(ReceiptCode::FingerprintDiffers));
    assert_eq!(fixture.occurrences("cs2:1"), before);
}

#[test]
fn the_same_id_of_another_device_is_another_event() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    let other = batch(device(2), vec![kill(device(2), "a", 1, 0)]);
    assert_eq!(fixture.take(other), [ReceiptStatus::Stored]);
}

#[test]
fn the_first_corrected_time_stands() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 500)]));
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, -500)]));
    let at = fixture.occurrences("cs2:1")[0]["at"].clone();
    assert_eq!(at, now().plus_ms(500).to_string());
}

#[test]
fn batches_of_one_commit_see_each_other() {
    let mut fixture = Fixture::new();
    let same = || batch(device(1), vec![kill(device(1), "a", 1, 0)]);
    let outcomes = fixture.store.ingest(&[same(), same()], &terms()).unwrap();
    assert_eq!(outcomes.len(), 2);
    assert_eq!(fixture.store.log_position().unwrap(), 1);
}

#[test]
fn an_erased_event_is_not_stored_again() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    fixture.take(batch(device(1), vec![kill(device(1), "b", 2, 0)]));
    assert_eq!(fixture.store.erase_event(device(1), "a").unwrap(), Erased::Now);
    assert_eq!(fixture.store.erase_event(device(2), "a").unwrap(), Erased::Unknown);
    assert_eq!(fixture.occurrences("cs2:1").len(), 1, "the other one is left");
    let page = fixture.page(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
    assert_eq!(page.receipts[0].status, ReceiptStatus::Invalid);
    assert_eq!(page.receipts[0].code, Some(ReceiptCode::Erased));
}

#[test]
fn a_store_that_another_process_holds_stores_nothing_and_asks_for_a_retry() {
    let fixture = Fixture::new();
    let path = fixture.dir.path();
    let shell = rusqlite::Connection::open(path.join(Store::FILE_NAME)).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let impatient = StoreOptions { busy_timeout: Duration::ZERO };
    let mut store = Store::open(path, impatient).unwrap();
    let event = batch(device(1), vec![kill(device(1), "a", 1, 0)]);

    assert!(store.ingest(std::slice::from_ref(&event), &terms()).is_err());
    assert_eq!(store.retry_answer(&event, &terms()).tally.retry, 1);

    shell.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.log_position().unwrap(), 0);
    assert!(store.ingest(&[event], &terms()).is_ok(), "later it works");
}
