//! What may be done a few times an hour.
//!
//! It is right once or twice, and done without an end it would only cost: a server
//! that is restored, a file that somebody deletes.

use std::collections::VecDeque;

use event_model::Moment;

/// Once, and when that went wrong once or twice more.
const IN_A_WINDOW_MAX: usize = 4;
const WINDOW_MS: u64 = 60 * 60 * 1_000;

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
    /// Whether it may be done now.
    pub(crate) fn turn(&self, now: Moment) -> Turn {
        let lately = self.0.iter().filter(|done| is_within_window(**done, now)).count();
        if lately < IN_A_WINDOW_MAX { Turn::Now } else { Turn::Later }
    }

    /// It was done.
    pub(crate) fn done(&mut self, now: Moment) {
        self.0.retain(|done| is_within_window(*done, now));
        self.0.push_back(now);
    }
}

fn is_within_window(done: Moment, now: Moment) -> bool {
    done.clock.epoch == now.clock.epoch
        && now.clock.mono_ms.saturating_sub(done.clock.mono_ms) < WINDOW_MS
}
