//! When the follower has its next step of association, and when it forgets.

use std::{num::NonZero, thread, time::Duration};

/// The log counts as quiet when nothing is committed for so long.
pub(super) const BREATH: Duration = Duration::from_millis(10);

/// Under load a step of association has one core in so many: of two cores it works
/// half of the time, of four all the time, and the rest is theirs who wait for
/// receipts.
const CORES_FOR_ONE: u32 = 4;

/// It rests no less, since many events are followed together for less than one by
/// one.
const REST_MIN: Duration = Duration::from_millis(50);

/// And not for longer, since a slow step may have waited for a disk.
pub(super) const REST_MAX: Duration = Duration::from_millis(500);

/// Looks after which something is forgotten where there is always news: ten seconds of breaths,
/// or as many steps.
pub(super) const LOOKS_BETWEEN: u32 = 1_000;

/// When association has its next step.
pub(super) struct Pace {
    /// Of the machine.
    cores: u32,
    waited: Duration,
    /// How long it waits under load.
    rest: Duration,
    /// The end of the log when the last breath began.
    before: u64,
    /// Since something was forgotten.
    looks: u32,
}

impl Pace {
    pub(super) fn new(cores: u32) -> Self {
        let (waited, rest) = (Duration::ZERO, Duration::ZERO);
        Self { cores: cores.max(1), waited, rest, before: 0, looks: 0 }
    }

    /// That of this machine.
    pub(super) fn of_this_machine() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self::new(u32::try_from(cores).unwrap_or(u32::MAX))
    }

    /// A step begins now.
    pub(super) fn goes_on(&mut self) {
        self.waited = Duration::ZERO;
    }

    pub(super) fn breathed(&mut self, committed_before: u64) {
        self.waited += BREATH;
        self.before = committed_before;
    }

    /// A step took so long.
    pub(super) fn stepped(&mut self, took: Duration) {
        let others = CORES_FOR_ONE.saturating_sub(self.cores);
        self.rest = (took * others / self.cores).clamp(REST_MIN, REST_MAX);
    }

    pub(super) fn is_time_to_forget(&mut self) -> bool {
        self.looks += 1;
        let is_time = self.looks >= LOOKS_BETWEEN;
        if is_time {
            self.looks = 0;
        }
        is_time
    }

    /// Where there is more to forget its next turn comes soon: after what the
    /// writer wishes for, and a step of association.
    pub(super) fn forgets_again(&mut self, more: bool) {
        if more {
            self.looks = LOOKS_BETWEEN;
        }
    }

    /// Once nothing was committed for a breath, or it waited long enough.
    pub(super) fn allows(&self, committed: u64) -> bool {
        self.before == committed || self.waited >= self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_load_association_has_one_core_in_four() {
        let rests = |pace: &mut Pace| {
            pace.waited = Duration::ZERO;
            let mut committed = 0;
            while !pace.allows(committed + 1) {
                pace.breathed(committed);
                committed += 1;
            }
            pace.waited
        };
        for (cores, took_ms, rest_ms) in [
            (1, 0, 50),
            (1, 40, 120),
            (1, 60_000, 500),
            (2, 40, 50),
            (2, 200, 200),
            (4, 200, 50),
            (64, 200, 50),
        ] {
            let mut pace = Pace::new(cores);
            pace.stepped(Duration::from_millis(took_ms));
            let rested = rests(&mut pace);
            assert_eq!(rested, Duration::from_millis(rest_ms), "{took_ms} of {cores}");
        }
        let mut pace = Pace::new(2);
        pace.stepped(Duration::from_secs(60));
        pace.breathed(7);
        assert!(pace.allows(7), "nothing was committed for a breath");
    }
}
