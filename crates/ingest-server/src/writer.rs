//! The one writer: a thread with the one connection that writes the log.
//!
//! Requests that wait while it commits are taken together in the next commit,
//! since a commit costs the same however much is in it. What follows from the
//! log is written beside it, by the [`follower`].

mod follower;
mod group;
mod health;
mod rescue;
mod retirement;
mod room;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use event_model::WallTime;
use ingest_store::{
    Batch, Erasure, Fullness, IngestTerms, Outcome, Place, SealDue, SealRules, Store, Withdrawn,
};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::rejection::Rejection;
pub(crate) use follower::Progress;
use follower::{FollowerThread, Report};
use group::Group;
pub(crate) use health::Health;
pub(crate) use rescue::{keep_in_place, rescue_at_last};
pub(crate) use retirement::keep_retiring;
pub(crate) use room::keep_giving_room_back;

/// Jobs that wait beside those of the admitted requests, of which each has one
/// and keeps its place until that is done: the server's own, one of a kind at a
/// time. So the queue never fills.
const OWN_WAITING_MAX: usize = 8;

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
    room_inside: Arc<AtomicU64>,
    cut_short: Arc<AtomicBool>,
    health: Arc<Health>,
    place: Place,
}

impl Writer {
    /// Starts the thread, for so many requests at a time. It ends when the
    /// writer is dropped and all that waited is done.
    pub(crate) fn start(
        store: Store,
        terms: IngestTerms,
        requests_max: usize,
        health: Health,
        progress: Progress,
    ) -> (Self, thread::JoinHandle<()>) {
        let waiting_max = requests_max.saturating_add(OWN_WAITING_MAX);
        let (jobs, waiting) = mpsc::channel(waiting_max.min(Semaphore::MAX_PERMITS));
        let progress = Arc::new(progress);
        progress.committed(store.log_position().unwrap_or(0));
        let (shared, room) = (progress.clone(), Arc::new(AtomicU64::new(0)));
        let (room_inside, cut_short) = (room.clone(), store.cut_short());
        let health = Arc::new(health);
        let (noted, place) = (health.clone(), store.place());
        let work = move || work(store, &terms, waiting, shared, &room, &noted);
        let thread = thread::spawn(work);
        (Self { jobs, progress, room_inside, cut_short, health, place }, thread)
    }

    /// Bytes of the database that hold nothing, as of the last commit.
    pub(crate) fn room_inside(&self) -> Arc<AtomicU64> {
        self.room_inside.clone()
    }

    /// Where the files are that it writes.
    pub(crate) fn place(&self) -> Place {
        self.place.clone()
    }

    /// Whether the store takes what it is given.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Writes nothing, durably: whether the store takes something again.
    pub(crate) async fn attempt(&self, at: WallTime) -> Result<(), Rejection> {
        let health = self.health.clone();
        self.write(move |store| {
            let tried = store.attempt(at);
            health.tried(&tried);
            tried
        })
        .await
    }

    /// Ends what may take minutes; what waits for it is answered with a retry.
    pub(crate) fn cut_short(&self) {
        self.cut_short.store(true, Ordering::Relaxed);
    }

    /// Waits, within bounds, until what is stored now can be read.
    pub(crate) async fn associated(&self) {
        self.progress.associated().await;
    }

    /// Events that are stored and not associated.
    pub(crate) fn association_lag(&self) -> u64 {
        self.progress.lag()
    }

    /// The same with a patience of one's own; whether it came so far.
    pub(crate) async fn associated_within(&self, patience: Duration) -> bool {
        self.progress.associated_within(patience).await
    }

    /// Waits until a whole step of association was made that began after this.
    pub(crate) async fn stepped(&self) {
        self.progress.stepped().await;
    }

    /// Has a step made also where no event is new: something was decided.
    pub(crate) fn step_soon(&self) {
        self.progress.step_soon();
    }

    /// Which matches are to be sealed at `now`, as far as one look finds them.
    pub(crate) async fn seals_due(
        &self,
        now: WallTime,
        rules: SealRules,
    ) -> Result<Vec<SealDue>, Rejection> {
        let due = self.progress.seals_due(now, rules).await.ok_or_else(Rejection::stopped)?;
        due.map_err(|error| Rejection::store(&error))
    }

    /// Takes what was erased in the log out of the index, while batches are stored.
    pub(crate) async fn withdraw(&self, erasure: Arc<Erasure>) -> Result<Withdrawn, Rejection> {
        let withdrawn = self.progress.withdraw(erasure).await.ok_or_else(Rejection::stopped)?;
        withdrawn.map_err(|error| {
            self.health.failed(&error);
            Rejection::store(&error)
        })
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
        let health = self.health.clone();
        let change = move |store: &mut Store| {
            store.in_place(change).inspect_err(|error| health.failed(error))
        };
        self.ask(change).await?.map_err(|error| Rejection::store(&error))
    }

    /// Does something with the store when it is its turn.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, Rejection> {
        let (reply, answer) = oneshot::channel();
        // Nobody waits for the answer where the client has gone.
        let job = move |store: &mut Store| drop(reply.send(question(store)));
        self.send(Job::Other(Box::new(job))).await?;
        answer.await.map_err(|_| Rejection::stopped())
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
    room_inside: &AtomicU64,
    health: &Health,
) {
    room_inside.store(store.free_bytes().unwrap_or(0), Ordering::Relaxed);
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
                    group.commit(&mut store, terms, health, &progress);
                    change(&mut store);
                }
            }
            if !group.is_full() {
                next = waiting.try_recv().ok();
            }
        }
        group.commit(&mut store, terms, health, &progress);
        room_inside.store(store.free_bytes().unwrap_or(0), Ordering::Relaxed);
        // What is shared of a log that is gone may be of another's by now.
        if let Some(follower) = &mut follower
            && store.misplaced().is_none()
        {
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
