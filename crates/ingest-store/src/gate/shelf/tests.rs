//! The shelf, in a file of its own.

use std::ops::Range;

use rusqlite::params;
use tempfile::TempDir;

use super::{
    row::ENTRY_BYTES,
    spreading::{Mixer, PART_IDS, PARTS_LOG_MAX},
    *,
};
use crate::{Error, StoreOptions, gate::recent::RecentKey, index};

const DEVICE: u32 = 1;

fn segments() -> Vec<Segment> {
    let month = "2026-11".to_owned();
    vec![Segment { number: 1, month, first_batch: 1, first_position: 1, has_events: true }]
}

fn open(dir: &TempDir) -> Connection {
    index::open(dir.path(), StoreOptions::default(), index::READER_CACHE_KIB).unwrap()
}

fn key(number: u64) -> EventKey {
    EventKey::of(&format!("e{number}"))
}

fn put_ids(index: &mut Connection, numbers: Range<u64>, batch_no: i64) {
    let ids: Vec<_> = numbers
        .map(|number| (RecentKey { device_no: DEVICE, key: key(number) }, batch_no))
        .collect();
    let transaction = index.transaction().unwrap();
    put(&transaction, &segments(), &ids).unwrap();
    transaction.commit().unwrap();
}

fn found(shelf: &DeviceShelf<'_>, numbers: Range<u64>) -> Vec<Option<i64>> {
    numbers.map(|number| shelf.find(key(number)).unwrap()).collect()
}

#[test]
fn rows_that_are_spread_anew_meanwhile_hide_no_id() {
    let dir = TempDir::new().unwrap();
    let (mut follower, writer) = (open(&dir), open(&dir));
    put_ids(&mut follower, 0..300, 1);
    let snapshot = writer.unchecked_transaction().unwrap();
    let shelf = DeviceShelf::load(&writer, &segments(), i64::from(DEVICE)).unwrap();
    put_ids(&mut follower, 300..2_000, 2);
    assert_eq!(found(&shelf, 0..300), vec![Some(1); 300]);
    assert_eq!(found(&shelf, 300..400), vec![None; 100], "they came after it was asked");
    drop((shelf, snapshot));
    let shelf = DeviceShelf::load(&writer, &segments(), i64::from(DEVICE)).unwrap();
    assert_eq!(found(&shelf, 0..300), vec![Some(1); 300]);
    assert_eq!(found(&shelf, 300..2_000), vec![Some(2); 1_700]);
}

#[test]
fn a_growing_month_keeps_every_id_and_rewrites_few() {
    let dir = TempDir::new().unwrap();
    let mut index = open(&dir);
    let mut written = 0;
    // So many at a time that each time they are spread among the parts.
    for (first, batch_no) in (0..20_000).step_by(200).zip(1..) {
        let before = index.total_changes();
        put_ids(&mut index, first..first + 200, batch_no);
        written += index.total_changes() - before;
    }
    let snapshot = index.unchecked_transaction().unwrap();
    let shelf = DeviceShelf::load(&snapshot, &segments(), i64::from(DEVICE)).unwrap();
    for (first, batch_no) in (0..20_000).step_by(200).zip(1..) {
        assert_eq!(found(&shelf, first..first + 200), vec![Some(batch_no); 200]);
    }
    let rows = "SELECT count(*), max(length(entries)) FROM gate WHERE part > 0";
    let (parts, longest): (i64, i64) =
        snapshot.query_row(rows, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(parts, 256);
    assert!(usize::try_from(longest).unwrap() < 2 * PART_IDS * ENTRY_BYTES, "{longest}");
    // All parts each time would be 100 × 256.
    assert!(written < 15_000, "{written} rows");
}

#[test]
fn a_device_that_chooses_its_ids_gets_no_larger_rows() {
    let dir = TempDir::new().unwrap();
    let mut index = open(&dir);
    // Both halves are the same but for one constant, whatever they are.
    let chosen = |number: u64| {
        let halves = [number.to_le_bytes(), (number ^ 0x5eed).to_le_bytes()].concat();
        EventKey(halves.try_into().unwrap())
    };
    for (first, batch_no) in (0..20_000).step_by(200).zip(1..) {
        let ids: Vec<_> = (first..first + 200)
            .map(|number| (RecentKey { device_no: DEVICE, key: chosen(number) }, batch_no))
            .collect();
        let transaction = index.transaction().unwrap();
        put(&transaction, &segments(), &ids).unwrap();
        transaction.commit().unwrap();
    }
    let rows = "SELECT count(*), max(length(entries)) FROM gate WHERE part > 0";
    let (parts, longest): (i64, i64) =
        index.query_row(rows, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(parts, 256);
    assert!(usize::try_from(longest).unwrap() < 2 * PART_IDS * ENTRY_BYTES, "{longest}");
}

#[test]
fn each_file_spreads_ids_in_its_own_way() {
    let parts = || {
        let dir = TempDir::new().unwrap();
        let mixer = Mixer::load(&open(&dir)).unwrap();
        (0..64).map(|number| mixer.part_of(key(number), PARTS_LOG_MAX)).collect::<Vec<_>>()
    };
    assert_ne!(parts(), parts());
}

#[test]
fn many_ids_at_once_make_few_large_rows_for_a_short_while() {
    let dir = TempDir::new().unwrap();
    let mut index = open(&dir);
    put_ids(&mut index, 0..200, 1);
    put_ids(&mut index, 200..50_000, 2);
    let shelf = DeviceShelf::load(&index, &segments(), i64::from(DEVICE)).unwrap();
    assert_eq!(found(&shelf, 0..200), vec![Some(1); 200]);
    assert_eq!(found(&shelf, 200..50_000), vec![Some(2); 49_800]);
    let sql = "SELECT count(*) FROM gate WHERE part > 0";
    let parts: i64 = index.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(parts, 512);
}

#[test]
fn a_flipped_bit_is_an_error_and_no_other_id() {
    let dir = TempDir::new().unwrap();
    let mut index = open(&dir);
    put_ids(&mut index, 0..300, 1);
    check(&index).unwrap();
    for part in [0, 1] {
        let place = params![part];
        let sql = "SELECT entries FROM gate WHERE part = ?1";
        let row: Vec<u8> = index.query_row(sql, place, |row| row.get(0)).unwrap();
        let mut flipped = row.clone();
        *flipped.last_mut().unwrap() ^= 1;
        let sql = "UPDATE gate SET entries = ?2 WHERE part = ?1";
        index.execute(sql, params![part, flipped]).unwrap();
        let shelf = DeviceShelf::load(&index, &segments(), i64::from(DEVICE));
        let met = shelf.and_then(|shelf| {
            (0..300).map(|number| shelf.find(key(number))).collect::<Result<Vec<_>>>()
        });
        assert!(matches!(met, Err(Error::Index(_))), "part {part}");
        assert!(matches!(check(&index), Err(Error::Index(_))), "part {part}");
        index.execute(sql, params![part, row]).unwrap();
    }
}

#[test]
fn an_id_is_where_it_was_put_last() {
    let dir = TempDir::new().unwrap();
    let (mut follower, writer) = (open(&dir), open(&dir));
    for (numbers, batch_no) in [(0..10, 1), (0..10, 2), (0..300, 3), (0..10, 4)] {
        put_ids(&mut follower, numbers.clone(), batch_no);
        let shelf = DeviceShelf::load(&writer, &segments(), i64::from(DEVICE)).unwrap();
        let all = usize::try_from(numbers.end).unwrap();
        assert_eq!(found(&shelf, numbers), vec![Some(batch_no); all]);
    }
}
