//! What something took.

use std::time::{Duration, Instant};

/// Runs `work` and says how long it took.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

/// Durations, to be asked for their order.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<u32>);

impl Times {
    /// Room for so many, so that the list itself costs nothing while measuring.
    pub(crate) fn with_room(many: usize) -> Self {
        Self(Vec::with_capacity(many))
    }

    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_nanos()).unwrap_or(u32::MAX));
    }

    /// That of which this share, in thousandths, are shorter.
    pub(crate) fn at(&mut self, thousandths: usize) -> Duration {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        let index = (self.0.len() * thousandths / 1_000).min(last);
        Duration::from_nanos(self.0.get(index).copied().map_or(0, u64::from))
    }

    /// The mean.
    pub(crate) fn mean(&self) -> Duration {
        let sum: u64 = self.0.iter().copied().map(u64::from).sum();
        let count = u64::try_from(self.0.len().max(1)).expect("a count fits");
        Duration::from_nanos(sum / count)
    }
}
