//! The log of version 1, one row an event, becomes batches.

use std::collections::{BTreeMap, btree_map::Entry};

use association::Sighting;
use event_model::{Origin, OutboxId, WallTime};
use rusqlite::{Row, Transaction, params};
use uuid::Uuid;

use crate::{
    Result,
    body::{self, Encoding},
    columns::quality,
    event_key::EventKey,
    evidence::Evidence,
    ranges,
    segment::{self, LogEnd},
};

/// Events of a batch made of old rows: as many as a request has at most.
const BATCH_EVENTS: usize = 1_000;

/// Copies everything of version 1 that is to stay into the tables of version 2.
pub(super) fn convert(transaction: &Transaction<'_>) -> Result<()> {
    transaction.execute_batch(
        "INSERT INTO device_2 (device, name, token_hash, enrolled_at_ms, revoked_at_ms)
             SELECT device, name, token_hash, enrolled_at_ms, revoked_at_ms FROM device
             ORDER BY enrolled_at_ms, device;
         CREATE TEMP TABLE number AS SELECT device, device_no FROM device_2;
         CREATE UNIQUE INDEX temp.number_of ON number (device);",
    )?;
    let end = convert_log(transaction)?;
    convert_ranges(transaction)?;
    convert_answers(transaction, end)?;
    transaction.execute_batch(
        "DROP TABLE witness; DROP TABLE occurrence; DROP TABLE match_device;
         DROP TABLE game_match; DROP TABLE answer; DROP TABLE known_range; DROP TABLE log;
         DROP TABLE device; ALTER TABLE device_2 RENAME TO device;
         ALTER TABLE store DROP COLUMN associated_through; DROP TABLE temp.number;",
    )?;
    Ok(())
}

/// A row of the old log.
struct OldRow {
    device_no: i64,
    outbox: Option<Uuid>,
    received_at: WallTime,
    event: Option<String>,
    evidence: Evidence,
}

impl OldRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let outbox: Option<String> = row.get("outbox")?;
        let event: Option<String> = row.get("event")?;
        let fingerprint: [u8; 32] = row.get("fingerprint")?;
        let origin: Option<String> = row.get("origin")?;
        let evidence = Evidence {
            key: EventKey::of(row.get_ref("event_id")?.as_str()?),
            fingerprint: crate::event_key::half_of(&fingerprint),
            corrected: Sighting {
                at: WallTime::from_unix_ms(row.get("corrected_at_ms")?),
                quality: quality::read(row.get_ref("time_quality")?.as_str()?),
            },
            origin: origin.map(|origin| match origin.as_str() {
                "replay" => Origin::Replay,
                _ => Origin::Live,
            }),
            is_apart: false,
            erased: event.is_none(),
        };
        Ok(Self {
            device_no: row.get("device_no")?,
            outbox: outbox.and_then(|text| Uuid::try_parse(&text).ok()),
            received_at: WallTime::from_unix_ms(row.get("received_at_ms")?),
            event,
            evidence,
        })
    }

    /// Whether both came in one request, as far as can be told.
    fn belongs_to(&self, first: &Self) -> bool {
        let of = |row: &Self| (row.device_no, row.outbox, row.received_at);
        of(self) == of(first)
    }
}

fn convert_log(transaction: &Transaction<'_>) -> Result<LogEnd> {
    let mut end = LogEnd::default();
    let mut months = Vec::new();
    let mut batch: Vec<OldRow> = Vec::new();
    let mut rows = transaction.prepare(
        "SELECT l.*, n.device_no FROM log l JOIN temp.number n USING (device) ORDER BY position",
    )?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let row = OldRow::read(row)?;
        let full = batch.len() >= BATCH_EVENTS;
        if batch.first().is_some_and(|first| full || !row.belongs_to(first)) {
            write(transaction, &mut months, &mut end, &std::mem::take(&mut batch))?;
        }
        batch.push(row);
    }
    write(transaction, &mut months, &mut end, &batch)?;
    Ok(end)
}

fn write(
    transaction: &Transaction<'_>,
    segments: &mut Vec<segment::Segment>,
    end: &mut LogEnd,
    batch: &[OldRow],
) -> Result<()> {
    let Some(first) = batch.first() else { return Ok(()) };
    let month = segment::month_of(first.received_at);
    if segments.last().is_none_or(|newest| newest.month != month) {
        segments.push(segment::begin(transaction, &month, *end)?);
    }
    let segment = segments.last().expect("there is one now");
    let mut evidence = Vec::new();
    batch.iter().for_each(|row| row.evidence.write(&mut evidence, first.received_at));
    let events = batch.iter().map(|row| row.event.as_deref().unwrap_or("null").as_bytes());
    let stored = i64::try_from(batch.len()).unwrap_or(i64::MAX);
    end.batch_no += 1;
    transaction
        .prepare_cached(&format!(
            "INSERT INTO {} (batch_no, device_no, received_at_ms, first_position, stored, outbox,
                             evidence)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            segment.receipts()
        ))?
        .execute(params![
            end.batch_no,
            first.device_no,
            first.received_at.unix_ms(),
            end.position + 1,
            stored,
            first.outbox.map(Uuid::into_bytes),
            evidence
        ])?;
    transaction
        .prepare_cached(&format!(
            "INSERT INTO {} (batch_no, encoding, events) VALUES (?1, ?2, ?3)",
            segment.events()
        ))?
        .execute(params![end.batch_no, Encoding::Json.number(), body::array(events)])?;
    end.position += stored;
    Ok(())
}

fn convert_ranges(transaction: &Transaction<'_>) -> Result<()> {
    let mut known: BTreeMap<(i64, Uuid), Vec<_>> = BTreeMap::new();
    let mut rows = transaction.prepare(
        "SELECT n.device_no, outbox, first_sequence, last_sequence
         FROM known_range JOIN temp.number n USING (device)",
    )?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let Ok(outbox) = Uuid::try_parse(row.get_ref(1)?.as_str().unwrap_or_default()) else {
            continue;
        };
        let (first, last): (i64, i64) = (row.get(2)?, row.get(3)?);
        let ranges = match known.entry((row.get(0)?, outbox)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Vec::new()),
        };
        ranges.push(first.unsigned_abs()..=last.unsigned_abs());
    }
    for ((device_no, outbox), ranges) in known {
        ranges::learn(transaction, (device_no, OutboxId(outbox), None), &ranges)?;
    }
    Ok(())
}

/// Answers are kept as the bytes they are: another version gave them.
fn convert_answers(transaction: &Transaction<'_>, mut end: LogEnd) -> Result<()> {
    let mut rows = transaction.prepare(
        "SELECT n.device_no, outbox, key, body_hash, body, answered_at_ms
         FROM answer JOIN temp.number n USING (device) ORDER BY answer",
    )?;
    let mut rows = rows.query([])?;
    let mut segment = segment::all(transaction)?.pop();
    while let Some(row) = rows.next()? {
        let uuid = |text: &str| Uuid::try_parse(text).ok();
        let Some(key) = uuid(row.get_ref(2)?.as_str().unwrap_or_default()) else { continue };
        let outbox = uuid(row.get_ref(1)?.as_str().unwrap_or_default()).map(OutboxId);
        let claim = crate::IdempotencyClaim { outbox, key, body_hash: row.get(3)? };
        let answered_at = WallTime::from_unix_ms(row.get(5)?);
        if segment.is_none() {
            segment = Some(segment::begin(transaction, &segment::month_of(answered_at), end)?);
        }
        let receipts = segment.as_ref().expect("it was just made").receipts();
        end.batch_no += 1;
        transaction.execute(
            &format!(
                "INSERT INTO {receipts} (batch_no, device_no, received_at_ms, first_position,
                                         stored, body_hash, answer, evidence)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, X'')"
            ),
            params![
                end.batch_no,
                row.get::<_, i64>(0)?,
                answered_at.unix_ms(),
                end.position + 1,
                claim.kept_hash(),
                row.get::<_, Vec<u8>>(4)?
            ],
        )?;
        transaction.execute(
            "INSERT OR REPLACE INTO kept_answer (device_no, name, batch_no, answered_at_ms)
             VALUES (?1, ?2, ?3, ?4)",
            params![row.get::<_, i64>(0)?, claim.name(), end.batch_no, answered_at.unix_ms()],
        )?;
    }
    Ok(())
}
