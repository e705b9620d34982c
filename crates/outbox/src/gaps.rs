//! Tells the server which sequences will never come.

use event_model::{
    ClockReading, CloudEvent, DeviceId, Envelope, GapReason, Moment, Origin, OutboxId, SequenceGap,
};
use rusqlite::Connection;

use crate::{
    Error,
    append::{NewRow, RowWriter},
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
    let mut rows = RowWriter::begin(db)?;
    let mut known = KnownIds::default();
    for (from, to) in ranges(sequences.iter().copied()) {
        let gap = SequenceGap { outbox: teller.outbox, from, to, reason };
        let subject = gap.subject();
        let row = NewRow {
            id: gap.event_id(),
            match_key: &subject,
            origin: Origin::Live,
            appended: teller.now.wall,
        };
        rows.write(&mut known, &row, |sequence| {
            CloudEvent::from_gap(&gap, &envelope(teller, sequence)).to_json()
        })?;
    }
    rows.finish()
}

fn envelope(teller: Teller, sequence: u64) -> Envelope {
    let observed: ClockReading = teller.now.clock;
    Envelope {
        device: teller.device,
        sequence,
        origin: Origin::Live,
        time: teller.now.wall,
        observed,
    }
}
