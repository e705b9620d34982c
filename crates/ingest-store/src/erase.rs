//! What a device had deleted.

mod erasure;
mod parts;

use event_model::{DeviceId, WallTime};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{
    Error, Result, Store,
    body::{self, Encoding},
    event_key::EventKey,
    evidence::{Evidence, EvidenceReader},
    follower::Gone,
    gate::shelf::DeviceShelf,
    segment::Segment,
};

pub(crate) use erasure::withdraw;
pub use erasure::{ErasedPart, Erasure};

/// What became of a wish to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Its bytes are gone, and what followed from them; the gate remembers the
    /// id.
    Now,
    /// Nobody sent it, or it was forgotten.
    Unknown,
}

impl Store {
    /// Erases one event of a device, and what its match has of it. The gate goes
    /// on knowing its id, so that no retry restores it. Where this fails halfway
    /// it is to be asked for again: the second time does what is left to do.
    ///
    /// # Errors
    /// Where SQLite fails, somebody reads on from before, or the event cannot be
    /// told from its neighbours in a damaged batch: then the log stays as it is.
    pub fn erase_event(&mut self, device: DeviceId, id: &str) -> Result<Erased> {
        let erasure = self.erase_event_in_log(device, id)?;
        let part = self.carry_out(&erasure)?;
        Ok(if part.erased == 0 { Erased::Unknown } else { Erased::Now })
    }

    /// The log's part of it.
    ///
    /// # Errors
    /// As [`Store::erase_event`].
    pub fn erase_event_in_log(&mut self, device: DeviceId, id: &str) -> Result<Erasure> {
        self.erase_in_log(|place, log| {
            let mut erasure = Erasure::default();
            // Played, and replayed and kept apart: the device means both.
            for key in [EventKey::of(id), EventKey::of_replayed(id)] {
                let wanted = Wanted { log, segments: place.segments, key };
                let found = wanted.find(place.index, device, place.cursors.shelved_through)?;
                if let Some(found) = found {
                    found.erase(log)?;
                    erasure.erased += 1;
                    erasure.gone.extend(found.gone(device));
                }
            }
            Ok(erasure)
        })
    }
}

/// An event that is looked for.
struct Wanted<'w, 's> {
    log: &'w Connection,
    segments: &'s [Segment],
    key: EventKey,
}

/// Where it is.
struct Found<'s> {
    segment: &'s Segment,
    batch_no: i64,
    first_position: i64,
    received_at: WallTime,
    /// Of the whole batch.
    evidence: Vec<Evidence>,
    /// Which of its events.
    places: Vec<usize>,
}

impl<'s> Wanted<'_, 's> {
    fn find(
        &self,
        index: &Connection,
        device: DeviceId,
        shelved_through: i64,
    ) -> Result<Option<Found<'s>>> {
        let sql = "SELECT device_no FROM device WHERE device = ?1";
        let device_no: Option<i64> =
            self.log.query_row(sql, [device.to_string()], |row| row.get(0)).optional()?;
        let Some(device_no) = device_no else { return Ok(None) };
        let shelf = DeviceShelf::load(index, self.segments, device_no)?;
        if let Some(batch_no) = shelf.find(self.key)?
            && let Some(found) = self.find_from(device_no, batch_no, Some(batch_no))?
        {
            return Ok(Some(found));
        }
        self.find_from(device_no, shelved_through + 1, None)
    }

    /// Looks through the device's batches, one at a time.
    fn find_from(
        &self,
        device_no: i64,
        first_batch: i64,
        last_batch: Option<i64>,
    ) -> Result<Option<Found<'s>>> {
        for segment in self.segments {
            let sql = format!(
                "SELECT batch_no, received_at_ms, evidence, first_position FROM {}
                 WHERE batch_no BETWEEN ?1 AND ?2 AND device_no = ?3 ORDER BY batch_no",
                segment.receipts()
            );
            let mut statement = self.log.prepare_cached(&sql)?;
            let last_batch = last_batch.unwrap_or(i64::MAX);
            let mut rows = statement.query(params![first_batch, last_batch, device_no])?;
            while let Some(row) = rows.next()? {
                let received_at = WallTime::from_unix_ms(row.get(1)?);
                let bytes = row.get_ref(2)?.as_blob().unwrap_or_default();
                let evidence: Vec<_> = EvidenceReader::new(bytes, received_at).collect();
                let place = evidence.iter().position(|one| one.key == self.key);
                if let Some(place) = place {
                    return Ok(Some(Found {
                        segment,
                        batch_no: row.get(0)?,
                        first_position: row.get(3)?,
                        received_at,
                        evidence,
                        places: vec![place],
                    }));
                }
            }
        }
        Ok(None)
    }
}

impl Found<'_> {
    /// What the index is told of those that go.
    fn gone(&self, device: DeviceId) -> impl Iterator<Item = Gone> {
        let position = move |place: &usize| {
            let place = u64::try_from(*place).expect("a place in memory fits 64 bits");
            (device, self.batch_no, self.first_position.unsigned_abs() + place)
        };
        self.places.iter().map(position)
    }

    /// Erases them in the log.
    fn erase(&self, transaction: &Transaction<'_>) -> Result<()> {
        if self.places.iter().all(|place| self.evidence[*place].erased) {
            return Ok(());
        }
        let mut evidence = Vec::new();
        for (place, one) in self.evidence.iter().enumerate() {
            let erased = one.erased || self.places.contains(&place);
            Evidence { erased, ..*one }.write(&mut evidence, self.received_at);
        }
        let receipts = self.segment.receipts();
        transaction.execute(
            &format!("UPDATE {receipts} SET evidence = ?2 WHERE batch_no = ?1"),
            params![self.batch_no, evidence],
        )?;
        if self.segment.has_events { self.erase_bytes(transaction) } else { Ok(()) }
    }

    fn erase_bytes(&self, transaction: &Transaction<'_>) -> Result<()> {
        let table = self.segment.events();
        let array = transaction
            .query_row(
                &format!("SELECT encoding, events FROM {table} WHERE batch_no = ?1"),
                [self.batch_no],
                |row| Ok(body::decode(Encoding::read(row.get(0)?), row.get_ref(1)?.as_blob()?)),
            )
            .optional()?;
        // Its month is being dropped.
        let Some(array) = array else { return Ok(()) };
        let unreadable = || Error::Unreadable(self.batch_no);
        let array = array.ok_or_else(unreadable)?;
        let events = body::events(&array).ok_or_else(unreadable)?;
        if events.len() != self.evidence.len() {
            return Err(unreadable());
        }
        let left = events.iter().enumerate().map(|(place, event)| {
            if self.places.contains(&place) { b"null".as_slice() } else { event.get().as_bytes() }
        });
        transaction.execute(
            &format!("UPDATE {table} SET encoding = ?2, events = ?3 WHERE batch_no = ?1"),
            params![self.batch_no, Encoding::Json.number(), body::array(left)],
        )?;
        Ok(())
    }
}
