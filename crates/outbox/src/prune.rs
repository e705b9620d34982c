//! Holds an outbox within its bounds.

mod look;

use delivery::QuarantineReason;
use event_model::{GapReason, Moment};
use rusqlite::Connection;

use crate::{
    Bounds, Error, conclude,
    counters::Counter,
    gaps::{self, Teller},
    removal::{RemovedFrom, remove},
    spans::{PUT_BACK, Spans},
    wall_steps::{Cutoff, WallSteps},
};
pub(crate) use look::Look;

const QUEUED: &str = "FROM queue q CROSS JOIN event e ON e.sequence BETWEEN q.first AND q.last";
const SETTLED: &str = "FROM settled s CROSS JOIN event e ON e.sequence BETWEEN s.first AND s.last";

/// Ages are looked at this often: they are counted in days.
const INTERVAL_MS: u64 = 10 * 60 * 1_000;
/// Pruning by bytes frees this share at once, so that a full outbox does not
/// write a gap for every event, and a full history is not pruned at every claim.
const FREED_SHARE: u64 = 20;
/// Events handled in one run, so that an append never waits long for one.
const ROWS_MAX: u64 = 10_000;
/// Of the history: more than a batch settles, so that a full one stays within its
/// bound, and no more than some hundredths of a second.
const HISTORY_ROWS_MAX: u64 = 2_000;

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

impl Pruned {
    /// Whether there may be more of the same: a run is bounded.
    pub(crate) fn is_a_part(self) -> bool {
        self.too_old >= ROWS_MAX || self.history >= HISTORY_ROWS_MAX
    }
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

/// One run; the clocks of `opened`, where there are any, were seen before.
pub(crate) fn prune(
    db: &Connection,
    opened: Option<Moment>,
    teller: Teller,
    bounds: &Bounds,
    look: &mut Look,
) -> Result<Pruned, Error> {
    if let Some(opened) = opened {
        WallSteps::observe(db, opened)?;
    }
    let steps = WallSteps::observe(db, teller.now)?;
    let before = |age_ms| steps.cutoff(teller.now.wall, age_ms);
    let pruned = Pruned {
        too_old: quarantine_old(db, teller, before(bounds.unsent_age_max_ms), look)?,
        pruned: prune_unsent(db, teller, bounds)?,
        history: prune_history(db, teller, bounds, before(bounds.history_age_max_ms))?,
    };
    forget_ids(db, bounds, before(bounds.known_id_age_max_ms))?;
    forget_matches(db)?;
    Ok(pruned)
}

fn unsent_bytes(db: &Connection) -> Result<u64, Error> {
    let settled = Counter::SettledBytes.read(db)?;
    Ok(Counter::EventBytes.read(db)?.saturating_sub(settled))
}

fn quarantine_old(
    db: &Connection,
    teller: Teller,
    cutoff: Cutoff,
    look: &mut Look,
) -> Result<u64, Error> {
    let now = teller.now.wall;
    // Who puts an event back wants it sent: its age counts from then on.
    db.prepare_cached("UPDATE queue SET since_ms = ?1 WHERE since_ms = ?2")?
        .execute((now.unix_ms(), PUT_BACK))?;
    let in_flight = Spans::InFlight.holds_sql("e.sequence");
    let appended = rows(
        db,
        &format!(
            "SELECT e.sequence, e.appended_ms {QUEUED}
             WHERE q.since_ms = 0 AND q.last > {behind} AND e.sequence > {behind}
             AND NOT {in_flight} ORDER BY q.first, e.sequence LIMIT ?1",
            behind = look.behind()
        ),
    )?;
    look.saw(appended.len() as u64, appended.last().map(|row| row.sequence), teller.now);
    let put_back = rows(
        db,
        &format!(
            "SELECT e.sequence, 0 {QUEUED} WHERE q.since_ms != 0 AND {passed}
             AND NOT {in_flight} ORDER BY q.first, e.sequence LIMIT ?1",
            passed = cutoff.passed_sql("q.since_ms")
        ),
    )?;
    // Each for itself: one of a clock that was years ahead keeps none behind it young,
    // and many do not for long.
    let appended = appended.iter().filter(|row| cutoff.is_passed(row.value));
    let old: Vec<u64> = appended.chain(&put_back).map(|row| row.sequence).collect();
    for &sequence in &old {
        conclude::quarantine(db, sequence, QuarantineReason::TooOld, None, now)?;
    }
    Ok(old.len() as u64)
}

fn prune_unsent(db: &Connection, teller: Teller, bounds: &Bounds) -> Result<u64, Error> {
    let held = unsent_bytes(db)?;
    if held <= bounds.unsent_bytes_max {
        return Ok(0);
    }
    let room = bounds.unsent_bytes_max - bounds.unsent_bytes_max / FREED_SHARE;
    let (settled, in_flight) =
        (Spans::Settled.holds_sql("e.sequence"), Spans::InFlight.holds_sql("e.sequence"));
    let oldest = rows(
        db,
        &format!(
            "SELECT e.sequence, octet_length(e.body) FROM event e
             WHERE NOT {settled} AND NOT {in_flight} ORDER BY e.sequence LIMIT ?1"
        ),
    )?;
    let going = first_bytes(&oldest, held - room);
    let untold = gaps::told_by(db, &going)?;
    remove(db, &going, RemovedFrom::Unsent, teller.now.wall)?;
    gaps::tell_again(db, teller, &going, GapReason::Pruned, untold)?;
    Counter::Pruned.add(db, going.len() as u64)?;
    Ok(going.len() as u64)
}

fn prune_history(
    db: &Connection,
    teller: Teller,
    bounds: &Bounds,
    cutoff: Cutoff,
) -> Result<u64, Error> {
    let aged = rows_up_to(
        db,
        HISTORY_ROWS_MAX,
        &format!(
            "SELECT e.sequence, 0 {SETTLED} WHERE {}
             ORDER BY s.first, e.sequence LIMIT ?1",
            cutoff.passed_sql("s.since_ms")
        ),
    )?;
    let aged: Vec<u64> = aged.iter().map(|row| row.sequence).collect();
    remove(db, &aged, RemovedFrom::History, teller.now.wall)?;
    let held = Counter::SettledBytes.read(db)?;
    if held <= bounds.history_bytes_max {
        return Ok(aged.len() as u64);
    }
    let room = bounds.history_bytes_max - bounds.history_bytes_max / FREED_SHARE;
    let oldest = rows_up_to(
        db,
        HISTORY_ROWS_MAX,
        &format!(
            "SELECT e.sequence, octet_length(e.body) {SETTLED}
             ORDER BY s.first, e.sequence LIMIT ?1"
        ),
    )?;
    let going = first_bytes(&oldest, held - room);
    remove(db, &going, RemovedFrom::History, teller.now.wall)?;
    Ok((aged.len() + going.len()) as u64)
}

/// Matches of which nothing is left and nothing is remembered.
fn forget_matches(db: &Connection) -> Result<(), Error> {
    db.prepare_cached(
        "DELETE FROM match_span WHERE NOT EXISTS
         (SELECT 1 FROM event e WHERE e.sequence BETWEEN match_span.first AND match_span.last)",
    )?
    .execute([])?;
    db.prepare_cached(
        "DELETE FROM match_key
         WHERE NOT EXISTS (SELECT 1 FROM match_span s WHERE s.match_id = match_key.id)
           AND NOT EXISTS (SELECT 1 FROM known_id k WHERE k.match_id = match_key.id)",
    )?
    .execute([])?;
    Ok(())
}

fn forget_ids(db: &Connection, bounds: &Bounds, cutoff: Cutoff) -> Result<(), Error> {
    db.execute(&format!("DELETE FROM known_id WHERE {}", cutoff.passed_sql("known_ms")), [])?;
    db.prepare_cached(
        "DELETE FROM known_id WHERE (match_id, event_id) IN (SELECT match_id, event_id
         FROM known_id ORDER BY known_ms DESC LIMIT -1 OFFSET ?1)",
    )?
    .execute([bounds.known_ids_max])?;
    Ok(())
}

struct SequenceValue {
    sequence: u64,
    value: i64,
}

fn rows(db: &Connection, sql: &str) -> Result<Vec<SequenceValue>, Error> {
    rows_up_to(db, ROWS_MAX, sql)
}

fn rows_up_to(db: &Connection, rows_max: u64, sql: &str) -> Result<Vec<SequenceValue>, Error> {
    let mut select = db.prepare(sql)?;
    let rows = select.query_map([rows_max], |row| {
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
