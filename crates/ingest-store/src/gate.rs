//! The gate: exact deduplication by (device, event id), in the log itself.

use event_model::{Fingerprint, Origin};
use ingest_api::{Receipt, ReceiptCode, ReceiptStatus};
use rusqlite::{Transaction, params};

use crate::{
    Batch, Result, SoundEvent,
    store::{quality, signed},
};

/// What the gate found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passage {
    /// New: a row of the log.
    Stored,
    /// The same event is in the log.
    Duplicate,
    /// Another event is in the log under this id; the first stands.
    Conflict,
    /// Its owner had it deleted: it will not be stored again.
    Erased,
}

impl Passage {
    pub(crate) fn receipt(self, id: &str) -> Receipt {
        let (status, refusal) = match self {
            Self::Stored => (ReceiptStatus::Stored, None),
            Self::Duplicate => (ReceiptStatus::Duplicate, None),
            Self::Conflict => (
                ReceiptStatus::Conflict,
                Some((ReceiptCode::FingerprintDiffers, "another event is stored under this id")),
            ),
            Self::Erased => (
                ReceiptStatus::Invalid,
                Some((ReceiptCode::Erased, "deleted at the device's own wish")),
            ),
        };
        Receipt {
            id: id.to_owned(),
            status,
            code: refusal.map(|(code, _)| code),
            detail: refusal.map(|(_, detail)| detail.to_owned()),
        }
    }
}

/// Lets an event in, unless the log has its id.
pub(crate) fn pass(
    transaction: &Transaction<'_>,
    batch: &Batch,
    sequence: Option<u64>,
    event: &SoundEvent,
) -> Result<Passage> {
    let inserted = transaction
        .prepare_cached(
            "INSERT INTO log (device, event_id, outbox, sequence, event_type, subject, fingerprint,
                              event, origin, received_at_ms, corrected_at_ms, time_quality)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (device, event_id) DO NOTHING",
        )?
        .execute(params![
            batch.device.to_string(),
            event.id,
            batch.outbox.map(|outbox| outbox.to_string()),
            sequence.map(signed),
            event.event_type,
            event.subject,
            event.fingerprint.0,
            event.json,
            event.origin.map(origin_text),
            batch.received_at.unix_ms(),
            event.corrected.at.unix_ms(),
            quality::text(event.corrected.quality),
        ])?;
    if inserted == 1 { Ok(Passage::Stored) } else { recognise(transaction, batch, event) }
}

fn recognise(transaction: &Transaction<'_>, batch: &Batch, event: &SoundEvent) -> Result<Passage> {
    let sql = "SELECT fingerprint, event IS NULL FROM log WHERE device = ?1 AND event_id = ?2";
    let (fingerprint, erased) = transaction
        .prepare_cached(sql)?
        .query_row(params![batch.device.to_string(), event.id], |row| {
            Ok((Fingerprint(row.get(0)?), row.get(1)?))
        })?;
    Ok(match (erased, fingerprint == event.fingerprint) {
        (true, _) => Passage::Erased,
        (false, true) => Passage::Duplicate,
        (false, false) => Passage::Conflict,
    })
}

fn origin_text(origin: Origin) -> &'static str {
    match origin {
        Origin::Live => "live",
        Origin::Replay => "replay",
    }
}
