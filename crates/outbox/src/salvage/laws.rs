//! What is true of every sound file and that SQLite knows nothing of.
//!
//! A changed byte may leave a database that SQLite finds in order and that does
//! not hand out its events: a sum that says zero, a row under another match.

use rusqlite::Connection;

use crate::{Error, counters::Counter};

/// Each finds nothing in a sound file. They read every row.
const NEVER: [&str; 5] = [
    // An event is in one place at a time, and in one at all.
    "SELECT 1 FROM event e WHERE
         (EXISTS (SELECT 1 FROM queue p WHERE p.sequence = e.sequence))
       + (EXISTS (SELECT 1 FROM settled p WHERE p.sequence = e.sequence))
       + (EXISTS (SELECT 1 FROM quarantine p WHERE p.sequence = e.sequence)) <> 1",
    // Nothing stands anywhere without its event, or under another match.
    "SELECT 1 FROM (SELECT sequence FROM settled UNION ALL SELECT sequence FROM quarantine)
     WHERE sequence NOT IN (SELECT sequence FROM event)",
    "SELECT 1 FROM (SELECT sequence, match_id FROM queue
         UNION ALL SELECT sequence, match_id FROM in_flight
         UNION ALL SELECT sequence, match_id FROM suspect) p
     LEFT JOIN event e ON e.sequence = p.sequence WHERE e.match_id IS NOT p.match_id",
    "SELECT 1 FROM (SELECT sequence FROM in_flight UNION ALL SELECT sequence FROM suspect)
     WHERE sequence NOT IN (SELECT sequence FROM queue)",
    "SELECT 1 FROM event WHERE match_id NOT IN (SELECT id FROM match_key)",
];

/// Sums that are kept, and what they are sums of.
const SUMS: [(Counter, &str); 3] = [
    (Counter::Queued, "SELECT count(*) FROM queue"),
    (Counter::EventBytes, "SELECT coalesce(sum(octet_length(body)), 0) FROM event"),
    (
        Counter::SettledBytes,
        "SELECT coalesce(sum(octet_length(body)), 0) FROM settled JOIN event USING (sequence)",
    ),
];

/// Whether all of it holds.
pub(super) fn hold(db: &Connection) -> Result<bool, Error> {
    for law in NEVER {
        if db.prepare(law)?.exists([])? {
            return Ok(false);
        }
    }
    for (counter, sum) in SUMS {
        let counted: u64 = db.query_row(sum, [], |row| row.get(0))?;
        if counter.read(db)? != counted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The part that costs nothing, whatever the size: what every transaction
/// relies on can be read, and is possible. `bytes` is the size of the file.
pub(super) fn may_hold(db: &Connection, bytes: u64) -> Result<bool, Error> {
    let mut counters = db.prepare("SELECT name, value FROM counter")?;
    let mut rows = counters.query([])?;
    while let Some(row) = rows.next()? {
        row.get::<_, String>(0)?;
        row.get::<_, u64>(1)?;
    }
    // Reading all of a state is what its reader will do.
    let _states: u64 =
        db.query_row("SELECT coalesce(sum(length(state)), 0) FROM stream", [], |row| row.get(0))?;
    let last: u64 =
        db.query_row("SELECT coalesce(max(sequence), 0) FROM event", [], |row| row.get(0))?;
    let event_bytes = Counter::EventBytes.read(db)?;
    Ok(Counter::LastSequence.read(db)? >= last
        && event_bytes <= bytes
        && Counter::SettledBytes.read(db)? <= event_bytes)
}
