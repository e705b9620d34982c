//! What is true of every sound file and that SQLite knows nothing of.
//!
//! A changed byte may leave a database that SQLite finds in order and that does
//! not hand out its events: a sum that says zero, a row under another match.

use rusqlite::Connection;

use crate::{
    Error,
    counters::{self, Counter},
    meta::Meta,
    schema,
    spans::Spans,
};

/// Each finds nothing in a sound file. They read every row.
const NEVER: [&str; 3] = [
    // What stands alike is of one match, and each event of it is there.
    "SELECT 1 FROM (SELECT first, last, match_id FROM queue
         UNION ALL SELECT first, last, match_id FROM in_flight
         UNION ALL SELECT first, last, match_id FROM settled) s
     WHERE last < first
        OR (SELECT count(*) FROM event e WHERE e.sequence BETWEEN s.first AND s.last
            AND e.match_id = s.match_id) <> last - first + 1",
    "SELECT 1 FROM quarantine WHERE sequence NOT IN (SELECT sequence FROM event)",
    "SELECT 1 FROM event WHERE match_id NOT IN (SELECT id FROM match_key)",
];

/// The same of the tables that are small in nearly any file: a look at each of
/// their first rows is one into the index of another.
fn never_of_small() -> [String; 4] {
    [
        format!(
            "SELECT 1 FROM (SELECT sequence, match_id FROM suspect LIMIT {LOOKS_MAX}) s
             LEFT JOIN event e USING (sequence) WHERE e.match_id IS NOT s.match_id"
        ),
        format!(
            "SELECT 1 FROM (SELECT match_id FROM queue
                 UNION ALL SELECT match_id FROM settled LIMIT {SPANS_MAX})
             WHERE match_id NOT IN (SELECT id FROM match_key)"
        ),
        format!(
            "SELECT 1 FROM (SELECT first, last, match_id FROM queue
                 UNION ALL SELECT first, last, match_id FROM settled LIMIT {SPANS_MAX}) q
             WHERE coalesce((SELECT last FROM match_span s
                 WHERE s.match_id = q.match_id AND s.first <= q.first
                 ORDER BY s.first DESC LIMIT 1) < q.last, 1)"
        ),
        format!(
            "SELECT 1 FROM (SELECT sequence FROM quarantine LIMIT {LOOKS_MAX}) q
             WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.sequence = q.sequence)"
        ),
    ]
}

/// Where an event stands, in the order of the sequence.
const STANDS: &str = "SELECT first, last FROM queue UNION ALL SELECT first, last FROM settled
    UNION ALL SELECT sequence, sequence FROM quarantine ORDER BY 1";

/// Spans that are looked at: some tenths of a second. Where two matches that never
/// ended left more, the later ones are looked at once those before them went out.
const SPANS_MAX: u32 = 200_000;
/// Each law looks into the history so often: a look is a page of a file that may not
/// be in memory, a tenth of a millisecond of a solid disk. All is looked at only in a
/// file that is small enough to be checked whole.
const LOOKS_MAX: u32 = 1_000;

/// Where an event can be that is not in a request.
const SPANS: [Spans; 2] = [Spans::Queue, Spans::Settled];

/// Sums that are kept, and what they are sums of.
const SUMS: [(Counter, &str); 3] = [
    (Counter::Queued, "SELECT coalesce(sum(last - first + 1), 0) FROM queue"),
    (Counter::EventBytes, "SELECT coalesce(sum(octet_length(body)), 0) FROM event"),
    (
        Counter::SettledBytes,
        "SELECT coalesce(sum(octet_length(e.body)), 0)
         FROM settled s CROSS JOIN event e ON e.sequence BETWEEN s.first AND s.last",
    ),
];

/// Whether all of it holds.
pub(super) fn hold(db: &Connection) -> Result<bool, Error> {
    for law in NEVER.map(str::to_owned).into_iter().chain(places()) {
        if db.prepare(&law)?.exists([])? {
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

/// Every event is in one place, and each has its match's numbers; what is in a
/// request or suspect is in the queue.
fn places() -> [String; 4] {
    let [queued, settled] = SPANS.map(|spans| spans.holds_sql("e.sequence"));
    let in_queue = |of: &str| Spans::Queue.holds_sql(of);
    [
        format!(
            "SELECT 1 FROM event e WHERE {queued} + {settled}
             + EXISTS (SELECT 1 FROM quarantine p WHERE p.sequence = e.sequence) <> 1"
        ),
        "SELECT 1 FROM event e WHERE coalesce((SELECT last FROM match_span s
             WHERE s.match_id = e.match_id AND s.first <= e.sequence
             ORDER BY s.first DESC LIMIT 1) < e.sequence, 1)"
            .to_owned(),
        format!(
            "SELECT 1 FROM in_flight f WHERE NOT {} OR NOT {}",
            in_queue("f.first"),
            in_queue("f.last")
        ),
        format!("SELECT 1 FROM suspect p WHERE NOT {}", in_queue("p.sequence")),
    ]
}

/// The part that costs little, whatever the size: what every transaction relies on
/// can be read, and is possible. `schema` is the version of the file, `bytes` its size.
pub(super) fn may_hold(db: &Connection, schema: u32, bytes: u64) -> Result<bool, Error> {
    can_be_read(db)?;
    Ok((!schema::seals_sums(schema) || counters::are_whole(db)?)
        && sums_may_hold(db, bytes)?
        && all_stand_somewhere(db)?)
}

fn can_be_read(db: &Connection) -> Result<(), Error> {
    let mut counters = db.prepare("SELECT name, value FROM counter")?;
    let mut rows = counters.query([])?;
    while let Some(row) = rows.next()? {
        row.get::<_, String>(0)?;
        row.get::<_, u64>(1)?;
    }
    // SQLite takes any bytes for a text. A circuit that is none is a fresh one.
    let mut facts = db.prepare("SELECT name, value FROM meta WHERE name <> ?1")?;
    let mut rows = facts.query([Meta::Circuit.name()])?;
    while let Some(row) = rows.next()? {
        row.get::<_, String>(0)?;
        row.get::<_, String>(1)?;
    }
    // Reading all of a state is what its reader will do.
    let _states: u64 =
        db.query_row("SELECT coalesce(sum(length(state)), 0) FROM stream", [], |row| row.get(0))?;
    Ok(())
}

fn sums_may_hold(db: &Connection, bytes: u64) -> Result<bool, Error> {
    let last: u64 =
        db.query_row("SELECT coalesce(max(sequence), 0) FROM event", [], |row| row.get(0))?;
    let event_bytes = Counter::EventBytes.read(db)?;
    Ok(Counter::LastSequence.read(db)? >= last
        && Counter::Queued.read(db)? == Spans::Queue.count(db)?
        && event_bytes <= bytes
        && Counter::SettledBytes.read(db)? <= event_bytes)
}

/// Whether spans are apart from each other and of one match, and no event of the
/// history is in none of them.
fn all_stand_somewhere(db: &Connection) -> Result<bool, Error> {
    for law in never_of_small() {
        if db.prepare(&law)?.exists([])? {
            return Ok(false);
        }
    }
    let mut history = db.prepare("SELECT 1 FROM event WHERE sequence BETWEEN ?1 AND ?2 LIMIT 1")?;
    let mut select = db.prepare(STANDS)?;
    let mut stands = select.query([])?;
    let (mut before, mut holes, mut spans) = (0_i64, 0, 0);
    while let Some(row) = stands.next()? {
        if spans == SPANS_MAX {
            return Ok(true);
        }
        spans += 1;
        let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        if first <= before || last < first {
            return Ok(false);
        }
        let is_hole = first > before + 1 && holes < LOOKS_MAX;
        holes += u32::from(is_hole);
        if is_hole && history.exists((before + 1, first - 1))? {
            return Ok(false);
        }
        before = last;
    }
    Ok(!history.exists((before.saturating_add(1), i64::MAX))?)
}
