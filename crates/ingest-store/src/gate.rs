//! The gate: exact deduplication by (device, event id).
//!
//! Proof that an event is stored is its evidence in the log, written by the
//! commit that stored it. Only *finding* that evidence needs an index, and an
//! index can be made anew: so the newest ids are found in memory ([`Recent`])
//! and go to the shelf ([`shelf`]) in bulk, sorted, away from the commits.

pub(crate) mod recent;
pub(crate) mod shelf;

use std::sync::Arc;

use event_model::WallTime;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{
    Result,
    event_key::EventKey,
    evidence::{Evidence, EvidenceReader},
    receipt_page::Code,
    segment::{self, Segment},
};
pub use recent::Recent;
use shelf::DeviceShelf;

/// Finds which batch has an event id of a device.
pub(crate) struct Gate {
    pub(crate) recent: Recent,
    /// On its way to the shelf.
    pub(crate) leaving: Option<Arc<Recent>>,
    pub(crate) index: Connection,
}

impl Gate {
    /// Holds the shelf as it is for all the batches of a commit: nothing is taken
    /// off what is in memory meanwhile, so an id is in one or the other. To begin
    /// anew for each batch costs more than to ask.
    pub(crate) fn hold(&self) -> Result<()> {
        self.index.prepare_cached("BEGIN")?.execute([])?;
        Ok(())
    }

    /// Ends what [`Self::hold`] began.
    pub(crate) fn let_go(&self) -> Result<()> {
        self.index.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }

    /// What the shelf has of a device, to be asked for all events of a batch.
    pub(crate) fn shelved(&self, segments: &[Segment], device_no: i64) -> Result<DeviceShelf<'_>> {
        DeviceShelf::load(&self.index, segments, device_no)
    }

    /// The batch that stored the event, if one did.
    pub(crate) fn find(
        &self,
        shelf: &DeviceShelf<'_>,
        device_no: i64,
        key: EventKey,
    ) -> Result<Option<i64>> {
        if let Some(batch_no) = self.recent.find(device_no, key) {
            return Ok(Some(batch_no));
        }
        let leaving = self.leaving.as_ref().and_then(|leaving| leaving.find(device_no, key));
        match leaving {
            Some(batch_no) => Ok(Some(batch_no)),
            None => shelf.find(key),
        }
    }
}

/// Reads the evidence of a batch, and remembers the last: the events of a batch
/// that comes again were stored together.
pub(crate) struct EvidenceCabinet<'c> {
    transaction: &'c Transaction<'c>,
    segments: &'c [Segment],
    last: Option<(i64, Vec<Evidence>)>,
}

impl<'c> EvidenceCabinet<'c> {
    pub(crate) fn new(transaction: &'c Transaction<'c>, segments: &'c [Segment]) -> Self {
        Self { transaction, segments, last: None }
    }

    /// The evidence of an event that the gate found in `batch_no`; `None`
    /// where that month is forgotten.
    pub(crate) fn find(&mut self, batch_no: i64, key: EventKey) -> Result<Option<Evidence>> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != batch_no) {
            self.last = Some((batch_no, self.read(batch_no)?));
        }
        let (_, evidence) = self.last.as_ref().expect("it was just read");
        Ok(evidence.iter().find(|one| one.key == key).copied())
    }

    fn read(&self, batch_no: i64) -> Result<Vec<Evidence>> {
        let Some(segment) = segment::of_batch(self.segments, batch_no) else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "SELECT received_at_ms, evidence FROM {} WHERE batch_no = ?1",
            segment.receipts()
        );
        let read = self
            .transaction
            .prepare_cached(&sql)?
            .query_row(params![batch_no], |row| {
                let received_at = WallTime::from_unix_ms(row.get(0)?);
                Ok(EvidenceReader::new(row.get_ref(1)?.as_blob()?, received_at).collect())
            })
            .optional()?;
        Ok(read.unwrap_or_default())
    }
}

/// What the gate says of an event whose id is known.
pub(crate) fn recognise(known: &Evidence, fingerprint: [u8; 16]) -> Code {
    match (known.erased, known.fingerprint == fingerprint) {
        (true, _) => Code::Erased,
        (false, true) => Code::Duplicate,
        (false, false) => Code::Conflict,
    }
}
