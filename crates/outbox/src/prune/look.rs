//! How far the ages of what waits were looked at.
//!
//! Events wait in the order of their appends, so the oldest come first. But where
//! the clock was ahead while many were appended, their dates stand before older
//! ones. So every event is looked at now and then, in bounded runs.

use event_model::Moment;

use super::ROWS_MAX;

/// Ages are counted in days.
const WHOLE_INTERVAL_MS: u64 = 24 * 60 * 60 * 1_000;

/// Where the next look at the ages begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// Behind this sequence.
    behind: u64,
    /// When the last event was reached.
    reached_end: Option<Moment>,
}

impl Look {
    pub(super) fn behind(self) -> u64 {
        self.behind
    }

    /// So many rows were looked at, up to this sequence.
    pub(super) fn saw(&mut self, rows: u64, last: Option<u64>, now: Moment) {
        let goes_on = self.behind > 0 || self.is_whole_due(now);
        match last.filter(|_| rows >= ROWS_MAX) {
            Some(last) if goes_on => self.behind = last,
            // No more than the first ones, since all were seen lately.
            Some(_) => {}
            None => *self = Self { behind: 0, reached_end: Some(now) },
        }
    }

    /// Whether there are events that were not reached yet.
    pub(crate) fn is_under_way(self) -> bool {
        self.behind > 0
    }

    fn is_whole_due(self, now: Moment) -> bool {
        self.reached_end.is_none_or(|reached| {
            reached.clock.epoch != now.clock.epoch
                || now.clock.mono_ms.saturating_sub(reached.clock.mono_ms) >= WHOLE_INTERVAL_MS
        })
    }
}
