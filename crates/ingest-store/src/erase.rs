//! What a device had deleted.

use event_model::{DeviceId, WallTime};
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use crate::{
    Result, Store,
    body::{self, Encoding},
    event_key::EventKey,
    evidence::{Evidence, EvidenceReader},
    gate::{Gate, Recent},
    index,
    segment::{self, Segment},
};

/// What became of a wish to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Its bytes are gone; the gate remembers the id.
    Now,
    /// Nobody sent it, or it was forgotten.
    Unknown,
}

impl Store {
    /// Erases one event of a device. The gate goes on knowing its id, so that
    /// no retry restores it.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn erase_event(&mut self, device: DeviceId, id: &str) -> Result<Erased> {
        // What the writer remembers is found below too: it is asked by batch.
        let index = index::open(&self.data_dir, self.options, index::READER_CACHE_KIB)?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let segments = segment::all(&transaction)?;
        let sql = "SELECT device_no FROM device WHERE device = ?1";
        let device_no: Option<i64> =
            transaction.query_row(sql, [device.to_string()], |row| row.get(0)).optional()?;
        let Some(device_no) = device_no else { return Ok(Erased::Unknown) };
        let key = EventKey::of(id);
        let recent = crate::follower::unshelved(&transaction, &index, &segments)?;
        let erased = match find(index, recent, &segments, device_no, key)? {
            Some(batch_no) => erase(&transaction, &segments, batch_no, key)?,
            None => Erased::Unknown,
        };
        transaction.commit()?;
        Ok(erased)
    }
}

fn find(
    index: rusqlite::Connection,
    recent: Recent,
    segments: &[Segment],
    device_no: i64,
    key: EventKey,
) -> Result<Option<i64>> {
    let gate = Gate { recent, leaving: None, index };
    let shelf = gate.shelved(segments, device_no)?;
    gate.find(&shelf, device_no, key)
}

fn erase(
    transaction: &Transaction<'_>,
    segments: &[Segment],
    batch_no: i64,
    key: EventKey,
) -> Result<Erased> {
    let Some(segment) = segment::of_batch(segments, batch_no) else { return Ok(Erased::Unknown) };
    let sql =
        format!("SELECT received_at_ms, evidence FROM {} WHERE batch_no = ?1", segment.receipts());
    let (received_at, mut all): (WallTime, Vec<Evidence>) =
        transaction.query_row(&sql, [batch_no], |row| {
            let received_at = WallTime::from_unix_ms(row.get(0)?);
            let evidence = EvidenceReader::new(row.get_ref(1)?.as_blob()?, received_at).collect();
            Ok((received_at, evidence))
        })?;
    let Some(place) = all.iter().position(|one| one.key == key) else {
        return Ok(Erased::Unknown);
    };
    all[place].erased = true;
    let mut evidence = Vec::new();
    all.iter().for_each(|one| one.write(&mut evidence, received_at));
    let sql = format!("UPDATE {} SET evidence = ?2 WHERE batch_no = ?1", segment.receipts());
    transaction.execute(&sql, params![batch_no, evidence])?;
    if segment.has_events {
        erase_bytes(transaction, segment, batch_no, place)?;
    }
    Ok(Erased::Now)
}

fn erase_bytes(
    transaction: &Transaction<'_>,
    segment: &Segment,
    batch_no: i64,
    place: usize,
) -> Result<()> {
    let sql = format!("SELECT encoding, events FROM {} WHERE batch_no = ?1", segment.events());
    let array = transaction
        .query_row(&sql, [batch_no], |row| {
            Ok(body::decode(Encoding::read(row.get(0)?), row.get_ref(1)?.as_blob()?))
        })
        .optional()?
        .flatten();
    let Some(array) = array else { return Ok(()) };
    let events = body::events(&array);
    let left = events.iter().enumerate().map(|(index, event)| {
        if index == place { b"null".as_slice() } else { event.get().as_bytes() }
    });
    let sql =
        format!("UPDATE {} SET encoding = ?2, events = ?3 WHERE batch_no = ?1", segment.events());
    transaction.execute(&sql, params![batch_no, Encoding::Json.number(), body::array(left)])?;
    Ok(())
}
