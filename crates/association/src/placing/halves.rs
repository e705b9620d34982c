//! The two halves of a kill that only its killer and its victim see, where at
//! arrival only one can be the other's.

use super::{Arrival, CANDIDATES};
use crate::{
    Packed,
    keys::{self, Sides},
    state::{
        MatchState,
        lives::{Live, LiveNo},
    },
};

/// How far apart two halves may be that are paired at once: what a resolve takes in
/// any noise.
const GATE_MS: i64 = 250;

impl MatchState {
    /// The one half near by that nobody has paired, where no other half of either
    /// side is near.
    pub(super) fn other_half(&self, arrival: &Arrival) -> Option<LiveNo> {
        let own = &arrival.packed;
        let is_known = |report: &Packed| {
            report.team.is_some() && self.clocks[usize::from(report.clock.0)].is_placed()
        };
        if keys::sides(&self.rules, own) == Sides::Both || !is_known(own) {
            return None;
        }
        let near = (2 * GATE_MS, 2 * GATE_MS);
        let mut others = self.lives.around(self.beside(own)?, arrival.x, near, CANDIDATES);
        let only = others.next().filter(|_| others.next().is_none())?;
        let live = self.lives.get(only);
        let other = self.alone_in_it(live)?;
        let is_other = (arrival.x - live.reference).abs() <= GATE_MS
            && is_known(other)
            && other.kind != own.kind
            && other.team != own.team
            && self.set.stream_of(other).account != self.set.stream_of(own).account;
        is_other.then_some(only)
    }

    fn alone_in_it(&self, live: &Live) -> Option<&Packed> {
        let mut members = self.seats.members(live.head);
        let first = members.next().filter(|_| members.next().is_none())?;
        Some(self.packed(first))
    }
}
