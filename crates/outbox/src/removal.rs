//! Takes events out of the history, and remembers their ids.

use event_model::WallTime;
use rusqlite::Connection;

use crate::{Error, counters::Counter};

/// Where an event stands when it is removed: which sums it is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RemovedFrom {
    /// Settled: it only leaves the history.
    History,
    /// Queued or quarantined: it was never sent.
    Unsent,
}

/// Removes events with everything that refers to them.
pub(crate) fn remove(
    db: &Connection,
    sequences: &[u64],
    from: RemovedFrom,
    now: WallTime,
) -> Result<(), Error> {
    let mut bytes = 0;
    let mut queued = 0;
    for &sequence in sequences {
        db.prepare_cached(
            "INSERT OR REPLACE INTO known_id SELECT event_id, ?2 FROM event WHERE sequence = ?1",
        )?
        .execute((sequence, now.unix_ms()))?;
        queued +=
            db.prepare_cached("DELETE FROM queue WHERE sequence = ?1")?.execute([sequence])?;
        bytes += db
            .prepare_cached("DELETE FROM event WHERE sequence = ?1 RETURNING octet_length(body)")?
            .query_row([sequence], |row| row.get::<_, u64>(0))?;
    }
    Counter::EventBytes.subtract(db, bytes)?;
    Counter::Queued.subtract(db, queued as u64)?;
    match from {
        RemovedFrom::History => Counter::SettledBytes.subtract(db, bytes),
        RemovedFrom::Unsent => Ok(()),
    }
}
