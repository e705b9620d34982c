//! What happened at a report's place shortly before and after, and whether it
//! speaks for a step of the device's clock.
//!
//! A clock that steps by less than a minute shows itself only where the same
//! happens again and again: one kill then looks like a late or an early report
//! of the next. What tells is that the device saw something there that nobody
//! else saw, or missed something that others saw; each is what a step looks
//! like, and each is rare.

use event_model::DeviceId;

use super::{Arrival, CANDIDATES, STEP_MS};
use crate::state::{
    MatchState,
    lives::{Live, LiveNo},
};
use crate::trust::Watcher;

/// How near, late and early in percent of the rule's caps, a report must be
/// for an occurrence to join it.
pub(super) type Caps = (i64, i64);

/// Where its clock may have stepped: what a right clock shows is mostly within
/// this, and what a wrong one shows is mostly not.
pub(super) const DOUBTFUL_PERCENT: Caps = (33, 80);
/// Where it has very likely stepped.
const STEPPED_PERCENT: Caps = (15, 30);

/// One occurrence nearby.
#[derive(Debug, Clone, Copy)]
struct Near {
    reference: i64,
    /// Whether the device is in it, and how many of the others' reports are.
    has_own: bool,
    others: usize,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Nearby {
    near: Vec<Near>,
    /// How late and how early a report is joined at most, in milliseconds.
    reach: (i64, i64),
    /// Whether the device misses so much that a miss says nothing, and whether
    /// anybody does.
    misses: bool,
    others_miss: bool,
    /// Others who tell what can be held against a device that does not: what one
    /// of several tells alone is that one's word.
    enough: usize,
}

impl MatchState {
    /// What is near a report in time, at its place.
    pub(super) fn nearby(&self, arrival: &Arrival) -> Nearby {
        let rule = self.rules.rule(arrival.packed.kind);
        let around = self.lives.around(arrival.place, arrival.x, (STEP_MS, STEP_MS), CANDIDATES);
        let told = around.filter(|no| !self.is_echo(*no));
        let near = told.map(|no: LiveNo| self.near(self.lives.get(no), arrival.device));
        let own = self.watcher_of(&arrival.packed);
        Nearby {
            near: near.collect(),
            reach: (rule.late_ms, rule.early_ms),
            misses: own.is_some_and(Watcher::misses_often),
            others_miss: self.watchers().iter().any(Watcher::misses_often),
            enough: 1 + usize::from(self.set.streams().len() > 2),
        }
    }

    fn near(&self, live: &Live, device: DeviceId) -> Near {
        let mut near = Near { reference: live.reference, has_own: false, others: 0 };
        for member in self.seats.members(live.head) {
            let is_own = self.set.stream_of(self.packed(member)).device == device;
            near.has_own |= is_own;
            near.others += usize::from(!is_own);
        }
        near
    }
}

impl Nearby {
    /// How near a report must be to join what has this reference; none where
    /// the clock is not in doubt.
    pub(super) fn caps(&self, reference: i64) -> Option<Caps> {
        let before = || self.near.iter().filter(|near| near.reference < reference);
        if before().any(|near| self.is_lonely(near)) {
            return Some(if self.others_miss { DOUBTFUL_PERCENT } else { STEPPED_PERCENT });
        }
        let is_missed = |near: &Near| near.others >= self.enough && !near.has_own;
        (!self.misses && before().any(is_missed)).then_some(DOUBTFUL_PERCENT)
    }

    /// The device alone saw it, and nobody saw anything that it could be.
    fn is_lonely(&self, near: &Near) -> bool {
        let could_be = |other: &Near| {
            let late = near.reference - other.reference;
            other.others > 0 && !other.has_own && late <= self.reach.0 && -late <= self.reach.1
        };
        near.has_own && near.others == 0 && !self.near.iter().any(could_be)
    }
}
