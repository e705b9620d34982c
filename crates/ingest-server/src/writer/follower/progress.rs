//! How far the log was written and followed, and what the follower does next.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use event_model::{Clock, WallTime};
use ingest_store::{Erasure, Followed, Recent, SealDue, SealRules, Withdrawn};
use tokio::sync::{oneshot, watch};

use super::pace::{BREATH, Pace};
use crate::{feed::Hub, metrics::Associating};

/// Without news it looks again after so long.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// How long a reader waits for association to reach what was stored before it
/// asked; then it is answered with what there is, and told how far that goes.
const READERS_PATIENCE: Duration = Duration::from_secs(2);

/// What the writer asks for.
#[derive(Default)]
pub(super) struct Wishes {
    pub(super) shelve: Option<Arc<Recent>>,
    pub(super) checkpoint: bool,
    seals_due: Option<DueSeals>,
    /// As many as requests are worked on.
    withdrawals: VecDeque<Withdrawal>,
    pub(super) stop: bool,
}

/// What is to be taken out of the index.
pub(super) struct Withdrawal {
    pub(super) erasure: Arc<Erasure>,
    pub(super) reply: oneshot::Sender<ingest_store::Result<Withdrawn>>,
}

/// Which matches are to be sealed.
pub(super) struct DueSeals {
    pub(super) now: WallTime,
    pub(super) rules: SealRules,
    pub(super) reply: oneshot::Sender<ingest_store::Result<Vec<SealDue>>>,
}

/// How far the log is written, and how far it was followed.
pub(crate) struct Progress {
    pub(super) committed: AtomicU64,
    /// Nothing is left to do, so a commit has to wake the thread.
    is_asleep: AtomicBool,
    associated: watch::Sender<u64>,
    /// The last step did not come to the log's end: seals stand behind its events.
    has_more: AtomicBool,
    /// The newest wish for a step that a step has followed.
    stepped: watch::Sender<u64>,
    state: Mutex<State>,
    pub(super) changed: Condvar,
    /// Who is told what a step changed.
    hub: Arc<Hub>,
    counts: Associating,
    clock: Arc<dyn Clock>,
    /// Else nothing is ever associated.
    associates: bool,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) wishes: Wishes,
    readers_waiting: usize,
    /// Steps that were wished for since the start, whatever the log has.
    pub(super) steps: u64,
}

impl Progress {
    pub(crate) fn new(hub: Arc<Hub>, counts: Associating, clock: Arc<dyn Clock>) -> Self {
        Self {
            committed: AtomicU64::new(0),
            is_asleep: AtomicBool::new(false),
            associated: watch::Sender::new(0),
            has_more: AtomicBool::new(false),
            stepped: watch::Sender::new(0),
            state: Mutex::default(),
            changed: Condvar::new(),
            hub,
            counts,
            clock,
            associates: true,
        }
    }

    /// The same for a server that associates nothing.
    pub(crate) fn standing_still(mut self) -> Self {
        self.associates = false;
        self
    }

    pub(super) fn associates(&self) -> bool {
        self.associates
    }

    pub(in crate::writer) fn committed(&self, position: u64) {
        self.committed.store(position, Ordering::SeqCst);
        if self.is_asleep.swap(false, Ordering::SeqCst) {
            drop(self.state());
            self.changed.notify_all();
        }
    }

    /// Waits, within bounds, until everything that is stored now is associated.
    pub(in crate::writer) async fn associated(&self) {
        // The reader is told how far it came, whatever that is.
        self.associated_within(READERS_PATIENCE).await;
    }

    /// The same with a patience of one's own; whether it came so far.
    pub(in crate::writer) async fn associated_within(&self, patience: Duration) -> bool {
        let target = self.committed.load(Ordering::SeqCst);
        if !self.associates {
            return false;
        }
        let mut associated = self.associated.subscribe();
        if *associated.borrow() >= target {
            return true;
        }
        let _waiting = Waiting::new(self);
        let reached = associated.wait_for(|through| *through >= target);
        matches!(tokio::time::timeout(patience, reached).await, Ok(Ok(_)))
    }

    /// Waits until a whole step was made that began after this.
    pub(in crate::writer) async fn stepped(&self) {
        let wish = self.wish_for_a_step();
        // The sender lives as long as `self`.
        drop(self.stepped.subscribe().wait_for(|stepped| *stepped >= wish).await);
    }

    /// Which matches are to be sealed at `now`, as far as one look finds them;
    /// `None` where the follower stops before it comes to that.
    pub(in crate::writer) async fn seals_due(
        &self,
        now: WallTime,
        rules: SealRules,
    ) -> Option<ingest_store::Result<Vec<SealDue>>> {
        let (reply, due) = oneshot::channel();
        self.state().wishes.seals_due = Some(DueSeals { now, rules, reply });
        self.changed.notify_all();
        due.await.ok()
    }

    /// Takes what was erased in the log out of the index; `None` where nobody follows
    /// it any more.
    pub(in crate::writer) async fn withdraw(
        &self,
        erasure: Arc<Erasure>,
    ) -> Option<ingest_store::Result<Withdrawn>> {
        let withdrawn = {
            let mut state = self.state();
            if state.wishes.stop {
                return None;
            }
            let (reply, withdrawn) = oneshot::channel();
            state.wishes.withdrawals.push_back(Withdrawal { erasure, reply });
            withdrawn
        };
        self.changed.notify_all();
        withdrawn.await.ok()
    }

    /// Says that nobody follows the log, and leaves who waits for it.
    pub(super) fn stops(&self) {
        let mut state = self.state();
        state.wishes.stop = true;
        state.wishes.withdrawals.clear();
        drop(state);
        self.changed.notify_all();
    }

    /// Has a step made, whatever the log has.
    pub(in crate::writer) fn step_soon(&self) {
        self.wish_for_a_step();
    }

    fn wish_for_a_step(&self) -> u64 {
        let mut state = self.state();
        state.steps += 1;
        self.changed.notify_all();
        state.steps
    }

    /// Events that are stored and not associated.
    pub(in crate::writer) fn lag(&self) -> u64 {
        let associated = *self.associated.borrow();
        self.committed.load(Ordering::SeqCst).saturating_sub(associated)
    }

    /// One step of association is done, which began when so much was committed.
    /// It may have led backwards: an index that was lost is followed anew.
    pub(super) fn followed(&self, committed: u64, wished: u64, step: &Followed) {
        // At the log's end nothing is left to wait for, whatever was counted.
        let through = if step.all { step.through.max(committed) } else { step.through };
        // Before those who wait are woken: they may ask for the counts.
        self.counts.count(&step.counted);
        self.has_more.store(!step.all, Ordering::SeqCst);
        self.associated.send_replace(through);
        self.stepped.send_replace(wished);
        self.hub.changed(step.changed.iter().map(|(key, _)| key.as_str()));
    }

    /// What some work took.
    pub(super) fn timed<T>(&self, work: impl FnOnce() -> T) -> (T, Duration) {
        let begun = self.clock.now().clock.mono_ms;
        let done = work();
        let took_ms = self.clock.now().clock.mono_ms.saturating_sub(begun);
        (done, Duration::from_millis(took_ms))
    }

    /// A step was wished for where nothing is associated.
    pub(super) fn stood_still(&self, wished: u64) {
        self.stepped.send_replace(wished);
    }

    fn is_behind(&self, state: &State, committed: u64) -> bool {
        let has_more = self.has_more.load(Ordering::SeqCst);
        let is_short = has_more || *self.associated.borrow() < committed;
        (self.associates && is_short) || *self.stepped.borrow() < state.steps
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is something to do.
    pub(super) fn next(&self, pace: &mut Pace) -> Work {
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
            let is_behind = self.is_behind(&state, committed);
            let is_awaited = state.readers_waiting > 0 || *self.stepped.borrow() < state.steps;
            if is_behind && (is_awaited || pace.allows(committed)) {
                self.is_asleep.store(false, Ordering::SeqCst);
                pace.goes_on();
                return Work::Associate;
            }
            self.is_asleep.store(!is_behind && self.associates, Ordering::SeqCst);
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

pub(super) enum Work {
    Shelve(Arc<Recent>),
    Checkpoint,
    Associate,
    Forget,
    SealsDue(DueSeals),
    Withdraw(Withdrawal),
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
        if std::mem::take(&mut self.checkpoint) {
            return Some(Work::Checkpoint);
        }
        if let Some(due) = self.seals_due.take() {
            return Some(Work::SealsDue(due));
        }
        self.withdrawals.pop_front().map(Work::Withdraw)
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

#[cfg(test)]
mod tests {
    use boot_clock::BootClock;
    use ingest_store::Counted;

    use super::{super::pace::LOOKS_BETWEEN, *};

    fn progress() -> Progress {
        Progress::new(Arc::default(), Associating::new(), Arc::new(BootClock::new()))
    }

    fn step(through: u64, all: bool) -> Followed {
        Followed { through, all, changed: Vec::new(), counted: Counted::default() }
    }

    #[test]
    fn at_the_logs_end_it_sleeps_and_what_was_lost_wakes_it() {
        let progress = progress();
        progress.committed(7);
        let is_behind = || *progress.associated.borrow() < 7;
        progress.followed(7, 0, &step(5, false));
        assert!(is_behind());
        progress.followed(7, 0, &step(5, true));
        assert!(!is_behind(), "or it would look again and again");
        progress.followed(7, 0, &step(2, false));
        assert!(is_behind(), "the index was made anew");
    }

    #[test]
    fn months_are_forgotten_also_where_there_is_always_something_to_associate() {
        let progress = progress();
        progress.committed(1);
        let _waiting = Waiting::new(&progress);
        let mut pace = Pace::new(1);
        let looks = LOOKS_BETWEEN * 3;
        let forgets =
            (0..looks).filter(|_| matches!(progress.next(&mut pace), Work::Forget)).count();
        assert_eq!(forgets, 3);
    }

    #[tokio::test]
    async fn a_step_that_is_wished_for_is_one_that_began_afterwards() {
        let progress = progress();
        let wished = progress.state().steps;
        let stepped = progress.stepped();
        tokio::pin!(stepped);
        let is_early = tokio::select! { biased; () = &mut stepped => true, () = async {} => false };
        assert!(!is_early);
        // One that had begun before.
        progress.followed(0, wished, &step(0, true));
        let is_early = tokio::select! { biased; () = &mut stepped => true, () = async {} => false };
        assert!(!is_early, "it may not have seen what was decided");
        let mut pace = Pace::new(1);
        assert!(matches!(progress.next(&mut pace), Work::Associate), "though nothing is new");
        let wished = progress.state().steps;
        progress.followed(0, wished, &step(0, true));
        stepped.await;
    }

    #[tokio::test]
    async fn a_step_wakes_those_who_listen_to_what_it_changed() {
        let hub = Arc::new(Hub::default());
        let progress = Progress { hub: hub.clone(), ..progress() };
        let [mut one, mut other] = ["cs2:1", "cs2:2"].map(|key| hub.listen(key));
        let changed = vec![("cs2:1".to_owned(), 3)];
        progress.followed(1, 0, &Followed { changed, ..step(1, true) });
        one.heard().await;
        let is_woken =
            tokio::select! { biased; () = other.heard() => true, () = async {} => false };
        assert!(!is_woken);
    }
}
