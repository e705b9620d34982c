//! A thread that follows the log beside the writer: it puts ids onto the gate's
//! shelf, moves the WAL into the database, takes out of the index what was erased,
//! and associates.
//!
//! In this order: the first two bound what the writer holds, association can
//! wait. It runs when no request waits, and now and then under load; whoever
//! reads waits for it a while ([`Progress::associated`]).

mod pace;
mod progress;

use std::{
    sync::{Arc, atomic::Ordering, mpsc},
    thread,
    time::Duration,
};

use ingest_store::{Follower, Recent, Store};

use pace::{Pace, REST_MAX};
pub(crate) use progress::Progress;
use progress::{DueSeals, Wishes, Withdrawal, Work};

/// Bytes of the WAL from which it is moved into the database. Larger, and a
/// page that changes often is moved less often; a restart reads all of it.
const WAL_BYTES: usize = 32 * 1024 * 1024;

/// How long the writer waits for the shelf before it takes batches without it:
/// shorter than a client waits for its receipt.
const WRITERS_PATIENCE: Duration = Duration::from_secs(5);

/// What was done for the writer.
pub(super) enum Report {
    /// These ids are on the shelf.
    Shelved(Arc<Recent>),
    /// So many pages of the WAL are left.
    Checkpointed { left: u64 },
}

/// The thread; it ends with this.
pub(super) struct FollowerThread {
    progress: Arc<Progress>,
    reports: mpsc::Receiver<Report>,
    /// The last time it was waited for it did nothing.
    is_stuck: bool,
    written: usize,
    thread: Option<thread::JoinHandle<()>>,
}

impl FollowerThread {
    /// `None` where the files cannot be opened: then reads stand still, and the
    /// writer does the rest itself.
    pub(super) fn start(store: &Store, progress: Arc<Progress>) -> Option<Self> {
        let follower = match Follower::open(store.data_dir(), store.options()) {
            Ok(follower) => follower,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "Nothing is associated");
                progress.stops();
                return None;
            }
        };
        let (report, reports) = mpsc::channel();
        let shared = progress.clone();
        let thread = Some(thread::spawn(move || follow(follower, &shared, &report)));
        Some(Self { progress, reports, is_stuck: false, written: 0, thread })
    }

    pub(super) fn shelve(&self, recent: Arc<Recent>) {
        self.wish(|wishes| wishes.shelve = Some(recent));
    }

    /// Counts what was written since the last checkpoint.
    pub(super) fn written(&mut self, bytes: usize) {
        self.written += bytes;
        if self.written >= WAL_BYTES {
            self.written = 0;
            self.checkpoint();
        }
    }

    pub(super) fn checkpoint(&self) {
        self.wish(|wishes| wishes.checkpoint = true);
    }

    pub(super) fn reported(&mut self) -> Option<Report> {
        let report = self.reports.try_recv().ok();
        self.is_stuck &= !matches!(report, Some(Report::Shelved(_)));
        report
    }

    /// Waits a while for a report; no more where it waited in vain, until
    /// something was put away again.
    pub(super) fn wait(&mut self) -> Option<Report> {
        if self.is_stuck {
            return None;
        }
        let report = self.reports.recv_timeout(WRITERS_PATIENCE).ok();
        self.is_stuck = report.is_none();
        report
    }

    fn wish(&self, wish: impl FnOnce(&mut Wishes)) {
        wish(&mut self.progress.state().wishes);
        self.progress.changed.notify_all();
    }
}

impl Drop for FollowerThread {
    fn drop(&mut self) {
        self.progress.stops();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("The follower's thread did not end as it should");
        }
    }
}

fn follow(mut follower: Follower, progress: &Progress, report: &mpsc::Sender<Report>) {
    let mut pace = Pace::of_this_machine();
    loop {
        let worked = match progress.next(&mut pace) {
            Work::Stop => return,
            Work::Shelve(recent) => shelve(&mut follower, progress, report, recent),
            Work::Checkpoint => checkpoint(&follower, report),
            // And a look whether the index still has what it had.
            Work::Forget => follower.forget().and_then(|more| {
                pace.forgets_again(more);
                associate(&mut follower, progress, &mut pace)
            }),
            Work::Associate => associate(&mut follower, progress, &mut pace),
            // And a step, so that many of them do not keep it from its turn.
            Work::Withdraw(Withdrawal { erasure, reply }) => {
                drop(reply.send(follower.withdraw(&erasure)));
                associate(&mut follower, progress, &mut pace)
            }
            Work::SealsDue(DueSeals { now, rules, reply }) => {
                // Nobody waits for it where the server stops.
                drop(reply.send(follower.seals_due(now, &rules)));
                Ok(())
            }
        };
        if let Err(error) = worked {
            tracing::error!(error = &error as &dyn std::error::Error, "Following the log failed");
            // What was not done is wished for again, or found behind; not at once.
            thread::sleep(REST_MAX);
        }
    }
}

fn shelve(
    follower: &mut Follower,
    progress: &Progress,
    report: &mpsc::Sender<Report>,
    recent: Arc<Recent>,
) -> ingest_store::Result<()> {
    let shelved = follower.shelve(&recent);
    if shelved.is_ok() {
        drop(report.send(Report::Shelved(recent)));
    } else {
        // The writer waits for these before it takes too many more.
        // Where it wished for newer ones meanwhile, it has put these away itself.
        let mut state = progress.state();
        state.wishes.shelve.get_or_insert(recent);
        // What cannot be put away must not keep the WAL from being moved.
        let has_turn = std::mem::take(&mut state.wishes.checkpoint);
        drop(state);
        if has_turn {
            checkpoint(follower, report)?;
        }
    }
    shelved
}

fn associate(
    follower: &mut Follower,
    progress: &Progress,
    pace: &mut Pace,
) -> ingest_store::Result<()> {
    // Before the step, which looks for more than this.
    let committed = progress.committed.load(Ordering::SeqCst);
    let wished = progress.state().steps;
    if !progress.associates() {
        progress.stood_still(wished);
        return Ok(());
    }
    let (followed, took) = progress.timed(|| follower.associate());
    pace.stepped(took);
    progress.followed(committed, wished, &followed?);
    Ok(())
}

fn checkpoint(follower: &Follower, report: &mpsc::Sender<Report>) -> ingest_store::Result<()> {
    let left = follower.checkpoint()?;
    // The writer has gone where this fails.
    drop(report.send(Report::Checkpointed { left }));
    Ok(())
}
