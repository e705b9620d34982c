//! Tells the server which sequences will never come.
//!
//! The news is an event like others, and may itself be pruned or deleted before
//! it was sent. Then it is told again, with its own sequence.

use event_model::{
    CloudEvent, DeviceId, Envelope, GapReason, Moment, Origin, OutboxId, SequenceGap,
};
use rusqlite::{Connection, OptionalExtension};

use crate::{
    Error,
    append::{Maker, NewRow, RowWriter},
    known_ids::KnownIds,
    spans::ranges,
};

/// Who tells it, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller {
    pub(crate) outbox: OutboxId,
    pub(crate) device: DeviceId,
    pub(crate) now: Moment,
}

/// Appends one gap event for each unbroken range in `sequences` (ascending).
pub(crate) fn tell(
    db: &Connection,
    teller: Teller,
    sequences: &[u64],
    reason: GapReason,
) -> Result<(), Error> {
    let gaps: Vec<_> = ranges(sequences.iter().copied())
        .into_iter()
        .map(|(from, to)| SequenceGap { outbox: teller.outbox, from, to, reason })
        .collect();
    append(db, teller, &gaps)
}

/// The same where `untold`, gaps whose news was among the removed, have to be
/// told again: as one with the new where they touch.
pub(crate) fn tell_again(
    db: &Connection,
    teller: Teller,
    sequences: &[u64],
    reason: GapReason,
    untold: Vec<SequenceGap>,
) -> Result<(), Error> {
    let mut gaps = untold;
    let removed = ranges(sequences.iter().copied()).into_iter();
    gaps.extend(removed.map(|(from, to)| SequenceGap { outbox: teller.outbox, from, to, reason }));
    gaps.sort_by_key(|gap| (gap.outbox, gap.from));
    gaps.dedup_by(|next, gap| {
        let touch =
            next.outbox == gap.outbox && next.reason == gap.reason && next.from <= gap.to + 1;
        if touch {
            gap.to = gap.to.max(next.to);
        }
        touch
    });
    append(db, teller, &gaps)
}

/// The gaps that events among `sequences` tell of.
pub(crate) fn told_by(db: &Connection, sequences: &[u64]) -> Result<Vec<SequenceGap>, Error> {
    // A gap belongs to an outbox: no match key of a game begins like that.
    let mut select = db.prepare_cached(
        "SELECT e.body FROM event e JOIN match_key m ON m.id = e.match_id
         WHERE e.sequence = ?1 AND m.key GLOB 'outbox:*'",
    )?;
    let mut told = Vec::new();
    for sequence in sequences {
        let body: Option<String> =
            select.query_row([sequence], |row| row.get(0)).optional().unwrap_or_default();
        let json = body.and_then(|body| serde_json::from_str(&body).ok());
        let event = json.and_then(|json| CloudEvent::parse(&json).ok());
        // What cannot be read was damaged: nobody knows what it told.
        told.extend(event.and_then(|event| event.sequence_gap().ok()));
    }
    Ok(told)
}

fn append(db: &Connection, teller: Teller, gaps: &[SequenceGap]) -> Result<(), Error> {
    for gap in gaps {
        // The same news again has the same id.
        db.prepare_cached(
            "DELETE FROM known_id WHERE event_id = ?1
             AND match_id = (SELECT id FROM match_key WHERE key = ?2)",
        )?
        .execute((gap.event_id().0.as_bytes(), gap.subject()))?;
    }
    let mut rows = RowWriter::begin(db)?;
    let mut known = KnownIds::default();
    for gap in gaps {
        let subject = gap.subject();
        let row = NewRow {
            maker: Maker::Rules,
            id: gap.event_id(),
            match_key: &subject,
            origin: Origin::Live,
            appended: teller.now.wall,
        };
        rows.write(&mut known, &row, |sequence| {
            CloudEvent::from_gap(gap, &envelope(teller, sequence)).to_json()
        })?;
    }
    rows.finish()
}

fn envelope(teller: Teller, sequence: u64) -> Envelope {
    Envelope {
        device: teller.device,
        sequence,
        origin: Origin::Live,
        time: teller.now.wall,
        observed: teller.now.clock,
    }
}
