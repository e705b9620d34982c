//! Single transactions that any process may make: send again, delete.

use event_model::{EventId, GapReason};
use rusqlite::{Connection, OptionalExtension};

use crate::{
    Error,
    counters::Counter,
    gaps::{self, Teller},
    removal::{RemovedFrom, remove},
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
                let one = "sequence = (SELECT sequence FROM event WHERE event_id = ?1)";
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
    parameters: impl rusqlite::Params + Clone,
) -> Result<u64, Error> {
    let insert = format!(
        "INSERT INTO queue SELECT sequence, match_id FROM quarantine JOIN event USING (sequence)
         WHERE {condition}"
    );
    let requeued = db.prepare_cached(&insert)?.execute(parameters.clone())?;
    let delete = format!("DELETE FROM quarantine WHERE {condition}");
    db.prepare_cached(&delete)?.execute(parameters)?;
    Counter::Queued.add(db, requeued as u64)?;
    Ok(requeued as u64)
}

enum Found {
    InFlight,
    Settled(u64),
    Unsent(u64),
}

/// Deletes events and tells the server of those that it never had.
pub(crate) fn delete(db: &Connection, ids: &[EventId], teller: Teller) -> Result<Deleted, Error> {
    let mut done = Deleted::default();
    let (mut settled, mut unsent) = (Vec::new(), Vec::new());
    for id in ids {
        match find(db, *id)? {
            None => done.absent += 1,
            Some(Found::InFlight) => done.in_flight += 1,
            Some(Found::Settled(sequence)) => settled.push(sequence),
            Some(Found::Unsent(sequence)) => unsent.push(sequence),
        }
    }
    for sequences in [&mut settled, &mut unsent] {
        sequences.sort_unstable();
        // The same id may have been named twice.
        sequences.dedup();
        done.deleted += sequences.len() as u64;
    }
    remove(db, &settled, RemovedFrom::History, teller.now.wall)?;
    remove(db, &unsent, RemovedFrom::Unsent, teller.now.wall)?;
    gaps::tell(db, teller, &unsent, GapReason::Deleted)?;
    Ok(done)
}

fn find(db: &Connection, id: EventId) -> Result<Option<Found>, Error> {
    let mut select = db.prepare_cached(
        "SELECT sequence,
                EXISTS (SELECT 1 FROM in_flight f WHERE f.sequence = e.sequence),
                EXISTS (SELECT 1 FROM settled s WHERE s.sequence = e.sequence)
         FROM event e WHERE event_id = ?1",
    )?;
    let found = select.query_row([id.0.as_bytes()], |row| {
        Ok(match (row.get(1)?, row.get(2)?) {
            (true, _) => Found::InFlight,
            (false, true) => Found::Settled(row.get(0)?),
            (false, false) => Found::Unsent(row.get(0)?),
        })
    });
    Ok(found.optional()?)
}
