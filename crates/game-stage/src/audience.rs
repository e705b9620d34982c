//! The companions that a match waits for before it begins, and its clock then.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

use crate::{Pace, StageClock};

/// How long to wait for a companion before the match begins without it: one that
/// probes every five seconds has asked by then.
const WAIT: Duration = Duration::from_secs(20);

/// The same for each further one: many programs take long to start.
const WAIT_FOR_EACH: Duration = Duration::from_secs(5);

/// All clients of one match have one clock, which begins with the last of them.
pub struct Audience {
    pace: Pace,
    size: usize,
    to_come: AtomicUsize,
    complete: watch::Sender<bool>,
    clock: OnceLock<StageClock>,
}

/// One companion's place: it arrives once.
#[derive(Debug, Default)]
pub struct Seat(OnceLock<()>);

impl Audience {
    /// A match that `size` companions are waited for.
    #[must_use]
    pub fn new(pace: Pace, size: usize) -> Self {
        let complete = watch::Sender::new(false);
        Self { pace, size, to_come: AtomicUsize::new(size), complete, clock: OnceLock::new() }
    }

    /// Somebody is there; the last one begins the match.
    pub fn arrives(&self, seat: &Seat) {
        if seat.0.set(()).is_ok() && self.to_come.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.begin();
        }
    }

    /// The match's clock, once it runs.
    pub fn clock(&self) -> Option<&StageClock> {
        self.clock.get()
    }

    /// Waits until all are there, or for long enough.
    pub async fn complete(&self) -> &StageClock {
        let others = u32::try_from(self.size.saturating_sub(1)).unwrap_or(u32::MAX);
        let long_enough = WAIT + WAIT_FOR_EACH.saturating_mul(others);
        let mut complete = self.complete.subscribe();
        timeout(long_enough, complete.wait_for(|complete| *complete)).await.ok();
        self.begin()
    }

    fn begin(&self) -> &StageClock {
        let clock = self.clock.get_or_init(|| self.pace.begin());
        self.complete.send_replace(true);
        clock
    }
}
