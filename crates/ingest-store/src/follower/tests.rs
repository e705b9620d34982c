//! How the log was followed cannot be seen in the index.

mod crowd;

use event_model::WallTime;
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::{matches::Cache, matches::Limits, step};
use crate::{Decision, SealReason, Store, StoreOptions, changes, index, store};
use crowd::Crowd;

/// Every table that says something of matches, but for changes.
const TABLES: [&str; 13] = [
    "game_match",
    "match_key",
    "match_state",
    "match_batch",
    "match_device",
    "match_name",
    "stream",
    "report",
    "occurrence",
    "occurrence_alias",
    "player_match",
    "session",
    "session_block",
];

/// All that association has in its tables.
#[derive(Debug, PartialEq)]
struct Dump {
    rows: Vec<(String, Vec<Vec<Value>>)>,
    changes: Vec<(i64, Vec<(u64, association::Change)>)>,
}

fn dump(index: &Connection) -> Dump {
    let rows = TABLES.map(|table| {
        let mut statement = index.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|n| row.get(n)).collect());
        (table.to_owned(), rows.unwrap().collect::<Result<_, _>>().unwrap())
    });
    let mut statement = index.prepare("SELECT match_id FROM game_match ORDER BY 1").unwrap();
    let matches = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap);
    let changes = matches.map(|id| (id, changes::after(index, id, 0, usize::MAX).unwrap()));
    Dump { rows: rows.into(), changes: changes.collect() }
}

/// Follows all of the log into an index of its own, as `cuts` has it.
fn followed(store: &Store, dir: &TempDir, cuts: &[(usize, usize, bool)]) -> Dump {
    let options = StoreOptions::default();
    let log = store::connect(store.data_dir(), options).unwrap();
    let mut index = index::open(dir.path(), options, 1_024).unwrap();
    let mut cache = Cache::default();
    for (events, memory, is_new) in cuts.iter().cycle() {
        if *is_new {
            cache = Cache::default();
        }
        cache.limits = Limits { events: *events, memory: *memory };
        if step::associate(&mut index, &log, store.id(), &mut cache).unwrap().all {
            break;
        }
    }
    dump(&index)
}

fn any_cuts() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    let memory = prop_oneof![Just(0_usize), Just(200_000), Just(usize::MAX)];
    prop::collection::vec((1_usize..300, memory, any::<bool>()), 1..8)
}

fn now() -> WallTime {
    WallTime::from_unix_ms(crowd::BEGIN_MS)
}

/// A log with everything in it that can be followed.
fn logged(crowd: &Crowd, decisions: &[(usize, bool)]) -> (TempDir, Store) {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
    let batches = crowd.batches(&mut store);
    for (number, batch) in batches.into_iter().enumerate() {
        store.ingest(&[batch], &crowd::terms()).unwrap();
        for (_, is_seal) in decisions.iter().filter(|(at, _)| *at == number) {
            store.catch_up().unwrap();
            let decision = if *is_seal { Decision::Sealed } else { Decision::Reopened };
            let key = crowd.key(number);
            store.decide(&key, decision, SealReason::Operator, now()).unwrap();
        }
    }
    (dir, store)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn an_index_made_anew_equals_one_that_was_followed_in_any_steps(
        crowd in crowd::any_crowd(),
        decisions in prop::collection::vec((0_usize..40, any::<bool>()), 0..4),
        cuts in any_cuts(),
    ) {
        let (_log, store) = logged(&crowd, &decisions);
        let at_once = [(usize::MAX, usize::MAX, false)];
        let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let (anew, in_steps) = (followed(&store, &one, &at_once), followed(&store, &other, &cuts));
        prop_assert!(!anew.changes.is_empty());
        for (whole, part) in anew.rows.iter().zip(&in_steps.rows) {
            prop_assert_eq!(whole, part);
        }
        prop_assert_eq!(anew.changes, in_steps.changes);
    }
}

fn cases() -> u32 {
    if std::env::var_os("RINGSIDE_LONG").is_some() { 500 } else { 10 }
}
