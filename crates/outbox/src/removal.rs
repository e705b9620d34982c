//! Takes events out of the history, and remembers their ids.

use event_model::WallTime;
use rusqlite::Connection;

use crate::{
    Error, conclude,
    counters::Counter,
    spans::{Span, Spans, ranges},
};

/// Where an event stands when it is removed: which sums it is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RemovedFrom {
    /// Settled: it only leaves the history.
    History,
    /// Queued or quarantined: it was never sent.
    Unsent,
}

/// Removes events (ascending) with everything that refers to them.
pub(crate) fn remove(
    db: &Connection,
    sequences: &[u64],
    from: RemovedFrom,
    now: WallTime,
) -> Result<(), Error> {
    let (mut bytes, mut queued) = (0, 0);
    for &sequence in sequences {
        db.prepare_cached(
            "INSERT OR REPLACE INTO known_id
             SELECT match_id, event_id, ?2 FROM event WHERE sequence = ?1",
        )?
        .execute((sequence, now.unix_ms()))?;
        db.prepare_cached("DELETE FROM quarantine WHERE sequence = ?1")?.execute([sequence])?;
        bytes += db
            .prepare_cached("DELETE FROM event WHERE sequence = ?1 RETURNING octet_length(body)")?
            .query_row([sequence], |row| row.get::<_, u64>(0))?;
    }
    for (first, last) in ranges(sequences.iter().copied()) {
        Spans::Settled.take(db, first, last)?;
        queued += conclude::leave_queue(db, first, last)?.into_iter().map(Span::len).sum::<u64>();
    }
    Counter::EventBytes.subtract(db, bytes)?;
    Counter::Queued.subtract(db, queued)?;
    match from {
        RemovedFrom::History => Counter::SettledBytes.subtract(db, bytes),
        RemovedFrom::Unsent => Ok(()),
    }
}
