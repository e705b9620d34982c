//! How much room an event takes in the index.

use tempfile::TempDir;

use super::{
    super::{matches::Cache, step},
    crowd::Crowd,
    logged,
};
use crate::{StoreOptions, index, store};

const CROWD: Crowd =
    Crowd { matches: 3, devices: 6, kills: 100, batch_events: 100, is_split: false, seed: 3 };

/// As measured, and a fifth more: what association has to know of an event, the
/// rows of its occurrence shared by its witnesses, and what changed.
const MOST: [(&str, f64); 4] =
    [("report", 220.0), ("report_by_occurrence", 20.0), ("occurrence", 250.0), ("change", 25.0)];

#[test]
fn an_event_takes_a_few_hundred_bytes_of_the_index() {
    let (_log, store) = logged(&CROWD, &[]);
    let options = StoreOptions::default();
    let log = store::connect(store.data_dir(), options).unwrap();
    let dir = TempDir::new().unwrap();
    let mut index = index::open(dir.path(), options, index::FOLLOWER_CACHE_KIB).unwrap();
    let mut cache = Cache::default();
    while !step::associate(&mut index, &log, store.id(), &mut cache).unwrap().all {}
    let number = |sql: &str| -> f64 { index.query_row(sql, [], |row| row.get(0)).unwrap() };
    let count = number("SELECT CAST(count(*) AS REAL) FROM report");
    for (table, most) in MOST {
        let sql = "SELECT CAST(sum(pgsize) AS REAL) FROM dbstat WHERE name = ";
        let bytes = number(&format!("{sql}'{table}'")) / count;
        assert!(bytes <= most, "{table}: {bytes:.0} bytes an event");
    }
}
