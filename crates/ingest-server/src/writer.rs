//! The one writer: a thread with the one connection that writes the log.
//!
//! Requests that wait while it commits are taken together in the next commit,
//! since a commit costs the same however much is in it. What follows from the
//! log is written beside it, by the [`follower`].

mod follower;
mod retirement;

use std::{sync::Arc, thread};

use ingest_store::{Batch, Fullness, IngestTerms, Outcome, Store};
use tokio::sync::{mpsc, oneshot};

use crate::rejection::Rejection;
use follower::{FollowerThread, Progress, Report};
pub(crate) use retirement::keep_retiring;

/// Jobs that wait; each belongs to an admitted request, so it never fills.
const WAITING_MAX: usize = 1_024;
/// Batches in one commit. A batch of a few events costs some ten microseconds,
/// so a full group is done in the time of some commits: it bounds how long the
/// first of them waits for the last.
const GROUP_MAX: usize = 512;
/// Bytes of decoded bodies in one commit, for the same reason: a few
/// milliseconds of writing.
const GROUP_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Reports awaited while the shelf is due: its own, and those of checkpoints
/// that were begun before.
const REPORTS_AWAITED_MAX: usize = 4;

enum Job {
    Ingest(Box<Batch>, oneshot::Sender<Outcome>),
    Other(Box<dyn FnOnce(&mut Store) + Send>),
}

/// The way to the writer's thread.
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    progress: Arc<Progress>,
}

impl Writer {
    /// Starts the thread. It ends when the writer is dropped and all that
    /// waited is done.
    pub(crate) fn start(store: Store, terms: IngestTerms) -> (Self, thread::JoinHandle<()>) {
        let (jobs, waiting) = mpsc::channel(WAITING_MAX);
        let progress = Arc::new(Progress::default());
        progress.committed(store.log_position().unwrap_or(0));
        let shared = progress.clone();
        let thread = thread::spawn(move || work(store, &terms, waiting, shared));
        (Self { jobs, progress }, thread)
    }

    /// Waits, within bounds, until what is stored now can be read.
    pub(crate) async fn associated(&self) {
        self.progress.associated().await;
    }

    /// Stores a batch; the outcome comes after the commit.
    pub(crate) async fn ingest(&self, batch: Batch) -> Result<Outcome, Rejection> {
        let (reply, outcome) = oneshot::channel();
        self.send(Job::Ingest(Box::new(batch), reply)).await?;
        outcome.await.map_err(|_| Rejection::stopped())
    }

    /// Writes something else.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Store) -> ingest_store::Result<T> + Send + 'static,
    ) -> Result<T, Rejection> {
        let (reply, answer) = oneshot::channel();
        let job = move |store: &mut Store| {
            // Nobody waits for the answer where the client has gone.
            drop(reply.send(change(store)));
        };
        self.send(Job::Other(Box::new(job))).await?;
        let answer = answer.await.map_err(|_| Rejection::stopped())?;
        answer.map_err(|error| Rejection::store(&error))
    }

    async fn send(&self, job: Job) -> Result<(), Rejection> {
        self.jobs.send(job).await.map_err(|_| Rejection::stopped())
    }
}

fn work(
    mut store: Store,
    terms: &IngestTerms,
    mut waiting: mpsc::Receiver<Job>,
    progress: Arc<Progress>,
) {
    let mut follower = FollowerThread::start(&store, progress.clone());
    if follower.is_some()
        && let Err(error) = store.leave_checkpoints()
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "Checkpoints stay with commits");
    }
    let mut group = Group::default();
    while let Some(first) = waiting.blocking_recv() {
        let mut next = Some(first);
        while let Some(job) = next.take() {
            match job {
                Job::Ingest(batch, reply) => group.add(*batch, reply),
                Job::Other(change) => {
                    group.commit(&mut store, terms);
                    change(&mut store);
                }
            }
            if !group.is_full() {
                next = waiting.try_recv().ok();
            }
        }
        group.commit(&mut store, terms);
        progress.committed(store.log_position().unwrap_or(0));
        if let Some(follower) = &mut follower {
            follower.written(std::mem::take(&mut group.written));
            hand_over(&mut store, follower);
        }
    }
}

/// Gives the follower what it is to put away, and takes what it has done.
fn hand_over(store: &mut Store, follower: &mut FollowerThread) {
    while let Some(report) = follower.reported() {
        take(store, follower, report);
    }
    if store.fullness() == Fullness::Full
        && let Some(recent) = store.send_to_shelf()
    {
        follower.shelve(recent);
    }
    // The next commit would have to put it away itself, as it does in the end
    // where the follower cannot.
    for _ in 0..REPORTS_AWAITED_MAX {
        if store.fullness() != Fullness::Overfull {
            break;
        }
        let Some(report) = follower.wait() else { break };
        take(store, follower, report);
    }
}

fn take(store: &mut Store, follower: &FollowerThread, report: Report) {
    match report {
        Report::Shelved(recent) => store.arrived_on_shelf(&recent),
        Report::Checkpointed { left } => match store.checkpoint_rest(left) {
            Ok(true) => {}
            Ok(false) => follower.checkpoint(),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "A checkpoint failed");
            }
        },
    }
}

#[derive(Default)]
struct Group {
    batches: Vec<Batch>,
    replies: Vec<oneshot::Sender<Outcome>>,
    bytes: usize,
    /// What its commits wrote, until somebody takes it.
    written: usize,
}

impl Group {
    fn add(&mut self, batch: Batch, reply: oneshot::Sender<Outcome>) {
        self.bytes += batch.body.json.len();
        self.written += batch.written_bytes();
        self.batches.push(batch);
        self.replies.push(reply);
    }

    fn is_full(&self) -> bool {
        self.batches.len() >= GROUP_MAX || self.bytes >= GROUP_BYTES_MAX
    }

    fn commit(&mut self, store: &mut Store, terms: &IngestTerms) {
        if self.batches.is_empty() {
            return;
        }
        let outcomes = match store.ingest(&self.batches, terms) {
            Ok(outcomes) => outcomes,
            // One batch may have spoiled it for the others: each alone.
            Err(_) if self.batches.len() > 1 => {
                self.batches.iter().map(|batch| alone(store, batch, terms)).collect()
            }
            Err(error) => vec![retry(store, &self.batches[0], terms, &error)],
        };
        for (reply, outcome) in self.replies.drain(..).zip(outcomes) {
            // Nobody waits for the outcome where the client has gone.
            drop(reply.send(outcome));
        }
        self.batches.clear();
        self.bytes = 0;
    }
}

fn alone(store: &mut Store, batch: &Batch, terms: &IngestTerms) -> Outcome {
    match store.ingest(std::slice::from_ref(batch), terms) {
        Ok(mut outcomes) => outcomes.pop().expect("one batch has one outcome"),
        Err(error) => retry(store, batch, terms, &error),
    }
}

fn retry(
    store: &Store,
    batch: &Batch,
    terms: &IngestTerms,
    error: &ingest_store::Error,
) -> Outcome {
    tracing::error!(error = error as &dyn std::error::Error, "A batch could not be stored");
    Outcome::Answered(store.retry_answer(batch, terms))
}
