//! Batches that wait for the disk, and since when.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use event_model::Moment;

use crate::rejection::Rejection;

/// No longer than the requests worked on at a time.
#[derive(Clone)]
pub(crate) struct Backlog {
    waiting: Arc<Mutex<Waiting>>,
    age_max_ms: u64,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    since_ms: BTreeMap<u64, u64>,
}

/// A batch's place in the backlog; left when dropped.
pub(crate) struct Queued {
    backlog: Backlog,
    number: u64,
}

impl Backlog {
    pub(crate) fn new(age_max: Duration) -> Self {
        let age_max_ms = u64::try_from(age_max.as_millis()).unwrap_or(u64::MAX);
        Self { waiting: Arc::default(), age_max_ms }
    }

    /// Takes a place until it is dropped.
    pub(crate) fn enter(&self, now: &Moment) -> Queued {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let number = waiting.next;
        waiting.next += 1;
        waiting.since_ms.insert(number, now.clock.mono_ms);
        drop(waiting);
        Queued { backlog: self.clone(), number }
    }

    /// Refuses while the oldest has waited too long: whoever came now would
    /// wait longer still.
    pub(crate) fn check(&self, now: &Moment) -> Result<(), Rejection> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = waiting.since_ms.first_key_value().map(|(_, since_ms)| *since_ms);
        if oldest.is_some_and(|since| now.clock.mono_ms.saturating_sub(since) > self.age_max_ms) {
            return Err(Rejection::overloaded("batches wait too long for the server's disk"));
        }
        Ok(())
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).since_ms.len()
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        let mut waiting = self.backlog.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.since_ms.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::at;

    #[test]
    fn the_oldest_that_still_waits_decides() {
        let backlog = Backlog::new(Duration::from_millis(10));
        let oldest = backlog.enter(&at(0));
        let _younger = backlog.enter(&at(8));
        assert!(backlog.check(&at(10)).is_ok());
        assert!(backlog.check(&at(11)).is_err());
        drop(oldest);
        assert!(backlog.check(&at(11)).is_ok());
        assert_eq!(backlog.len(), 1);
    }
}
