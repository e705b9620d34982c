//! A thread that follows the log beside the writer: it puts ids onto the gate's
//! shelf, moves the WAL into the database, and associates.
//!
//! In this order: the first two bound what the writer holds, association can
//! wait. It runs when no request waits, and now and then under load; whoever
//! reads waits for it a while ([`Progress::associated`]).

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use ingest_store::{Followed, Follower, Recent, Store};
use tokio::sync::watch;

/// Bytes of the WAL from which it is moved into the database. Larger, and a
/// page that changes often is moved less often; a restart reads all of it.
const WAL_BYTES: usize = 32 * 1024 * 1024;

/// The log counts as quiet when nothing is committed for so long.
const BREATH: Duration = Duration::from_millis(10);

/// Under load association has a step this often: a thousand events each fifth
/// of a second follow any steady load that leaves the machine some air.
const STEP_UNDER_LOAD: Duration = Duration::from_millis(200);

/// Without news it looks again after so long.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// And after so many looks where there is always news: ten seconds of breaths,
/// or as many steps.
const LOOKS_BETWEEN: u32 = 1_000;

/// How long a reader waits for association to reach what was stored before it
/// asked; then it is answered with what there is, and told how far that goes.
const READERS_PATIENCE: Duration = Duration::from_secs(2);

/// How long the writer waits for the shelf before it takes batches without it:
/// shorter than a client waits for its receipt.
const WRITERS_PATIENCE: Duration = Duration::from_secs(5);

/// What the writer asks for.
#[derive(Default)]
struct Wishes {
    shelve: Option<Arc<Recent>>,
    checkpoint: bool,
    stop: bool,
}

/// What was done for the writer.
pub(super) enum Report {
    /// These ids are on the shelf.
    Shelved(Arc<Recent>),
    /// So many pages of the WAL are left.
    Checkpointed { left: u64 },
}

/// How far the log is written, and how far it was followed.
pub(crate) struct Progress {
    committed: AtomicU64,
    /// Nothing is left to do, so a commit has to wake the thread.
    is_asleep: AtomicBool,
    associated: watch::Sender<u64>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    wishes: Wishes,
    readers_waiting: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            committed: AtomicU64::new(0),
            is_asleep: AtomicBool::new(false),
            associated: watch::Sender::new(0),
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }
}

impl Progress {
    pub(super) fn committed(&self, position: u64) {
        self.committed.store(position, Ordering::SeqCst);
        if self.is_asleep.swap(false, Ordering::SeqCst) {
            drop(self.state());
            self.changed.notify_all();
        }
    }

    /// Waits, within bounds, until everything that is stored now is associated.
    pub(crate) async fn associated(&self) {
        let target = self.committed.load(Ordering::SeqCst);
        let mut associated = self.associated.subscribe();
        if *associated.borrow() >= target {
            return;
        }
        let _waiting = Waiting::new(self);
        let reached = associated.wait_for(|through| *through >= target);
        // The reader is told how far it came, whatever that is.
        drop(tokio::time::timeout(READERS_PATIENCE, reached).await);
    }

    /// One step of association is done, which began when so much was committed.
    /// It may have led backwards: an index that was lost is followed anew.
    fn followed(&self, committed: u64, step: Followed) {
        // At the log's end nothing is left to wait for, whatever was counted.
        let through = if step.all { step.through.max(committed) } else { step.through };
        self.associated.send_replace(through);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is something to do.
    fn next(&self, pace: &mut Pace) -> Work {
        let mut state = self.state();
        loop {
            if let Some(work) = state.wishes.take() {
                return work;
            }
            if pace.is_time_to_forget() {
                return Work::Forget;
            }
            self.is_asleep.store(true, Ordering::SeqCst);
            let committed = self.committed.load(Ordering::SeqCst);
            let is_behind = *self.associated.borrow() < committed;
            if is_behind && (state.readers_waiting > 0 || pace.allows(committed)) {
                self.is_asleep.store(false, Ordering::SeqCst);
                pace.waited = Duration::ZERO;
                return Work::Associate;
            }
            self.is_asleep.store(!is_behind, Ordering::SeqCst);
            let pause = if is_behind { BREATH } else { LOOK_AGAIN };
            let (woken, timeout) =
                self.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            match (is_behind, timeout.timed_out()) {
                (true, true) => pace.breathed(committed),
                (false, true) => return Work::Forget,
                (_, false) => {}
            }
        }
    }
}

/// When association has its next step.
#[derive(Default)]
struct Pace {
    waited: Duration,
    /// The end of the log when the last breath began.
    before: u64,
    /// Since something was forgotten.
    looks: u32,
}

impl Pace {
    fn breathed(&mut self, committed_before: u64) {
        self.waited += BREATH;
        self.before = committed_before;
    }

    fn is_time_to_forget(&mut self) -> bool {
        self.looks += 1;
        let is_time = self.looks >= LOOKS_BETWEEN;
        if is_time {
            self.looks = 0;
        }
        is_time
    }

    /// Where there is more to forget its next turn comes soon: after what the
    /// writer wishes for, and a step of association.
    fn forgets_again(&mut self, more: bool) {
        if more {
            self.looks = LOOKS_BETWEEN;
        }
    }

    /// Once nothing was committed for a breath, or it waited long enough.
    fn allows(&self, committed: u64) -> bool {
        self.before == committed || self.waited >= STEP_UNDER_LOAD
    }
}

enum Work {
    Shelve(Arc<Recent>),
    Checkpoint,
    Associate,
    Forget,
    Stop,
}

impl Wishes {
    fn take(&mut self) -> Option<Work> {
        if self.stop {
            return Some(Work::Stop);
        }
        if let Some(recent) = self.shelve.take() {
            return Some(Work::Shelve(recent));
        }
        std::mem::take(&mut self.checkpoint).then_some(Work::Checkpoint)
    }
}

/// Counts a reader that waits, for as long as it does.
struct Waiting<'p>(&'p Progress);

impl<'p> Waiting<'p> {
    fn new(progress: &'p Progress) -> Self {
        progress.state().readers_waiting += 1;
        progress.changed.notify_all();
        Self(progress)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().readers_waiting -= 1;
    }
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
        self.wish(|wishes| wishes.stop = true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("The follower's thread did not end as it should");
        }
    }
}

fn follow(mut follower: Follower, progress: &Progress, report: &mpsc::Sender<Report>) {
    let mut pace = Pace::default();
    loop {
        let worked = match progress.next(&mut pace) {
            Work::Stop => return,
            Work::Shelve(recent) => shelve(&mut follower, progress, report, recent),
            Work::Checkpoint => checkpoint(&follower, report),
            // And a look whether the index still has what it had.
            Work::Forget => follower.forget().and_then(|more| {
                pace.forgets_again(more);
                associate(&mut follower, progress)
            }),
            Work::Associate => associate(&mut follower, progress),
        };
        if let Err(error) = worked {
            tracing::error!(error = &error as &dyn std::error::Error, "Following the log failed");
            // What was not done is wished for again, or found behind; not at once.
            thread::sleep(STEP_UNDER_LOAD);
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

fn associate(follower: &mut Follower, progress: &Progress) -> ingest_store::Result<()> {
    // Before the step, which looks for more than this.
    let committed = progress.committed.load(Ordering::SeqCst);
    progress.followed(committed, follower.associate()?);
    Ok(())
}

fn checkpoint(follower: &Follower, report: &mpsc::Sender<Report>) -> ingest_store::Result<()> {
    let left = follower.checkpoint()?;
    // The writer has gone where this fails.
    drop(report.send(Report::Checkpointed { left }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use ingest_store::Counted;

    use super::*;

    #[test]
    fn at_the_logs_end_it_sleeps_and_what_was_lost_wakes_it() {
        let progress = Progress::default();
        progress.committed(7);
        let is_behind = || *progress.associated.borrow() < 7;
        progress.followed(
            7,
            Followed { through: 5, all: false, changed: Vec::new(), counted: Counted::default() },
        );
        assert!(is_behind());
        progress.followed(
            7,
            Followed { through: 5, all: true, changed: Vec::new(), counted: Counted::default() },
        );
        assert!(!is_behind(), "or it would look again and again");
        progress.followed(
            7,
            Followed { through: 2, all: false, changed: Vec::new(), counted: Counted::default() },
        );
        assert!(is_behind(), "the index was made anew");
    }

    #[test]
    fn months_are_forgotten_also_where_there_is_always_something_to_associate() {
        let progress = Progress::default();
        progress.committed(1);
        let _waiting = Waiting::new(&progress);
        let mut pace = Pace::default();
        let looks = LOOKS_BETWEEN * 3;
        let forgets =
            (0..looks).filter(|_| matches!(progress.next(&mut pace), Work::Forget)).count();
        assert_eq!(forgets, 3);
    }
}
