//! Batches become rows and answers, many of them in one commit.

mod intake;
mod taker;

use std::sync::Arc;

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
    /// Where SQLite fails: then nothing of any of them is stored.
    pub fn ingest(&mut self, batches: &[Batch], terms: &IngestTerms) -> Result<Vec<Outcome>> {
        if self.is_left_alone() {
            self.shelve()?;
        }
        loop {
            if let Some(outcomes) = self.try_ingest(batches, terms)? {
                return Ok(outcomes);
            }
        }
    }

    /// `None` where another process wrote since: nobody does while a server
    /// runs, and then what is remembered is made anew.
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
        // On any error from here on the intake is dropped: it may remember
        // what is rolled back.
        if !intake.is_current(&transaction)? {
            return Ok(None);
        }
        let mut taker = Taker { transaction: &transaction, intake: &mut intake, store_id, terms };
        let outcomes = batches.iter().map(|batch| taker.take(batch)).collect::<Result<Vec<_>>>()?;
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

    /// Whether nobody puts the newest ids onto the shelf: without a server.
    fn is_left_alone(&self) -> bool {
        let recent = self.intake.as_ref().map_or(0, |intake| intake.gate.recent.len());
        recent >= Recent::EVENTS_HARD_MAX
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
    /// Where SQLite fails.
    pub fn shelve(&mut self) -> Result<()> {
        self.intake = None;
        follower::shelve_all(self, 1)
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
