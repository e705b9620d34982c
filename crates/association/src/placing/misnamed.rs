//! A report, or the occurrence that it belongs to, that names the wrong victim:
//! one attacker seldom kills two at one instant, of whom each device tells but one.

use super::{Arrival, CANDIDATES, nearby::Caps, nearest::is_within};
use crate::{
    state::{
        MatchState,
        lives::{Live, LiveNo},
    },
    trust::Watcher,
};

/// How late and how early, in percent of the rule's caps, a report is at most that
/// is joined in spite of its name.
const CAPS: Caps = (40, 80);
/// Occurrences of a name that are asked whether several tell it.
const OF_NAME_MAX: usize = 16;

impl MatchState {
    /// The one occurrence of the same attacker at that instant that the device has
    /// not told yet, where it tells of nothing else near by of the victim that it
    /// names.
    pub(super) fn misnamed(&self, arrival: &Arrival) -> Option<LiveNo> {
        let beside = self.beside(&arrival.packed).filter(|_| arrival.is_placed)?;
        let rule = self.rules.rule(arrival.packed.kind);
        let near = (2 * rule.floor_ms, 2 * rule.floor_ms);
        if self.lives.around(arrival.place, arrival.x, near, 1).next().is_some() {
            return None;
        }
        let mut at_once = self
            .lives
            .around(beside, arrival.x, (rule.late_ms, rule.early_ms), CANDIDATES)
            .filter(|no| is_within(rule, CAPS, arrival.x - self.lives.get(*no).reference));
        let only = at_once.next().filter(|_| at_once.next().is_none())?;
        let live = self.lives.get(only);
        let may = !live.is_provisional
            && !live.is_doubtful
            && self.own_in(live, arrival.device).is_none()
            && !self.is_echo(only)
            && self.is_rather_a_name(arrival, live);
        may.then_some(only)
    }

    /// Whether a wrong name is likelier than that the device missed one kill and
    /// the others the other: always where hardly anybody is called so.
    fn is_rather_a_name(&self, arrival: &Arrival, live: &Live) -> bool {
        let is_told_by_two = self.seats.members(live.head).nth(1).is_some();
        let misses_seldom = || !self.watchers().iter().any(Watcher::misses_often);
        is_told_by_two
            || misses_seldom()
            || !self.is_name(arrival.place)
            || !self.is_name(live.place)
    }

    /// Whether several tell that something happened to whoever makes this place.
    fn is_name(&self, place: u64) -> bool {
        let mut of_name = self.lives.of_place(place).take(OF_NAME_MAX);
        of_name.any(|no| self.seats.members(self.lives.get(no).head).nth(1).is_some())
    }
}
