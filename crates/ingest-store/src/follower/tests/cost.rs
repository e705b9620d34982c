//! What following costs. It says so where the test is run alone:
//! `cargo test --profile simulation -p ingest-store --lib cost -- --nocapture`

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{
    super::{matches::Cache, reading, step},
    crowd::Crowd,
    logged,
};
use crate::{StoreOptions, follower, index, segment, store};

/// Ten devices each, in turn as their uploads come.
const CROWD: Crowd =
    Crowd { matches: 10, devices: 6, kills: 150, batch_events: 100, is_split: false, seed: 3 };

/// Far beyond what it takes anywhere, and far below what a step of it would that
/// reads all of a match for each event.
const MOST_A_THOUSAND: Duration = Duration::from_millis(400);

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn following_a_thousand_events_takes_milliseconds() {
    let (_log, store) = logged(&CROWD, &[]);
    let options = StoreOptions::default();
    let log = store::connect(store.data_dir(), options).unwrap();
    let segments = segment::all(&log).unwrap();
    let begin = Instant::now();
    let batches = follower::logged_after(&log, &segments, 0, usize::MAX).unwrap();
    let decoded = begin.elapsed();
    let events = reading::events(&batches).len();
    let read = begin.elapsed();

    let dir = TempDir::new().unwrap();
    let mut index = index::open(dir.path(), options, index::FOLLOWER_CACHE_KIB).unwrap();
    let mut cache = Cache::default();
    let begin = Instant::now();
    while !step::associate(&mut index, &log, store.id(), &mut cache).unwrap().all {}
    let followed = begin.elapsed();
    let number = |sql: &str| -> f64 { index.query_row(sql, [], |row| row.get(0)).unwrap() };
    let count = number("SELECT CAST(count(*) AS REAL) FROM report");
    let bytes = |table: &str| {
        let sql = "SELECT CAST(sum(pgsize) AS REAL) FROM dbstat WHERE name = ";
        number(&format!("{sql}'{table}'")) / count
    };
    let thousands = u32::try_from(events).unwrap() / 1_000;
    println!(
        "{events} events; per 1,000: {:?} to follow, of it {:?} to unpack and {:?} to parse",
        followed / thousands,
        decoded / thousands,
        (read - decoded) / thousands
    );
    for table in ["report", "report_by_occurrence", "occurrence", "change", "session"] {
        println!("{table}: {:.0} bytes an event", bytes(table));
    }
    assert!(followed / thousands < MOST_A_THOUSAND, "{followed:?}");
}
