//! Batches that are committed together.

use ingest_store::{Batch, IngestTerms, Outcome, Store};
use tokio::sync::oneshot;

use super::{Health, Progress};

/// Batches in one commit. A batch of a few events costs some ten microseconds,
/// so a full group is done in the time of some commits: it bounds how long the
/// first of them waits for the last.
const GROUP_MAX: usize = 512;
/// Bytes of decoded bodies in one commit, for the same reason: a few
/// milliseconds of writing.
const GROUP_BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Group {
    batches: Vec<Batch>,
    replies: Vec<oneshot::Sender<Outcome>>,
    bytes: usize,
    /// What its commits wrote, until somebody takes it.
    pub(super) written: usize,
}

impl Group {
    pub(super) fn add(&mut self, batch: Batch, reply: oneshot::Sender<Outcome>) {
        self.bytes += batch.body.json.len();
        self.written += batch.written_bytes();
        self.batches.push(batch);
        self.replies.push(reply);
    }

    pub(super) fn is_full(&self) -> bool {
        self.batches.len() >= GROUP_MAX || self.bytes >= GROUP_BYTES_MAX
    }

    pub(super) fn commit(
        &mut self,
        store: &mut Store,
        terms: &IngestTerms,
        health: &Health,
        progress: &Progress,
    ) {
        if self.batches.is_empty() {
            return;
        }
        let committed = store.ingest(&self.batches, terms);
        health.committed(&committed);
        let outcomes = match committed {
            Ok(outcomes) => outcomes,
            // One batch has spoiled it for the others: each alone.
            Err(ingest_store::Error::UnknownDevice) if self.batches.len() > 1 => {
                self.batches.iter().map(|batch| alone(store, batch, terms, health)).collect()
            }
            // The store itself failed, and would fail for each as slowly.
            Err(error) => retry(store, &self.batches, terms, &error),
        };
        // Before anybody hears of it: who reads what it has just sent waits for it.
        progress.committed(store.log_position().unwrap_or(0));
        for (reply, outcome) in self.replies.drain(..).zip(outcomes) {
            // Nobody waits for the outcome where the client has gone.
            drop(reply.send(outcome));
        }
        self.batches.clear();
        self.bytes = 0;
    }
}

fn alone(store: &mut Store, batch: &Batch, terms: &IngestTerms, health: &Health) -> Outcome {
    let committed = store.ingest(std::slice::from_ref(batch), terms);
    health.committed(&committed);
    match committed {
        Ok(mut outcomes) => outcomes.pop().expect("one batch has one outcome"),
        Err(error) => {
            let mut outcomes = retry(store, std::slice::from_ref(batch), terms, &error);
            outcomes.pop().expect("one batch has one outcome")
        }
    }
}

fn retry(
    store: &Store,
    batches: &[Batch],
    terms: &IngestTerms,
    error: &ingest_store::Error,
) -> Vec<Outcome> {
    let (error, count) = (error as &dyn std::error::Error, batches.len());
    tracing::error!(error, batches = count, "Batches could not be stored");
    batches.iter().map(|batch| Outcome::Answered(store.retry_answer(batch, terms))).collect()
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use boot_clock::BootClock;
    use event_model::{DeviceId, Fingerprint, WallTime};
    use ingest_api::Lifetimes;
    use ingest_store::{Body, Item, SoundEvent, StoreOptions, Tally, Verdict};
    use uuid::Uuid;

    use super::*;
    use crate::metrics::Associating;

    fn at() -> WallTime {
        WallTime::from_unix_ms(0)
    }

    fn batch(device: Uuid, id: &str) -> Batch {
        let event = SoundEvent {
            id: id.to_owned(),
            fingerprint: Fingerprint([0; 32]),
            span: 1..3,
            origin: None,
            corrected: association::Sighting { at: at(), quality: association::TimeQuality::Good },
            gap: None,
        };
        let items = vec![Item { sequence: None, verdict: Verdict::Sound(event) }];
        let body = Body { json: b"[{}]".to_vec(), zstd: None };
        let device = DeviceId(device);
        Batch { device, outbox: None, received_at: at(), idempotency: None, body, items }
    }

    /// What each of a group was answered.
    fn commit(store: &mut Store, batches: [Batch; 3]) -> [Tally; 3] {
        let terms = IngestTerms {
            server_version: String::new(),
            lifetimes: Lifetimes::default(),
            separates_replays: false,
        };
        let mut group = Group::default();
        let outcomes = batches.map(|batch| {
            let (reply, outcome) = oneshot::channel();
            group.add(batch, reply);
            outcome
        });
        let failures = prometheus::IntCounter::new("failures", "of the store").unwrap();
        let progress =
            Progress::new(Arc::default(), Associating::new(), Arc::new(BootClock::new()));
        group.commit(store, &terms, &Health::counting(failures), &progress);
        outcomes.map(|outcome| match outcome.blocking_recv().unwrap() {
            Outcome::Answered(answer) => answer.tally,
            Outcome::KeyReused => panic!("no key was given"),
        })
    }

    #[test]
    fn a_device_that_is_unknown_spoils_no_other_batch_of_its_commit() {
        let dir = tempfile::TempDir::new().unwrap();
        let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        store.add_device(DeviceId(Uuid::nil()), "PC", at()).unwrap();
        let batches = [(Uuid::nil(), "a"), (Uuid::max(), "b"), (Uuid::nil(), "c")];
        let [first, unknown, last] =
            commit(&mut store, batches.map(|(device, id)| batch(device, id)));
        assert_eq!((first.stored, unknown.retry, last.stored), (1, 1, 1));
    }

    #[test]
    fn a_store_that_fails_asks_all_to_come_again() {
        let dir = tempfile::TempDir::new().unwrap();
        let options = StoreOptions { busy_timeout: Duration::ZERO };
        let mut store = Store::open(dir.path(), options).unwrap();
        store.add_device(DeviceId(Uuid::nil()), "PC", at()).unwrap();
        let shell = rusqlite::Connection::open(dir.path().join(Store::FILE_NAME)).unwrap();
        shell.execute_batch("BEGIN IMMEDIATE").unwrap();
        let tallies = commit(&mut store, ["a", "b", "c"].map(|id| batch(Uuid::nil(), id)));
        assert_eq!(tallies.map(|tally| tally.retry), [1, 1, 1]);
        shell.execute_batch("ROLLBACK").unwrap();
        let tallies = commit(&mut store, ["a", "b", "c"].map(|id| batch(Uuid::nil(), id)));
        assert_eq!(tallies.map(|tally| tally.stored), [1, 1, 1]);
    }
}
