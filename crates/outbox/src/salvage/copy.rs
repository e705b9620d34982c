//! Reads what can be read, row by row: an error costs the row that it meets.

use delivery::QuarantineReason;
use event_model::{CloudEvent, EventId, GapReason, Moment, Origin, WallTime};
use rusqlite::{Connection, OptionalExtension};

use crate::{
    Error,
    append::{NewRow, RowWriter},
    checksum, conclude,
    counters::Counter,
    gaps::{self, Teller},
    known_ids::{KnownIds, remember_unplaced},
    meta::Meta,
    origin,
    spans::Spans,
    view::event_id,
};

/// Sequences that are looked for: every event that fits into the bounds.
const SEQUENCES_MAX: u64 = 2_000_000;

/// Copies everything; how many unsent events were copied and how many events
/// were unreadable.
pub(super) fn all(from: &Connection, to: &Connection, now: Moment) -> Result<(u64, u64), Error> {
    facts(from, to)?;
    each(from, "SELECT source, name, state, checksum, changed_ms FROM stream", |row| {
        to.execute(
            "INSERT OR REPLACE INTO stream VALUES (?1, ?2, ?3, ?4, ?5)",
            (
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, Vec<u8>>(2)?,
                row.get::<_, u32>(3)?,
                row.get::<_, i64>(4)?,
            ),
        )
    });
    each(from, "SELECT event_id, known_ms FROM known_id", |row| {
        remember_unplaced(to, event_id(row, 0)?, row.get(1)?)
    });
    events(from, to, now)
}

fn facts(from: &Connection, to: &Connection) -> Result<(), Error> {
    for meta in [Meta::Store, Meta::ServerVersion] {
        if let Ok(Some(value)) = meta.read(from) {
            meta.write(to, &value)?;
        }
    }
    for counter in [Counter::Settled, Counter::Pruned, Counter::Lost] {
        counter.set(to, counter.read(from).unwrap_or(0))?;
    }
    Ok(())
}

/// Every row until the first error; the rest of a damaged table is lost.
fn each(
    from: &Connection,
    sql: &str,
    mut copy: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<usize>,
) {
    let Ok(mut select) = from.prepare(sql) else { return };
    let Ok(mut rows) = select.query([]) else { return };
    while let Ok(Some(row)) = rows.next() {
        // A row that cannot be copied does not keep the next one.
        drop(copy(row));
    }
}

/// An event as it was written.
struct Intact {
    id: EventId,
    match_key: String,
    origin: Origin,
    appended: WallTime,
    event: CloudEvent,
}

fn events(from: &Connection, to: &Connection, now: Moment) -> Result<(u64, u64), Error> {
    let Ok(last) = Counter::LastSequence.read(from) else { return Ok((0, 0)) };
    let first: u64 = from
        .query_row("SELECT coalesce(min(sequence), 1) FROM event", [], |row| row.get(0))
        .unwrap_or(1);
    let first = first.max(last.saturating_sub(SEQUENCES_MAX - 1));
    let (mut copied, mut unreadable) = (0, Vec::new());
    let mut known = KnownIds::default();
    for sequence in first..=last {
        match intact(from, sequence) {
            Ok(Some(event)) if is_settled(from, sequence) => {
                remember_unplaced(to, event.id, event.appended.unix_ms())?;
            }
            Ok(Some(event)) => {
                let new = append(to, &mut known, event)?;
                keep_quarantined(from, to, sequence, new)?;
                copied += 1;
            }
            // Deleted or pruned before: it is no loss.
            Ok(None) => {}
            Err(_) => unreadable.push(sequence),
        }
    }
    Counter::Lost.add(to, unreadable.len() as u64)?;
    tell(from, to, now, &unreadable)?;
    Ok((copied, unreadable.len() as u64))
}

/// The row; none where there is none; an error where its bytes are not those
/// that were written.
fn intact(from: &Connection, sequence: u64) -> rusqlite::Result<Option<Intact>> {
    let mut select = from.prepare_cached(
        "SELECT e.event_id, m.key, e.origin, e.appended_ms, e.body, e.checksum
         FROM event e LEFT JOIN match_key m ON m.id = e.match_id WHERE e.sequence = ?1",
    )?;
    let read = select.query_row([sequence], |row| {
        let (id, origin) = (event_id(row, 0)?, origin::read(row, 2)?);
        let match_key: String = row.get(1)?;
        let body: String = row.get(4)?;
        let sum: u32 = row.get(5)?;
        let event = serde_json::from_str(&body).ok().and_then(|json| CloudEvent::parse(&json).ok());
        match event {
            Some(event) if checksum::of_event(sequence, id, &match_key, origin, &body) == sum => {
                let appended = WallTime::from_unix_ms(row.get(3)?);
                Ok(Intact { id, match_key, origin, appended, event })
            }
            Some(_) | None => Err(rusqlite::types::FromSqlError::InvalidType.into()),
        }
    });
    read.optional()
}

/// Unknown counts as not: to send it again is harmless.
fn is_settled(from: &Connection, sequence: u64) -> bool {
    let by_span = format!("SELECT {}", Spans::Settled.holds_sql("?1"));
    let settled = from
        .prepare_cached(&by_span)
        .and_then(|mut select| select.query_row([sequence], |row| row.get(0)));
    // Schema 1 has a row for each.
    settled
        .or_else(|_| {
            let mut select = from.prepare_cached("SELECT 1 FROM settled WHERE sequence = ?1")?;
            select.exists([sequence])
        })
        .unwrap_or(false)
}

/// Appends it under the new file's next sequence; none where it is there.
fn append(to: &Connection, known: &mut KnownIds, intact: Intact) -> Result<Option<u64>, Error> {
    let Intact { id, match_key, origin, appended, mut event } = intact;
    let mut rows = RowWriter::begin(to)?;
    let row = NewRow { id, match_key: &match_key, origin, appended };
    let sequence = rows.write(known, &row, |sequence| {
        event.sequence = Some(sequence);
        event.to_json()
    })?;
    rows.finish()?;
    Ok(sequence)
}

fn keep_quarantined(
    from: &Connection,
    to: &Connection,
    old: u64,
    new: Option<u64>,
) -> Result<(), Error> {
    let found: rusqlite::Result<(String, Option<String>, i64)> = from.query_row(
        "SELECT reason, detail, since_ms FROM quarantine WHERE sequence = ?1",
        [old],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    );
    // Unknown counts as not: the server says again what is wrong with it.
    let (Ok((reason, detail, since_ms)), Some(new)) = (found, new) else { return Ok(()) };
    let reason = reason.parse().unwrap_or(QuarantineReason::Invalid);
    conclude::quarantine(to, new, reason, detail.as_deref(), WallTime::from_unix_ms(since_ms))
}

/// Tells the server which numbers of the old outbox will never come.
fn tell(from: &Connection, to: &Connection, now: Moment, unreadable: &[u64]) -> Result<(), Error> {
    let id = |meta: Meta| meta.read(from).ok().flatten();
    let outbox = id(Meta::Outbox).and_then(|text| text.parse().ok());
    let device = id(Meta::Device).and_then(|text| text.parse().ok());
    match (outbox, device) {
        (Some(outbox), Some(device)) => {
            let teller = Teller { outbox, device, now };
            gaps::tell(to, teller, unreadable, GapReason::SalvageLost)
        }
        // Nobody knows whose numbers they were.
        _ => Ok(()),
    }
}
