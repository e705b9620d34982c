//! Holds an outbox within its bounds.

use delivery::QuarantineReason;
use event_model::{GapReason, Moment};
use rusqlite::Connection;

use crate::{
    Bounds, Error, conclude,
    counters::Counter,
    gaps::{self, Teller},
    removal::{RemovedFrom, remove},
};

/// Ages are looked at this often: they are counted in days.
const INTERVAL_MS: u64 = 10 * 60 * 1_000;
/// Pruning by bytes frees this share at once, so that a full outbox does not
/// write a gap for every event.
const FREED_SHARE: u64 = 20;
/// Events handled in one run, so that an append never waits long for one.
const ROWS_MAX: u64 = 10_000;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Unsent events given up because the outbox was full.
    pub pruned: u64,
    /// Unsent events quarantined because of their age.
    pub too_old: u64,
    /// Settled events that left the history.
    pub history: u64,
}

/// Whether there is something to do.
pub(crate) fn is_due(
    db: &Connection,
    bounds: &Bounds,
    last: Option<Moment>,
    now: Moment,
) -> Result<bool, Error> {
    let recent = last.is_some_and(|last| {
        last.clock.epoch == now.clock.epoch
            && now.clock.mono_ms.saturating_sub(last.clock.mono_ms) < INTERVAL_MS
    });
    Ok(!recent
        || unsent_bytes(db)? > bounds.unsent_bytes_max
        || Counter::SettledBytes.read(db)? > bounds.history_bytes_max)
}

/// One run.
pub(crate) fn prune(db: &Connection, teller: Teller, bounds: &Bounds) -> Result<Pruned, Error> {
    let pruned = Pruned {
        too_old: quarantine_old(db, teller, bounds)?,
        pruned: prune_unsent(db, teller, bounds)?,
        history: prune_history(db, teller, bounds)?,
    };
    forget_ids(db, teller, bounds)?;
    Ok(pruned)
}

fn unsent_bytes(db: &Connection) -> Result<u64, Error> {
    let settled = Counter::SettledBytes.read(db)?;
    Ok(Counter::EventBytes.read(db)?.saturating_sub(settled))
}

fn before(teller: Teller, age_ms: u64) -> i64 {
    teller.now.wall.unix_ms().saturating_sub_unsigned(age_ms)
}

fn quarantine_old(db: &Connection, teller: Teller, bounds: &Bounds) -> Result<u64, Error> {
    let cutoff = before(teller, bounds.unsent_age_max_ms);
    let oldest = rows(
        db,
        "SELECT sequence, appended_ms FROM queue JOIN event USING (sequence)
         WHERE sequence NOT IN (SELECT sequence FROM in_flight) ORDER BY sequence LIMIT ?1",
    )?;
    let old: Vec<u64> =
        oldest.iter().take_while(|row| row.value < cutoff).map(|row| row.sequence).collect();
    for &sequence in &old {
        conclude::quarantine(db, sequence, QuarantineReason::TooOld, None, teller.now.wall)?;
    }
    Ok(old.len() as u64)
}

fn prune_unsent(db: &Connection, teller: Teller, bounds: &Bounds) -> Result<u64, Error> {
    let held = unsent_bytes(db)?;
    if held <= bounds.unsent_bytes_max {
        return Ok(0);
    }
    let room = bounds.unsent_bytes_max - bounds.unsent_bytes_max / FREED_SHARE;
    let oldest = rows(
        db,
        "SELECT sequence, octet_length(body) FROM event
         WHERE sequence NOT IN (SELECT sequence FROM settled)
           AND sequence NOT IN (SELECT sequence FROM in_flight) ORDER BY sequence LIMIT ?1",
    )?;
    let going = first_bytes(&oldest, held - room);
    remove(db, &going, RemovedFrom::Unsent, teller.now.wall)?;
    gaps::tell(db, teller, &going, GapReason::Pruned)?;
    Counter::Pruned.add(db, going.len() as u64)?;
    Ok(going.len() as u64)
}

fn prune_history(db: &Connection, teller: Teller, bounds: &Bounds) -> Result<u64, Error> {
    let cutoff = before(teller, bounds.history_age_max_ms);
    let aged =
        rows(db, &format!("SELECT sequence, 0 FROM settled WHERE settled_ms < {cutoff} LIMIT ?1"))?;
    let aged: Vec<u64> = aged.iter().map(|row| row.sequence).collect();
    remove(db, &aged, RemovedFrom::History, teller.now.wall)?;
    let held = Counter::SettledBytes.read(db)?;
    let oldest = rows(
        db,
        "SELECT sequence, octet_length(body) FROM settled JOIN event USING (sequence)
         ORDER BY sequence LIMIT ?1",
    )?;
    let going = first_bytes(&oldest, held.saturating_sub(bounds.history_bytes_max));
    remove(db, &going, RemovedFrom::History, teller.now.wall)?;
    Ok((aged.len() + going.len()) as u64)
}

fn forget_ids(db: &Connection, teller: Teller, bounds: &Bounds) -> Result<(), Error> {
    db.prepare_cached("DELETE FROM known_id WHERE known_ms < ?1")?
        .execute([before(teller, bounds.known_id_age_max_ms)])?;
    db.prepare_cached(
        "DELETE FROM known_id WHERE event_id IN (SELECT event_id FROM known_id
         ORDER BY known_ms DESC LIMIT -1 OFFSET ?1)",
    )?
    .execute([bounds.known_ids_max])?;
    Ok(())
}

struct SequenceValue {
    sequence: u64,
    value: i64,
}

fn rows(db: &Connection, sql: &str) -> Result<Vec<SequenceValue>, Error> {
    let mut select = db.prepare(sql)?;
    let rows = select.query_map([ROWS_MAX], |row| {
        Ok(SequenceValue { sequence: row.get(0)?, value: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The first rows that hold at least `bytes` together.
fn first_bytes(rows: &[SequenceValue], bytes: u64) -> Vec<u64> {
    let mut freed = 0;
    let going = rows.iter().take_while(|row| {
        let more = freed < bytes;
        freed += row.value.unsigned_abs();
        more
    });
    going.map(|row| row.sequence).collect()
}
