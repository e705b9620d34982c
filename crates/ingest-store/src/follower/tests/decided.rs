//! Many decisions at one place of the log.

use rusqlite::Connection;

use super::{
    super::{matches::Cache, step},
    crowd::{self, Crowd},
};
use crate::{Decision, SealReason, Store, StoreOptions};

const CROWD: Crowd =
    Crowd { matches: 1, devices: 2, kills: 40, batch_events: 10, is_split: false, seed: 9 };

#[test]
fn what_follows_so_many_decisions_is_not_read_before_they_are_folded_in() {
    let dir = tempfile::TempDir::new().unwrap();
    let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
    let mut batches = CROWD.batches(&mut store);
    let behind = batches.split_off(4);
    store.ingest(&batches, &crowd::terms()).unwrap();
    store.catch_up().unwrap();
    for number in 0..=step::DECISIONS_MAX {
        let decision = [Decision::Sealed, Decision::Reopened][number % 2];
        store.decide(&CROWD.key(0, 0), decision, SealReason::Operator, super::now()).unwrap();
    }
    store.ingest(&behind, &crowd::terms()).unwrap();
    // Whoever reads one of these fails.
    let log = Connection::open(dir.path().join(Store::FILE_NAME)).unwrap();
    let sql = "UPDATE receipt_1 SET outbox = X'00' WHERE batch_no > 4";
    assert_eq!(log.execute(sql, []).unwrap(), behind.len());
    let (index, id) = (store.index.get_mut().unwrap(), store.id);
    let mut step = || step::associate(index, &log, id, &mut Cache::default());
    step().unwrap();
    step().unwrap_err();
}
