//! What may be done a few times an hour at once, and then only now and then.
//!
//! It is right once or twice, and done without an end it would only cost: a server
//! that is restored, a file that somebody deletes.

use std::collections::VecDeque;

use event_model::Moment;

/// More often in so short a time it is no mishap of somebody who then knows better.
const IN_A_WINDOW_MAX: usize = 4;
pub(crate) const WINDOW_MS: u64 = 60 * 60 * 1_000;

/// When it was done lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lately(VecDeque<Moment>);

/// Whether it may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Now,
    Later,
}

impl Lately {
    /// Whether it may be done now: always where the last time was `pause_ms` ago.
    pub(crate) fn turn(&self, now: Moment, pause_ms: u64) -> Turn {
        let lately = self.0.iter().filter(|done| is_within(WINDOW_MS, **done, now)).count();
        let is_long_ago = !self.0.back().is_some_and(|last| is_within(pause_ms, *last, now));
        if lately < IN_A_WINDOW_MAX || is_long_ago { Turn::Now } else { Turn::Later }
    }

    /// It was done.
    pub(crate) fn done(&mut self, now: Moment) {
        self.0.retain(|done| is_within(WINDOW_MS, *done, now));
        self.0.push_back(now);
    }
}

fn is_within(ms: u64, done: Moment, now: Moment) -> bool {
    done.clock.epoch == now.clock.epoch && now.clock.mono_ms.saturating_sub(done.clock.mono_ms) < ms
}
