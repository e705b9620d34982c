//! Conclude: does with a batch what was decided of the reply to it.

use delivery::{
    AskedAgain, Circuit, Decision, QuarantineReason, Room, Settlement, Settlements, WaitReason,
};
use event_model::{Moment, WallTime};
use rusqlite::Connection;

use crate::{
    Claimed, Error,
    changes::requeue_where,
    counters::Counter,
    lately::Turn,
    meta::Meta,
    refuse::{Place, Why, refuse},
    resends::Resends,
    spans::{PUT_BACK, Span, Spans, ranges},
    wall_steps::{Cutoff, WallSteps},
};

/// A store that the server restored lacks at most what is younger than its
/// backup: settled events of a week are sent again.
const RESEND_AGE_MAX_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// What the server asked for again of a batch that it took as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Nothing, or only what waits by itself now: others go on.
    Aside,
    /// All of a batch from the queue, or more than can wait by itself: it takes
    /// hardly anything at the moment.
    Everything,
}

impl Kept {
    /// Notes it in `asked`.
    pub(crate) fn of(
        claimed: &[Claimed],
        decision: &Decision,
        asked: &mut AskedAgain,
        now: Moment,
        random: u64,
    ) -> Self {
        let Decision::Settle(settlements) = decision else { return Self::Aside };
        let (mut kept, mut others, mut fresh) = (Vec::new(), 0, 0);
        for (event, item) in claimed.iter().zip(&settlements.items) {
            match item {
                Settlement::Kept => {
                    fresh += u32::from(!asked.holds(event.sequence));
                    kept.push(event.sequence);
                }
                Settlement::Stored | Settlement::Duplicate | Settlement::Quarantined { .. } => {
                    others += 1;
                    asked.forget(event.sequence);
                }
            }
        }
        if kept.is_empty() {
            return Self::Aside;
        }
        match asked.keep(kept, now, random) {
            Room::ForAll if others > 0 || fresh == 0 => Self::Aside,
            Room::ForAll | Room::ForSome => Self::Everything,
        }
    }
}

/// What the decision on a batch that came from `place` means for the next request.
pub(crate) fn advance(
    circuit: &mut Circuit,
    decision: &Decision,
    kept: Kept,
    place: Place,
    now: Moment,
    random: u64,
) {
    match decision {
        Decision::Settle(settlements) => match kept {
            Kept::Everything => circuit.back_off(WaitReason::AskedAgain, None, now, random),
            Kept::Aside if settlements.tally().kept < settlements.items.len() as u64 => {
                circuit.succeed();
            }
            // Of a batch that is asked for again whole nothing succeeded; but an
            // outage is over.
            Kept::Aside if circuit.reason() != Some(WaitReason::AskedAgain) => circuit.answered(),
            Kept::Aside => {}
        },
        Decision::Pause(reason) => circuit.pause(*reason, now, random),
        Decision::BackOff { reason, retry_after_ms } => {
            circuit.back_off(*reason, *retry_after_ms, now, random);
        }
        Decision::Refused { reason, .. } => match place {
            Place::InLine => circuit.refuse(*reason, now, random),
            Place::Aside => circuit.refuse_aside(*reason, now, random),
        },
    }
}

/// The same for a question without events.
pub(crate) fn advance_inquiry(
    circuit: &mut Circuit,
    decision: &Decision,
    now: Moment,
    random: u64,
) {
    match decision {
        Decision::Settle(_) => circuit.answered(),
        Decision::Pause(reason) => circuit.pause(*reason, now, random),
        Decision::BackOff { reason, retry_after_ms } => {
            circuit.back_off(*reason, *retry_after_ms, now, random);
        }
        // Whether it would take events is not known by it.
        Decision::Refused { .. } => {}
    }
}

/// What it means for the events. The circuit has advanced already.
pub(crate) fn conclude(
    db: &Connection,
    claimed: &[Claimed],
    decision: &Decision,
    circuit: &Circuit,
    resends: &mut Resends,
    now: Moment,
) -> Result<(), Error> {
    release(db, claimed)?;
    match decision {
        Decision::Settle(settlements) => settle(db, claimed, settlements, resends, now),
        Decision::Refused { reason, detail } => {
            let why = Why { reason: *reason, detail: detail.as_deref() };
            refuse(db, claimed, why, circuit, now.wall)
        }
        Decision::Pause(_) | Decision::BackOff { .. } => Ok(()),
    }
}

/// The events are pending again.
pub(crate) fn release(db: &Connection, claimed: &[Claimed]) -> Result<(), Error> {
    for (first, last) in ranges(claimed.iter().map(|event| event.sequence)) {
        Spans::InFlight.take(db, first, last)?;
    }
    Ok(())
}

fn settle(
    db: &Connection,
    claimed: &[Claimed],
    settlements: &Settlements,
    resends: &mut Resends,
    now: Moment,
) -> Result<(), Error> {
    meet_store(db, settlements, resends, now)?;
    meet_version(db, settlements)?;
    let now = now.wall;
    let mut stored = Vec::new();
    for (event, item) in claimed.iter().zip(&settlements.items) {
        match item {
            Settlement::Stored | Settlement::Duplicate => stored.push(event),
            Settlement::Quarantined { reason, detail } => {
                quarantine(db, event.sequence, *reason, detail.as_deref(), now)?;
            }
            // The request as a whole was taken: nothing is suspect in it.
            Settlement::Kept => clear(db, event.sequence)?,
        }
    }
    take_out(db, &stored, now)
}

/// From the queue into `settled`; what was not queued any more stays where it is.
fn take_out(db: &Connection, stored: &[&Claimed], now: WallTime) -> Result<(), Error> {
    let (mut events, mut bytes) = (0, 0);
    for (first, last) in ranges(stored.iter().map(|event| event.sequence)) {
        for span in leave_queue(db, first, last)? {
            Spans::Settled.put(db, Span { since_ms: now.unix_ms(), ..span })?;
            events += span.len();
            let of_span = |event: &&&Claimed| (span.first..=span.last).contains(&event.sequence);
            bytes +=
                stored.iter().filter(of_span).map(|event| event.body.len() as u64).sum::<u64>();
        }
    }
    Counter::Queued.subtract(db, events)?;
    Counter::Settled.add(db, events)?;
    Counter::SettledBytes.add(db, bytes)
}

/// Keeps an event for a person to look at; nothing where it is not queued.
pub(crate) fn quarantine(
    db: &Connection,
    sequence: u64,
    reason: QuarantineReason,
    detail: Option<&str>,
    now: WallTime,
) -> Result<(), Error> {
    if !leave_queue(db, sequence, sequence)?.is_empty() {
        Counter::Queued.subtract(db, 1)?;
        db.prepare_cached("INSERT INTO quarantine VALUES (?1, ?2, ?3, ?4)")?.execute((
            sequence,
            reason.as_str(),
            detail,
            now.unix_ms(),
        ))?;
    }
    Ok(())
}

/// What of these was in the queue.
pub(crate) fn leave_queue(db: &Connection, first: u64, last: u64) -> Result<Vec<Span>, Error> {
    db.prepare_cached("DELETE FROM suspect WHERE sequence BETWEEN ?1 AND ?2")?
        .execute((first, last))?;
    Spans::Queue.take(db, first, last)
}

fn clear(db: &Connection, sequence: u64) -> Result<(), Error> {
    db.prepare_cached("DELETE FROM suspect WHERE sequence = ?1")?.execute([sequence])?;
    Ok(())
}

/// Another database than last time may lack what the last one had; and so may
/// one that was put back without being given another name, which knows less of
/// our sequence than it did.
fn meet_store(
    db: &Connection,
    settlements: &Settlements,
    resends: &mut Resends,
    now: Moment,
) -> Result<(), Error> {
    let store = settlements.store.to_string();
    let known = Meta::Store.read(db)?;
    let (before, says) = (contiguous(db)?, settlements.contiguous_sequence);
    let same = known.as_ref() == Some(&store);
    // An answer to events may be one that was given before: it says how far the
    // sequence was known then.
    let knows_less = same && settlements.items.is_empty() && says.is_some_and(|n| n < before);
    if known.is_some() && (!same || knows_less) {
        send_again_in_turn(db, resends, now)?;
    }
    if !same {
        Meta::Store.write(db, &store)?;
    }
    match says {
        Some(n) if !same || knows_less || n > before => Meta::Contiguous.write(db, &n.to_string()),
        Some(_) | None => Ok(()),
    }
}

fn contiguous(db: &Connection) -> Result<u64, Error> {
    Ok(Meta::Contiguous.read(db)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Sends the last week again where that was not done too often lately.
pub(crate) fn send_again_in_turn(
    db: &Connection,
    resends: &mut Resends,
    now: Moment,
) -> Result<(), Error> {
    match resends.want(db, now)? {
        Turn::Now => {
            let steps = WallSteps::observe(db, now)?;
            send_settled_again(db, steps.cutoff(now.wall, RESEND_AGE_MAX_MS))
        }
        Turn::Later => Ok(()),
    }
}

/// Everything settled since the cutoff, whatever the database says of our sequence:
/// it knows what became of an event that it would not take, and the one that it
/// was restored over may have taken it after that. What it has comes back as
/// `duplicate`.
fn send_settled_again(db: &Connection, cutoff: Cutoff) -> Result<(), Error> {
    let young = format!("NOT {}", cutoff.passed_sql("s.since_ms"));
    let (events, bytes): (u64, u64) = db.query_row(
        &format!(
            "SELECT count(*), coalesce(sum(octet_length(e.body)), 0)
             FROM settled s CROSS JOIN event e ON e.sequence BETWEEN s.first AND s.last
             WHERE {young}"
        ),
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    db.execute(
        &format!("INSERT INTO queue SELECT first, last, match_id, ?1 FROM settled s WHERE {young}"),
        [PUT_BACK],
    )?;
    db.execute(&format!("DELETE FROM settled AS s WHERE {young}"), [])?;
    Counter::Queued.add(db, events)?;
    Counter::Settled.subtract(db, events)?;
    Counter::SettledBytes.subtract(db, bytes)
}

/// Whether anything is taken for granted that another database may lack, or
/// waits for a newer server.
pub(crate) fn relies_on_server(db: &Connection) -> Result<bool, Error> {
    let waits = "SELECT EXISTS (SELECT 1 FROM quarantine WHERE reason = ?1)";
    let settled = Counter::SettledBytes.read(db)? > 0;
    Ok(settled
        || db.query_row(waits, [QuarantineReason::UnknownKind.as_str()], |row| row.get(0))?)
}

/// No batch is suspect: whoever refused them is not asked any more.
pub(crate) fn trust_all(db: &Connection) -> Result<(), Error> {
    db.execute("DELETE FROM suspect", [])?;
    Ok(())
}

/// Another version than last time may know kinds that the last did not.
fn meet_version(db: &Connection, settlements: &Settlements) -> Result<(), Error> {
    let known = Meta::ServerVersion.read(db)?;
    if known.as_deref() == Some(settlements.server_version.as_str()) {
        return Ok(());
    }
    requeue_where(db, "reason = ?1", [QuarantineReason::UnknownKind.as_str()])?;
    Meta::ServerVersion.write(db, &settlements.server_version)
}
