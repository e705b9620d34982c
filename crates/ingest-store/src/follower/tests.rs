//! How the log was followed cannot be seen in the index.

mod crowd;
mod decided;
mod erasures;
mod size;

use event_model::WallTime;
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::{matches::Cache, matches::Limits, shards, step};
use crate::{Decision, SealReason, Store, StoreOptions, changes, index, store};
use crowd::Crowd;

/// All that association has in its tables.
#[derive(Debug, PartialEq)]
struct Dump {
    rows: Vec<(String, Vec<Vec<Value>>)>,
    changes: Vec<(i64, Vec<(u64, association::Change)>)>,
}

fn dump(index: &Connection) -> Dump {
    // Changes are read as they are told, and sums are kept by triggers.
    let tables = index::ASSOCIATED.into_iter().filter(|table| *table != "change");
    let rows = tables.chain(["total"]).map(|table| {
        // A summary is written now and then; the rest of it is in the log.
        let columns = if table == "session" { "session_no, key, match_id" } else { "*" };
        let sql = format!("SELECT {columns} FROM {table} ORDER BY 1, 2");
        let mut statement = index.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|n| row.get(n)).collect());
        (table.to_owned(), rows.unwrap().collect::<Result<_, _>>().unwrap())
    });
    let mut statement = index.prepare("SELECT match_id FROM game_match ORDER BY 1").unwrap();
    let matches = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap);
    let changes = matches.map(|id| (id, changes::after(index, id, 0, usize::MAX).unwrap()));
    Dump { rows: rows.collect(), changes: changes.collect() }
}

/// Follows all of the log into an index of its own, as `cuts` has it.
fn followed(store: &Store, dir: &TempDir, cuts: &[(Limits, bool)]) -> Dump {
    let options = StoreOptions::default();
    let log = store::connect(store.data_dir(), options).unwrap();
    let mut index = index::open(dir.path(), options, 1_024).unwrap();
    let mut cache = Cache::default();
    for (limits, is_new) in cuts.iter().cycle() {
        if *is_new {
            cache = Cache::default();
        }
        cache.limits = *limits;
        if step::associate(&mut index, &log, store.id(), &mut cache).unwrap().all {
            break;
        }
    }
    dump(&index)
}

/// All of it in one step, on one thread.
const AT_ONCE: Limits =
    Limits { events: usize::MAX, memory: usize::MAX, idle: u64::MAX, shards: 1 };

fn any_cuts() -> impl Strategy<Value = Vec<(Limits, bool)>> {
    let memory = prop_oneof![Just(0_usize), Just(200_000), Just(usize::MAX)];
    let idle = prop_oneof![Just(10_u64), Just(u64::MAX)];
    let limits = (1_usize..300, memory, idle, 1_usize..4)
        .prop_map(|(events, memory, idle, shards)| Limits { events, memory, idle, shards });
    prop::collection::vec((limits, any::<bool>()), 1..8)
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
            let key = crowd.key(number, number / 3);
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
        let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let anew = followed(&store, &one, &[(AT_ONCE, false)]);
        let in_steps = followed(&store, &other, &cuts);
        prop_assert!(!anew.changes.is_empty());
        for (whole, part) in anew.rows.iter().zip(&in_steps.rows) {
            prop_assert_eq!(whole, part);
        }
        prop_assert_eq!(anew.changes, in_steps.changes);
    }
}

#[test]
fn any_number_of_shards_writes_the_same_rows() {
    for (is_split, seed) in [(false, 11), (true, 12)] {
        let crowd = Crowd { matches: 6, devices: 4, kills: 40, batch_events: 7, is_split, seed };
        let (_log, store) = logged(&crowd, &[(20, true), (60, false)]);
        let [one, two, seven] = [1, 2, 7].map(|shards| {
            let dir = TempDir::new().unwrap();
            followed(&store, &dir, &[(Limits { shards, ..AT_ONCE }, false)])
        });
        let reports = one.rows.iter().find(|(table, _)| table == "report").unwrap();
        assert!(reports.1.len() > 7 * shards::EVENTS_A_SHARD, "{} reports", reports.1.len());
        assert_eq!(one, two, "{seed}");
        assert_eq!(one, seven, "{seed}");
    }
}

#[test]
fn a_match_that_nobody_tells_of_any_more_is_left() {
    let crowd =
        Crowd { matches: 4, devices: 2, kills: 20, batch_events: 5, is_split: false, seed: 5 };
    let (_log, store) = logged(&crowd, &[]);
    let log = store::connect(store.data_dir(), StoreOptions::default()).unwrap();
    let held = [0, u64::MAX].map(|idle| {
        let dir = TempDir::new().unwrap();
        let mut index = index::open(dir.path(), StoreOptions::default(), 1_024).unwrap();
        let mut cache = Cache::default();
        cache.limits = Limits { idle, ..AT_ONCE };
        step::associate(&mut index, &log, store.id(), &mut cache).unwrap();
        cache.len()
    });
    assert_eq!(held, [1, 4], "all but the one that told last");
}

#[test]
fn sessions_of_one_match_are_joined_and_those_of_others_are_not() {
    let crowd =
        Crowd { matches: 2, devices: 4, kills: 40, batch_events: 12, is_split: true, seed: 7 };
    let (_log, store) = logged(&crowd, &[]);
    let dir = TempDir::new().unwrap();
    followed(&store, &dir, &[(Limits { events: 100, ..AT_ONCE }, false)]);
    let index = index::open(dir.path(), StoreOptions::default(), 1_024).unwrap();
    let number = |sql: &str| -> i64 { index.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(number("SELECT count(*) FROM game_match WHERE moved_to IS NULL"), 2);
    assert_eq!(number("SELECT count(*) FROM game_match"), 8);
    assert_eq!(number("SELECT count(DISTINCT match_id) FROM match_key"), 2);
    assert_eq!(number("SELECT count(DISTINCT match_id) FROM report"), 2);
    assert_eq!(number("SELECT count(DISTINCT match_id) FROM occurrence"), 2);
    let seen_by_all = "SELECT count(*) FROM occurrence WHERE seen_by = 4";
    assert!(number(seen_by_all) > 10, "{} of 80", number(seen_by_all));
    let unmoved = "SELECT count(*) FROM game_match m WHERE moved_to IS NOT NULL AND revision <> (
                       SELECT max(last_revision) FROM change c WHERE c.match_id = m.match_id)";
    assert_eq!(number(unmoved), 0);
    for (match_id, changes) in dump(&index).changes {
        let is_moved = changes.last().is_some_and(|(_, last)| *last == association::Change::Moved);
        let sql = "SELECT moved_to IS NOT NULL FROM game_match WHERE match_id = ?1";
        assert_eq!(
            is_moved,
            index.query_row(sql, [match_id], |row| row.get::<_, bool>(0)).unwrap()
        );
    }
}

fn cases() -> u32 {
    if std::env::var_os("RINGSIDE_LONG").is_some() { 500 } else { 10 }
}
