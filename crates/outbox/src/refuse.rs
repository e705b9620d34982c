//! Carries out what follows from a refused batch: see `delivery::after_refusal`.

use delivery::{AfterRefusal, Circuit, QuarantineReason, RefusedBatch, WaitReason, after_refusal};
use event_model::WallTime;
use rusqlite::{Connection, OptionalExtension};

use crate::{Claimed, Error, conclude, counters::Counter, spans::Spans};

/// What is known of a batch from earlier refusals.
#[derive(Debug, Clone, Copy, Default)]
struct Suspicion {
    refused: u32,
    alone: u32,
    /// Successful requests at the last refusal; none was before the first.
    successes: Option<u64>,
}

/// Whether others of the same match may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    InLine,
    Aside,
}

impl Place {
    /// Where a batch came from.
    pub(crate) fn of(db: &Connection, claimed: &[Claimed]) -> Result<Self, Error> {
        let Some(first) = claimed.first() else { return Ok(Self::InLine) };
        let mut select =
            db.prepare_cached("SELECT 1 FROM suspect WHERE sequence = ?1 AND aside = 1")?;
        Ok(if select.exists([first.sequence])? { Self::Aside } else { Self::InLine })
    }
}

/// Whether any batch stands aside.
pub(crate) fn any_aside(db: &Connection) -> Result<bool, Error> {
    let mut select = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM suspect WHERE aside = 1)")?;
    Ok(select.query_row([], |row| row.get(0))?)
}

/// Why a batch was refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Why<'d> {
    pub(crate) reason: WaitReason,
    /// The server's own words.
    pub(crate) detail: Option<&'d str>,
}

impl Why<'_> {
    fn in_words(self) -> String {
        match self.detail {
            Some(detail) => format!("{}: {detail}", self.reason),
            None => self.reason.to_string(),
        }
    }
}

/// Notes the refusal of `claimed`. The circuit has counted it already.
pub(crate) fn refuse(
    db: &Connection,
    claimed: &[Claimed],
    why: Why<'_>,
    circuit: &Circuit,
    now: WallTime,
) -> Result<(), Error> {
    let Some(first) = claimed.first() else { return Ok(()) };
    let before = suspicion(db, first.sequence)?;
    let verdict = after_refusal(RefusedBatch {
        events: claimed.len(),
        refused_before: before.refused,
        alone_before: before.alone,
        in_a_row: circuit.refused_in_a_row(),
        others: circuit.others_since(before.successes.unwrap_or(circuit.successes())),
    });
    let mut after = before;
    after.refused = before.refused.saturating_add(1);
    after.successes = Some(circuit.successes());
    match verdict {
        AfterRefusal::Wait => Ok(()),
        AfterRefusal::SameAgain => suspect(db, claimed, after, Place::InLine),
        AfterRefusal::Halve => {
            let (good, bad) = claimed.split_at(claimed.len() / 2);
            suspect(db, good, after, Place::InLine)?;
            suspect(db, bad, after, Place::InLine)
        }
        AfterRefusal::StepAside => suspect(db, claimed, after, Place::Aside),
        AfterRefusal::CountAlone => {
            after.alone = before.alone.saturating_add(1);
            suspect(db, claimed, after, Place::Aside)
        }
        AfterRefusal::Quarantine => {
            let (reason, detail) = (QuarantineReason::Refused, why.in_words());
            conclude::quarantine(db, first.sequence, reason, Some(&detail), now)
        }
    }
}

fn suspicion(db: &Connection, sequence: u64) -> Result<Suspicion, Error> {
    let mut select =
        db.prepare_cached("SELECT refused, alone, successes FROM suspect WHERE sequence = ?1")?;
    let found = select.query_row([sequence], |row| {
        Ok(Suspicion { refused: row.get(0)?, alone: row.get(1)?, successes: row.get(2)? })
    });
    Ok(found.optional()?.unwrap_or_default())
}

/// From now on these events are sent together, and with no others.
fn suspect(
    db: &Connection,
    claimed: &[Claimed],
    known: Suspicion,
    place: Place,
) -> Result<(), Error> {
    let batch = Counter::LastSuspectBatch.read(db)? + 1;
    Counter::LastSuspectBatch.set(db, batch)?;
    let aside: u8 = match place {
        Place::InLine => 0,
        Place::Aside => 1,
    };
    let mut insert =
        db.prepare_cached("INSERT OR REPLACE INTO suspect VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for event in claimed {
        // Deleted or quarantined meanwhile: nothing more is sent of it.
        let Some(queued) = Spans::Queue.holding(db, event.sequence)? else { continue };
        insert.execute((
            event.sequence,
            queued.match_id,
            batch,
            known.refused,
            known.alone,
            aside,
            known.successes.unwrap_or(0),
        ))?;
    }
    Ok(())
}
