//! A game's counter at arrival: what it names, and when it lags behind.

use super::Arrival;
use crate::state::{
    MatchState,
    clocks::Trust,
    lives::{Live, LiveNo},
};

/// A clock that is known this well speaks against a counter at this distance,
/// as it does for the solver.
const AGAINST_COUNTER_MS: i64 = 2_700;
/// The same for one that was learnt from little: a game's counter lags by one,
/// and the happening before is mostly further away.
const FAR_AGAINST_COUNTER_MS: i64 = 15_000;

impl MatchState {
    /// Whether a report's counter is one behind: the device told of that value
    /// before, or a clock that is known well puts it elsewhere.
    pub(super) fn is_lagging(&self, arrival: &Arrival) -> bool {
        let Some(scope) = arrival.scope.filter(|_| arrival.can_lag) else { return false };
        let mut of_scope = self.lives.in_scope(scope).map(|no| self.lives.get(no)).peekable();
        of_scope.peek().is_some()
            && of_scope.all(|live| {
                self.is_against(arrival, live) || self.own_in(live, arrival.device).is_some()
            })
    }

    /// Whether a report's clock says clearly that it is of something else.
    fn is_against(&self, arrival: &Arrival, live: &Live) -> bool {
        let clock = &self.clocks[usize::from(arrival.packed.clock.0)];
        let distance = (arrival.x - live.reference).abs();
        let is_learnt = clock.trust == Trust::Learnt && !live.is_provisional;
        arrival.is_placed
            && ((clock.is_strict && distance > AGAINST_COUNTER_MS)
                || (is_learnt && distance > FAR_AGAINST_COUNTER_MS))
    }

    /// The occurrence that the counter or the scope names, unless this device
    /// is in it or a well-known clock contradicts.
    pub(super) fn of_scope(&self, arrival: &Arrival, scope: u64) -> Option<LiveNo> {
        self.lives.in_scope(scope).find(|no| {
            let live = self.lives.get(*no);
            !self.is_against(arrival, live) && self.own_in(live, arrival.device).is_none()
        })
    }
}
