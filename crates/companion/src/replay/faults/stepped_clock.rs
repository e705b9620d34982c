//! A wall clock that somebody sets.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use event_model::{Clock, Moment};

/// This machine's clock, whose wall time can be made to step. The monotonic clock goes
/// on as it is, as it does where somebody sets a PC's clock.
pub(crate) struct SteppedClock {
    inner: Arc<dyn Clock>,
    ahead_ms: AtomicI64,
}

impl SteppedClock {
    pub(crate) fn new(inner: Arc<dyn Clock>) -> Self {
        Self { inner, ahead_ms: AtomicI64::new(0) }
    }

    pub(crate) fn step(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Moment {
        let now = self.inner.now();
        Moment { wall: now.wall.plus_ms(self.ahead_ms.load(Ordering::Relaxed)), ..now }
    }
}
