//! Time passed and work done, and what is typical of many measurements.

use std::time::{Duration, Instant};

/// How long something took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// Of this thread; none where the system does not say.
    pub(crate) work: Option<Duration>,
}

/// Runs it and says how long it took.
#[expect(clippy::disallowed_methods, reason = "a bench measures the time that passes")]
pub(crate) fn time<T>(run: impl FnOnce() -> T) -> (T, Took) {
    let work = work();
    let start = Instant::now();
    let result = run();
    let wall = start.elapsed();
    let work = self::work().zip(work).map(|(after, before)| after.saturating_sub(before));
    (result, Took { wall, work })
}

/// What this thread ran on a core so far.
fn work() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// The value that `share` of `values` do not exceed.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values[((last as f64) * share).round() as usize]
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

pub(crate) fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
