//! Batches become rows and answers, many of them in one commit.

mod intake;
mod taker;

use std::sync::Arc;

use event_model::WallTime;
use ingest_api::Lifetimes;
use rusqlite::TransactionBehavior;

pub(crate) use intake::Intake;
use taker::Taker;

use crate::{
    Answer, Batch, Outcome, Replayed, Result, Store, Verdict, answer, follower,
    gate::Recent,
    receipt_page::{self, Code, Page},
};

/// What an answer depends on besides the batch.
#[derive(Debug, Clone)]
pub struct IngestTerms {
    /// Named in every receipt page.
    pub server_version: String,
    /// How long answers are kept.
    pub lifetimes: Lifetimes,
    /// Whether what was replayed is kept apart from what was played: under match keys,
    /// and in the gate under keys, of its own.
    pub separates_replays: bool,
}

/// Whether the newest ids are to be put onto the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fullness {
    /// There is room.
    Room,
    /// They should go.
    Full,
    /// They must, before anything more is taken.
    Overfull,
}

impl Store {
    /// Takes several batches in one commit, since a commit costs the same
    /// however much is in it.
    ///
    /// # Errors
    /// Where SQLite fails: then nothing of any of them is stored. And where the
    /// database is not in its place any more ([`Store::in_place`]).
    pub fn ingest(&mut self, batches: &[Batch], terms: &IngestTerms) -> Result<Vec<Outcome>> {
        let at = batches.first().map(|batch| batch.received_at);
        self.in_place(|store| store.take_in(batches, terms, at))
    }

    /// Also none, which changes nothing but meets what every batch does.
    pub(crate) fn take_in(
        &mut self,
        batches: &[Batch],
        terms: &IngestTerms,
        at: Option<WallTime>,
    ) -> Result<Vec<Outcome>> {
        self.make_room()
            .and_then(|()| {
                loop {
                    if let Some(outcomes) = self.try_ingest(batches, terms)? {
                        break Ok(outcomes);
                    }
                }
            })
            .map_err(|error| self.index.mended(error, at))
    }

    /// `None` where another process wrote since, which nobody does while a
    /// server runs, or the shelf was emptied. Then what is remembered is made
    /// anew.
    fn try_ingest(
        &mut self,
        batches: &[Batch],
        terms: &IngestTerms,
    ) -> Result<Option<Vec<Outcome>>> {
        let store_id = self.id();
        let mut intake = match self.intake.take() {
            Some(intake) => intake,
            None => Box::new(Intake::load(self)?),
        };
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = match transaction {
            Ok(transaction) => transaction,
            Err(error) => {
                // Nothing was begun: what is remembered still holds.
                self.intake = Some(intake);
                return Err(error.into());
            }
        };
        if !intake.is_current(&transaction)? {
            return Ok(None);
        }
        // All devices first, while nothing is changed: what is remembered need
        // not be made anew for one that is unknown.
        for batch in batches {
            if let Err(error) = intake.device_no(&transaction, batch.device) {
                self.intake = Some(intake);
                return Err(error);
            }
        }
        // On any error from here on the intake is dropped: it may remember
        // what is rolled back.
        if !intake.gate.begin(store_id)? {
            return Ok(None);
        }
        let mut taker = Taker { transaction: &transaction, intake: &mut intake, store_id, terms };
        let outcomes = batches.iter().map(|batch| taker.take(batch)).collect::<Result<Vec<_>>>()?;
        intake.gate.end()?;
        transaction.commit()?;
        intake.gate.recent.through = intake.end.batch_no;
        self.intake = Some(intake);
        Ok(Some(outcomes))
    }

    /// The answer where the store could not take a batch: its sound events are
    /// to be sent again, the others have their verdict. Never kept.
    #[must_use]
    pub fn retry_answer(&self, batch: &Batch, terms: &IngestTerms) -> Answer {
        let code = |verdict: &Verdict| match verdict {
            Verdict::Refused(_) => Code::Refused,
            Verdict::Sound(_) => Code::Retry,
        };
        let codes: Vec<_> = batch.items.iter().map(|item| code(&item.verdict)).collect();
        let server_version = &terms.server_version;
        let page = Page { server_version, store: self.id(), contiguous: None };
        answer_of(&page, batch, &codes)
    }

    /// How many of the newest ids are in memory.
    #[must_use]
    pub fn fullness(&self) -> Fullness {
        let Some(intake) = &self.intake else { return Fullness::Room };
        match (intake.gate.recent.len(), intake.gate.leaving.is_some()) {
            (Recent::EVENTS_MAX.., false) => Fullness::Full,
            (Recent::EVENTS_HARD_MAX.., true) => Fullness::Overfull,
            (_, _) => Fullness::Room,
        }
    }

    /// Puts the newest ids onto the shelf where nobody else does: without a
    /// server, or where its follower cannot. Where that fails they stay in
    /// memory, up to a bound, and it is tried again after some more.
    fn make_room(&mut self) -> Result<()> {
        let Some(intake) = &self.intake else { return Ok(()) };
        let recent = intake.gate.recent.len();
        if recent < intake.shelve_at {
            return Ok(());
        }
        let shelved = self.shelve();
        match &mut self.intake {
            Some(intake) if shelved.is_err() && recent < Recent::EVENTS_LAST_MAX => {
                intake.shelve_at = Recent::EVENTS_LAST_MAX.min(recent + Recent::EVENTS_MAX);
                Ok(())
            }
            Some(_) | None => shelved,
        }
    }

    /// Takes the newest ids out, to be put onto the shelf by a
    /// [`Follower`](crate::Follower); they are still found meanwhile.
    pub fn send_to_shelf(&mut self) -> Option<Arc<Recent>> {
        let gate = &mut self.intake.as_mut()?.gate;
        if gate.leaving.is_some() {
            return None;
        }
        let through = gate.recent.through;
        let leaving = std::mem::replace(&mut gate.recent, Recent::behind(through));
        let leaving = Arc::new(leaving);
        gate.leaving = Some(leaving.clone());
        Some(leaving)
    }

    /// Forgets what has arrived on the shelf.
    pub fn arrived_on_shelf(&mut self, arrived: &Arc<Recent>) {
        if let Some(intake) = &mut self.intake
            && intake.gate.leaving.as_ref().is_some_and(|leaving| Arc::ptr_eq(leaving, arrived))
        {
            intake.gate.leaving = None;
        }
    }

    /// Puts all that is in memory onto the shelf, here and now.
    ///
    /// # Errors
    /// Where SQLite fails; then it stays in memory.
    pub fn shelve(&mut self) -> Result<()> {
        follower::shelve_all(self, 1)?;
        self.intake = None;
        Ok(())
    }
}

fn answer_of(page: &Page<'_>, batch: &Batch, codes: &[Code]) -> Answer {
    Answer {
        status: answer::OK,
        body: page.write(batch, codes, receipt_page::judged(batch)),
        replayed: Replayed::No,
        tally: receipt_page::tally(batch, codes),
    }
}

#[cfg(test)]
mod tests {
    use association::{Sighting, TimeQuality};
    use event_model::{DeviceId, Fingerprint, WallTime};
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;
    use crate::{Body, Item, SoundEvent, StoreOptions, event_key::EventKey};

    fn batch(id: &str) -> Batch {
        let at = WallTime::from_unix_ms(0);
        let event = SoundEvent {
            id: id.to_owned(),
            fingerprint: Fingerprint([0; 32]),
            span: 1..3,
            origin: None,
            corrected: Sighting { at, quality: TimeQuality::Good },
            gap: None,
        };
        Batch {
            device: DeviceId(Uuid::nil()),
            outbox: None,
            received_at: at,
            idempotency: None,
            body: Body { json: b"[{}]".to_vec(), zstd: None },
            items: vec![Item { sequence: None, verdict: Verdict::Sound(event) }],
        }
    }

    /// As if so many events had come that nobody could put onto the shelf.
    fn fill(store: &mut Store, ids: usize) {
        let recent = &mut store.intake.as_mut().unwrap().gate.recent;
        for number in (recent.len() as u128)..(ids as u128) {
            recent.add(9, EventKey(number.to_le_bytes()), 1);
        }
    }

    #[test]
    fn a_device_that_is_unknown_does_not_cost_what_is_remembered() {
        let dir = TempDir::new().unwrap();
        let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        store.add_device(DeviceId(Uuid::nil()), "PC", WallTime::from_unix_ms(0)).unwrap();
        let terms = IngestTerms {
            server_version: String::new(),
            lifetimes: Lifetimes::default(),
            separates_replays: false,
        };
        let unknown = Batch { device: DeviceId(Uuid::max()), ..batch("b") };
        let refused = store.ingest(&[batch("a"), unknown, batch("c")], &terms);
        assert!(matches!(refused, Err(crate::Error::UnknownDevice)));
        assert!(store.intake.is_some());
        assert_eq!(store.log_position().unwrap(), 0);
        assert_eq!(store.ingest(&[batch("a"), batch("c")], &terms).unwrap().len(), 2);
        assert_eq!(store.log_position().unwrap(), 2);
    }

    #[test]
    fn a_disk_that_is_full_stores_nothing_and_later_everything_once() {
        let dir = TempDir::new().unwrap();
        let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        store.add_device(DeviceId(Uuid::nil()), "PC", WallTime::from_unix_ms(0)).unwrap();
        let terms = IngestTerms {
            server_version: String::new(),
            lifetimes: Lifetimes::default(),
            separates_replays: false,
        };
        store.ingest(&[batch("a")], &terms).unwrap();
        let pages: i64 =
            store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        store.connection.pragma_update(None, "max_page_count", pages).unwrap();
        let json = format!("[{{}}{}]", " ".repeat(1024 * 1024)).into_bytes();
        let large = Batch { body: Body { json, zstd: None }, ..batch("large") };
        let group = [batch("b"), large];
        let full = store.ingest(&group, &terms).unwrap_err();
        assert!(format!("{full:?}").contains("DiskFull"), "{full:?}");
        assert_eq!(store.log_position().unwrap(), 1);
        store.connection.pragma_update(None, "max_page_count", pages + 1_000).unwrap();
        store.ingest(&group, &terms).unwrap();
        store.ingest(&group, &terms).unwrap();
        assert_eq!(store.log_position().unwrap(), 3);
    }

    #[test]
    fn an_index_that_cannot_be_written_stops_receipts_at_a_bound_and_not_for_good() {
        let dir = TempDir::new().unwrap();
        let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        store.add_device(DeviceId(Uuid::nil()), "PC", WallTime::from_unix_ms(0)).unwrap();
        let terms = IngestTerms {
            server_version: String::new(),
            lifetimes: Lifetimes::default(),
            separates_replays: false,
        };
        let take = |store: &mut Store, id| {
            let outcomes = store.ingest(&[batch(id)], &terms).ok()?;
            match &outcomes[0] {
                Outcome::Answered(answer) => Some((answer.tally.stored, answer.tally.duplicate)),
                Outcome::KeyReused => None,
            }
        };
        assert_eq!(take(&mut store, "a"), Some((1, 0)));
        store.index.get_mut().unwrap().pragma_update(None, "query_only", true).unwrap();
        fill(&mut store, Recent::EVENTS_HARD_MAX);
        assert_eq!(take(&mut store, "b"), Some((1, 0)), "the log can be written");
        assert_eq!(take(&mut store, "a"), Some((0, 1)), "and nothing is forgotten");
        fill(&mut store, Recent::EVENTS_LAST_MAX);
        assert_eq!(take(&mut store, "c"), None);
        store.index.get_mut().unwrap().pragma_update(None, "query_only", false).unwrap();
        assert_eq!(take(&mut store, "c"), Some((1, 0)));
        assert_eq!(store.fullness(), Fullness::Room);
        assert_eq!(take(&mut store, "b"), Some((0, 1)));
    }
}
