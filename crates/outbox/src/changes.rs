//! Single transactions that any process may make: send again, delete.

use std::collections::HashSet;

use event_model::{EventId, GapReason};
use rusqlite::Connection;

use crate::{
    Error,
    counters::Counter,
    gaps::{self, Teller},
    removal::{RemovedFrom, remove},
    spans::{PUT_BACK, Span, Spans},
};

/// Which quarantined events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every one.
    All,
    /// These.
    Ids(Vec<EventId>),
}

/// What a deletion did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Events that are gone from this file.
    pub deleted: u64,
    /// Of these, how many the server has, and keeps.
    pub sent: u64,
    /// Events left alone because a request with them is under way.
    pub in_flight: u64,
    /// Ids that the file has no event of.
    pub absent: u64,
}

/// Puts quarantined events back into the queue.
pub(crate) fn requeue(db: &Connection, selection: &Selection) -> Result<u64, Error> {
    match selection {
        Selection::All => requeue_where(db, "1", []),
        Selection::Ids(ids) => {
            let mut requeued = 0;
            for id in ids {
                let one = "event_id = ?1";
                requeued += requeue_where(db, one, [id.0.as_bytes()])?;
            }
            Ok(requeued)
        }
    }
}

/// The same for those that `condition` is true of.
pub(crate) fn requeue_where(
    db: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<u64, Error> {
    let sql = format!(
        "SELECT sequence, match_id FROM quarantine JOIN event USING (sequence)
         WHERE {condition} ORDER BY sequence"
    );
    let mut select = db.prepare_cached(&sql)?;
    let found = select.query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(u64, i64)> = found.collect::<Result<_, _>>()?;
    for &(sequence, match_id) in &found {
        db.prepare_cached("DELETE FROM quarantine WHERE sequence = ?1")?.execute([sequence])?;
        let span = Span { first: sequence, last: sequence, match_id, since_ms: PUT_BACK };
        Spans::Queue.extend(db, span)?;
    }
    Counter::Queued.add(db, found.len() as u64)?;
    Ok(found.len() as u64)
}

/// The sequences of events, which no process changes: the history is read
/// through once, before anything is locked.
pub(crate) fn sequences_of(db: &Connection, ids: &[EventId]) -> Result<Vec<u64>, Error> {
    let wanted: HashSet<&[u8]> = ids.iter().map(|id| id.0.as_bytes().as_slice()).collect();
    let mut select = db.prepare_cached("SELECT sequence, event_id FROM event")?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get_ref(1)?.as_blob().is_ok_and(|id| wanted.contains(id)) {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

enum Found {
    Gone,
    InFlight,
    Settled,
    Unsent,
}

/// Deletes events and tells the server of those that it never had.
pub(crate) fn delete(db: &Connection, sequences: &[u64], teller: Teller) -> Result<Deleted, Error> {
    let mut done = Deleted::default();
    let (mut settled, mut unsent) = (Vec::new(), Vec::new());
    for &sequence in sequences {
        match find(db, sequence)? {
            Found::Gone => {}
            Found::InFlight => done.in_flight += 1,
            Found::Settled => settled.push(sequence),
            Found::Unsent => unsent.push(sequence),
        }
    }
    done.sent = settled.len() as u64;
    done.deleted = done.sent + unsent.len() as u64;
    remove(db, &settled, RemovedFrom::History, teller.now.wall)?;
    let untold = gaps::told_by(db, &unsent)?;
    remove(db, &unsent, RemovedFrom::Unsent, teller.now.wall)?;
    gaps::tell_again(db, teller, &unsent, GapReason::Deleted, untold)?;
    Ok(done)
}

fn find(db: &Connection, sequence: u64) -> Result<Found, Error> {
    let exists =
        db.prepare_cached("SELECT 1 FROM event WHERE sequence = ?1")?.exists([sequence])?;
    if !exists {
        return Ok(Found::Gone);
    }
    if Spans::InFlight.holding(db, sequence)?.is_some() {
        return Ok(Found::InFlight);
    }
    let settled = Spans::Settled.holding(db, sequence)?.is_some();
    Ok(if settled { Found::Settled } else { Found::Unsent })
}
