//! The rows of a server's log. What a reader is shown has a witness once,
//! however often its event is stored: only here a second row can be seen.

use std::{collections::BTreeSet, io::Read as _, path::Path};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// Every event in the log of the server in `folder`, of which none is there
/// twice: device and id.
pub(crate) fn each_once(folder: &Path) -> BTreeSet<(String, String)> {
    let events = events(folder);
    let each: BTreeSet<_> = events.iter().map(name_of).collect();
    assert_eq!(events.len(), each.len(), "an event is in the log twice");
    each
}

/// Every event in the log of the server in `folder`, in the order of the log.
pub(crate) fn events(folder: &Path) -> Vec<Value> {
    let path = folder.join("ingest.sqlite");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    // As it is at one moment: the server may go on.
    let log = db.unchecked_transaction().unwrap();
    let (mut counted, mut events) = (0, Vec::new());
    for month in months(&log) {
        let sql = format!("SELECT coalesce(sum(stored), 0) FROM receipt_{month}");
        counted += log.query_row(&sql, [], |row| row.get::<_, usize>(0)).unwrap();
        events.extend(bodies(&log, month).iter().flat_map(|body| events_of(body)));
    }
    assert_eq!(counted, events.len(), "the evidence is of other events than the bytes");
    events
}

fn months(db: &Connection) -> Vec<i64> {
    let mut select = db.prepare("SELECT segment_no FROM segment").unwrap();
    let months = select.query_map([], |row| row.get(0)).unwrap();
    months.map(Result::unwrap).collect()
}

/// The events of each batch, as JSON.
fn bodies(db: &Connection, month: i64) -> Vec<Vec<u8>> {
    let sql = format!("SELECT encoding, events FROM event_{month}");
    let mut select = db.prepare(&sql).unwrap();
    let rows = select.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).map(|(encoding, bytes)| decoded(encoding, bytes)).collect()
}

fn decoded(encoding: i64, bytes: Vec<u8>) -> Vec<u8> {
    if encoding == 0 {
        return bytes;
    }
    let mut json = Vec::new();
    zstd::Decoder::new(&bytes[..]).unwrap().read_to_end(&mut json).unwrap();
    json
}

fn events_of(body: &[u8]) -> Vec<Value> {
    serde_json::from_slice(body).unwrap()
}

/// What tells an event from all others: device and id.
pub(crate) fn name_of(event: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&event["source"]), text(&event["id"]))
}
