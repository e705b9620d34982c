//! `index.sqlite` can be lost, old or another log's: the gate stays exact.

use std::sync::Arc;

use ingest_api::ReceiptStatus;
use ingest_store::{Follower, Fullness, Store, StoreOptions};

use crate::support::{
    Fixture, Sent, batch, device, keep_index, kill, lose_index, open, put_index_back, terms,
};

/// Enough that a device's ids are spread over several rows.
const IDS: u64 = 1_000;

fn kills(first: u64, count: u64) -> Vec<Sent> {
    (first..first + count).map(|n| kill(device(1), &format!("e{n}"), n + 1, 0)).collect()
}

fn all(fixture: &mut Fixture, sent: Vec<Sent>, status: ReceiptStatus) {
    let count = sent.len();
    assert_eq!(fixture.take(batch(device(1), sent)), vec![status; count]);
}

#[test]
fn ids_are_found_on_the_shelf() {
    let mut fixture = Fixture::new();
    // A few at a time, so that they come into the small row, full and again.
    for first in (0..IDS).step_by(50) {
        all(&mut fixture, kills(first, 50), ReceiptStatus::Stored);
        fixture.store.shelve().unwrap();
    }
    all(&mut fixture, kills(0, IDS), ReceiptStatus::Duplicate);
    all(&mut fixture, kills(IDS, 1), ReceiptStatus::Stored);
    assert_eq!(fixture.store.log_position().unwrap(), IDS + 1);
}

#[test]
fn ids_are_found_on_their_way_to_the_shelf() {
    let mut fixture = Fixture::new();
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    all(&mut fixture, kills(0, 10), ReceiptStatus::Stored);
    let leaving = fixture.store.send_to_shelf().unwrap();
    all(&mut fixture, kills(0, 10), ReceiptStatus::Duplicate);
    all(&mut fixture, kills(10, 2), ReceiptStatus::Stored);
    assert!(fixture.store.send_to_shelf().is_none(), "one at a time");
    follower.shelve(&leaving).unwrap();
    all(&mut fixture, kills(0, 12), ReceiptStatus::Duplicate);
    fixture.store.arrived_on_shelf(&leaving);
    all(&mut fixture, kills(0, 12), ReceiptStatus::Duplicate);
    assert_eq!(Arc::strong_count(&leaving), 1, "the memory is free again");
    assert_eq!(fixture.store.fullness(), Fullness::Room);
}

#[test]
fn a_lost_index_is_made_anew() {
    let mut fixture = Fixture::new();
    all(&mut fixture, kills(0, IDS), ReceiptStatus::Stored);
    fixture.store.shelve().unwrap();
    let before = fixture.occurrences("cs2:1");
    let mut fixture = fixture.reopened_after(lose_index);
    all(&mut fixture, kills(0, IDS), ReceiptStatus::Duplicate);
    assert_eq!(fixture.occurrences("cs2:1"), before);
}

#[test]
fn an_index_that_knows_more_than_a_restored_log_is_made_anew() {
    let mut fixture = Fixture::new();
    all(&mut fixture, kills(0, 10), ReceiptStatus::Stored);
    let copy = fixture.dir.path().join("copy.sqlite");
    let log = rusqlite::Connection::open(fixture.dir.path().join(Store::FILE_NAME)).unwrap();
    log.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    drop(log);
    all(&mut fixture, kills(10, 10), ReceiptStatus::Stored);
    fixture.store.shelve().unwrap();
    fixture.store.catch_up().unwrap();

    let mut fixture =
        fixture.reopened_after(|dir| std::fs::rename(&copy, dir.join(Store::FILE_NAME)).unwrap());
    all(&mut fixture, kills(0, 10), ReceiptStatus::Duplicate);
    // These get the place in the log that others had before.
    all(&mut fixture, kills(20, 10), ReceiptStatus::Stored);
    let mut fixture = fixture.reopened();
    all(&mut fixture, kills(20, 10), ReceiptStatus::Duplicate);
    assert_eq!(fixture.occurrences("cs2:1").len(), 20);
    all(&mut fixture, kills(10, 10), ReceiptStatus::Stored);
    assert_eq!(fixture.occurrences("cs2:1").len(), 30);
}

#[test]
fn two_that_write_do_not_store_an_event_twice() {
    let mut fixture = Fixture::new();
    let mut other = open(&fixture.dir);
    all(&mut fixture, kills(0, 3), ReceiptStatus::Stored);
    let outcomes = other.ingest(&[batch(device(1), kills(0, 5))], &terms()).unwrap();
    assert_eq!(outcomes.len(), 1);
    all(&mut fixture, kills(0, 5), ReceiptStatus::Duplicate);
    assert_eq!(fixture.store.log_position().unwrap(), 5);
}

#[test]
fn an_old_index_that_is_put_back_goes_on_where_it_was() {
    let mut fixture = Fixture::new();
    all(&mut fixture, kills(0, IDS), ReceiptStatus::Stored);
    fixture.store.shelve().unwrap();
    fixture.store.catch_up().unwrap();
    let mut fixture = fixture.reopened_after(keep_index);
    all(&mut fixture, kills(IDS, IDS), ReceiptStatus::Stored);
    fixture.store.shelve().unwrap();
    let before = fixture.occurrences("cs2:1");
    let mut fixture = fixture.reopened_after(put_index_back);
    all(&mut fixture, kills(0, IDS), ReceiptStatus::Duplicate);
    all(&mut fixture, kills(IDS, IDS), ReceiptStatus::Duplicate);
    assert_eq!(fixture.store.log_position().unwrap(), 2 * IDS);
    assert_eq!(fixture.occurrences("cs2:1"), before);
}

/// What the index itself says.
fn number(fixture: &Fixture, sql: &str) -> i64 {
    let index = rusqlite::Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    index.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn the_shelf_does_not_go_back_where_an_older_part_comes_late() {
    let mut fixture = Fixture::new();
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    all(&mut fixture, kills(0, 10), ReceiptStatus::Stored);
    let late = fixture.store.send_to_shelf().unwrap();
    all(&mut fixture, kills(10, 10), ReceiptStatus::Stored);
    fixture.store.shelve().unwrap();
    let through = number(&fixture, "SELECT shelved_through FROM follow");
    follower.shelve(&late).unwrap();
    assert_eq!(number(&fixture, "SELECT shelved_through FROM follow"), through);
    all(&mut fixture, kills(0, 20), ReceiptStatus::Duplicate);
}

#[test]
fn an_index_whose_last_event_is_erased_is_kept() {
    let mut fixture = Fixture::new();
    all(&mut fixture, kills(0, 10), ReceiptStatus::Stored);
    fixture.store.shelve().unwrap();
    fixture.store.catch_up().unwrap();
    fixture.store.erase_event(device(1), "e0").unwrap();
    let mut fixture = fixture.reopened();
    all(&mut fixture, kills(5, 5), ReceiptStatus::Duplicate);
    assert_eq!(number(&fixture, "SELECT count(*) FROM gate"), 1);
    assert_eq!(number(&fixture, "SELECT count(*) FROM game_match"), 1);
}
