//! Whether the store takes what it is given. The server goes on answering where
//! it does not, each batch with a retry: so it says that it is not ready.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ingest_store::{Ailment, Error, Outcome};
use prometheus::IntCounter;

/// What came of the last write.
pub(crate) struct Health {
    ailment: Mutex<Option<Ailment>>,
    failures: IntCounter,
}

impl Health {
    pub(crate) fn counting(failures: IntCounter) -> Self {
        Self { ailment: Mutex::default(), failures }
    }

    /// Notes what came of a commit of batches. Where it stored nothing it may have
    /// written nothing, or have met no page that is damaged, and shows nothing.
    pub(super) fn committed(&self, result: &Result<Vec<Outcome>, Error>) {
        match result {
            Ok(outcomes) if outcomes.iter().any(has_stored) => *self.lock() = None,
            Ok(_) => {}
            Err(error) => self.failed(error),
        }
    }

    /// Notes what came of the trial that nothing else is written by. It meets few
    /// pages of the log: where one is damaged only a batch shows that it is well.
    pub(super) fn tried(&self, result: &Result<(), Error>) {
        let mut ailment = self.lock();
        if result.is_ok() && *ailment == Some(Ailment::Passing) {
            *ailment = None;
        }
    }

    /// Notes that the store failed, where it is the store that did.
    pub(super) fn failed(&self, error: &Error) {
        if let Some(now) = error.ailment() {
            self.failures.inc();
            let mut ailment = self.lock();
            *ailment = Some(ailment.map_or(now, |before| before.max(now)));
        }
    }

    /// What ails the store since its last write, if anything does.
    pub(crate) fn ailment(&self) -> Option<Ailment> {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Ailment>> {
        self.ailment.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that was given before counts for nothing.
fn has_stored(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Answered(answer) => answer.tally.stored > 0,
        Outcome::KeyReused => false,
    }
}
