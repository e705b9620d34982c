//! The wall clock to the microsecond, as log lines have it.

use std::time::{SystemTime, UNIX_EPOCH};

use super::figures::TimeOfDay;

/// The time of day now.
#[expect(
    clippy::disallowed_methods,
    reason = "log lines are of this clock, and to the microsecond"
)]
pub(crate) fn now() -> TimeOfDay {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimeOfDay::of_epoch(now.as_micros())
}
