//! Events of a step, and what can be read of others again.

use std::cell::RefCell;

use association::{LogNo, Report, Sighting, joining::Evidence, trust::Gap};
use event_model::{ActorIds, Actors, DeviceId, Kind, OutboxId, Pseudonyms, WallTime};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    LoggedBatch,
    compared::{self, Compared},
    logged_batch, shards,
    told::Told,
};
use crate::{Result, columns::signed, segment};

/// An event of the log.
pub(super) struct Read<'b> {
    pub(super) told: Told<'b>,
    /// Its names as they are compared.
    compared: Compared,
    pseudonyms: &'b Pseudonyms,
    pub(super) device: DeviceId,
    pub(super) outbox: Option<OutboxId>,
    pub(super) received_at: WallTime,
    pub(super) batch_no: i64,
    pub(super) position: u64,
    pub(super) corrected: Sighting,
}

impl Read<'_> {
    /// As association is told of it.
    pub(super) fn report(&self) -> Report<'_> {
        let sender = (self.device, self.outbox);
        self.told.report(&self.compared, sender, self.position, self.corrected)
    }

    /// Whose game it tells of, as association compares accounts.
    pub(super) fn observer(&self) -> Option<&str> {
        self.compared.observer.as_deref()
    }

    /// What it says of its session besides what happened, as association is told of it.
    pub(super) fn evidence(&self) -> Option<Evidence> {
        let is_evidence = self.told.kind == Some(Kind::SessionEvidence);
        is_evidence.then(|| compared::evidence(Evidence::read(&self.told.details), self.pseudonyms))
    }

    /// The gap that it tells of, as association is told of it.
    pub(super) fn gap(&self) -> Option<Gap> {
        self.told.gap.map(|gap| Gap { outbox: gap.outbox, from: gap.from, to: gap.to })
    }
}

/// Every event of some batches that tells of a match or of a gap, in the order of
/// the log.
pub(super) fn events(batches: &[LoggedBatch], shards: usize) -> Vec<Read<'_>> {
    let events = batches.iter().map(|batch| batch.evidence.len()).sum();
    shards::in_parts(batches, events, shards, |batch| events_of(batch).collect())
}

pub(super) fn events_of(batch: &LoggedBatch) -> impl Iterator<Item = Read<'_>> {
    batch.events().filter_map(|(event, evidence, position)| {
        let mut told = Told::read(event.get())?;
        told.subject = evidence.match_of(told.subject);
        Some(Read {
            compared: Compared::of(&told, &batch.pseudonyms),
            pseudonyms: &batch.pseudonyms,
            told,
            device: batch.device,
            outbox: batch.outbox,
            received_at: batch.received_at,
            batch_no: batch.batch_no,
            position,
            corrected: evidence.corrected,
        })
    })
}

/// What is shown of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Texts {
    pub(super) actors: Actors,
    pub(super) actor_ids: ActorIds,
    /// A JSON object.
    pub(super) details: String,
    pub(super) kind: String,
}

impl Texts {
    fn of(told: &Told<'_>) -> Self {
        Self {
            actors: told.actors.clone(),
            actor_ids: told.actor_ids.clone().unwrap_or_default(),
            details: told.details.clone().into_owned(),
            kind: told.kind_text.clone().into_owned(),
        }
    }
}

/// Where texts are found that association does not keep.
pub(super) struct Source<'s> {
    pub(super) reads: &'s [Read<'s>],
    log: &'s Connection,
    /// The last batch that was read again: what is asked for lies together.
    again: RefCell<Option<LoggedBatch>>,
}

impl<'s> Source<'s> {
    pub(super) fn new(reads: &'s [Read<'s>], log: &'s Connection) -> Self {
        Self { reads, log, again: RefCell::new(None) }
    }

    /// An event of this step.
    pub(super) fn read(&self, no: LogNo) -> Option<&Read<'s>> {
        let found = self.reads.binary_search_by_key(&no.0, |read| read.position).ok()?;
        self.reads.get(found)
    }

    /// A batch of the log, where its month is still there. Nothing of the log is
    /// held between two of them: its WAL could not begin anew meanwhile.
    pub(super) fn batch(&self, batch_no: i64) -> Result<Option<LoggedBatch>> {
        let at_once = self.log.unchecked_transaction()?;
        logged_batch(&at_once, &segment::all(&at_once)?, batch_no)
    }

    /// What is shown of a match's event, where the log still has its bytes.
    pub(super) fn texts(
        &self,
        index: &Connection,
        match_id: i64,
        no: LogNo,
    ) -> Result<Option<Texts>> {
        if let Some(read) = self.read(no) {
            return Ok(Some(Texts::of(&read.told)));
        }
        let sql = "SELECT batch_no FROM report WHERE match_id = ?1 AND position = ?2";
        let batch_no: Option<i64> = index
            .prepare_cached(sql)?
            .query_row(params![match_id, signed(no.0)], |row| row.get(0))
            .optional()?;
        let Some(batch_no) = batch_no else { return Ok(None) };
        let mut again = self.again.borrow_mut();
        if again.as_ref().is_none_or(|batch| batch.batch_no != batch_no) {
            *again = self.batch(batch_no)?;
        }
        let events = again.as_ref().into_iter().flat_map(LoggedBatch::events);
        let mut events = events.filter(|(.., position)| *position == no.0);
        Ok(events.next().and_then(|(event, ..)| Some(Texts::of(&Told::read(event.get())?))))
    }
}
