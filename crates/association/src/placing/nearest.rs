//! By time: the occurrence of a report's place that it is clearly nearest to.

use super::{
    Arrival, CANDIDATES,
    nearby::{Caps, DOUBTFUL_PERCENT},
};
use crate::{
    Rule,
    state::{
        MatchState,
        lives::{Live, LiveNo},
    },
};

/// In percent of the rule's caps, how late and how early a report may be for an
/// occurrence of one, two and more: the first seen may itself be late, and the
/// earliest of many is not.
const CAPS_PERCENT: [Caps; 3] = [(74, 150), (81, 120), (96, 90)];
/// What one nat of cost is in the costs here.
const NAT: i64 = 100;
/// Mean lateness, and mean earliness against one and against several, in ms.
const LATE_MS: i64 = 450;
const EARLY_OF_ONE_MS: i64 = 400;
const EARLY_OF_MORE_MS: i64 = 150;
/// Another attacker: one report in fifty has a wrong name.
const OTHER_ATTACKER: i64 = 4 * NAT;
/// How much better than the second the best has to be.
const CLEAR: i64 = NAT;

impl MatchState {
    /// The nearest in time, where it is clearly nearer than the second.
    pub(super) fn nearest(&self, arrival: &Arrival, may: impl Fn(&Live) -> bool) -> Option<LiveNo> {
        if !arrival.is_placed {
            return None;
        }
        let rule = self.rules.rule(arrival.packed.kind);
        let reach = (rule.late_ms, rule.early_ms * CAPS_PERCENT[0].1 / 100);
        let around: Vec<LiveNo> =
            self.lives.around(arrival.place, arrival.x, reach, CANDIDATES).collect();
        let own: Vec<(i64, i64)> = around
            .iter()
            .map(|no| self.lives.get(*no))
            .filter_map(|live| Some((self.own_in(live, arrival.device)?, live.reference)))
            .collect();
        let mut costs: Vec<(i64, LiveNo)> = around
            .iter()
            .filter(|no| may(self.lives.get(**no)) && !self.is_echo(**no))
            .filter_map(|no| Some((self.cost(arrival, self.lives.get(*no), &own)?, *no)))
            .collect();
        // Stable: of equals the first around, and not by a number of this process.
        costs.sort_by_key(|(cost, _)| *cost);
        self.clearly_best(rule, &costs).filter(|no| {
            let reference = self.lives.get(*no).reference;
            let caps = self.nearby(arrival).caps(reference);
            caps.is_none_or(|caps| is_within(rule, caps, arrival.x - reference))
        })
    }

    /// The cheapest, where it is clearly cheaper than another. What is nearer to it
    /// than two can be is another's word of the same: of these the one that most
    /// tell, which keeps its name when they become one.
    fn clearly_best(&self, rule: Rule, costs: &[(i64, LiveNo)]) -> Option<LiveNo> {
        let (cheapest, best) = *costs.first()?;
        let at = self.lives.get(best).reference;
        let is_same = |no: LiveNo| (self.lives.get(no).reference - at).abs() < rule.again_ms;
        let second = costs.iter().find(|(_, no)| !is_same(*no));
        if second.is_some_and(|(second, _)| second - cheapest < CLEAR) {
            return None;
        }
        let same = costs.iter().map(|(_, no)| *no).filter(|no| is_same(*no));
        let rank = |no: &LiveNo| {
            let live = self.lives.get(*no);
            (std::cmp::Reverse(self.seats.members(live.head).count()), live.published)
        };
        // Mostly there is one, and nobody's reports are to be counted.
        if costs.len() == 1 { Some(best) } else { same.min_by_key(rank) }
    }

    /// What it would cost to believe that the report is of `live`; `own` are the
    /// device's reports nearby with the references of their occurrences.
    fn cost(&self, arrival: &Arrival, live: &Live, own: &[(i64, i64)]) -> Option<i64> {
        let is_in_order = own.iter().all(|(x, reference)| {
            *reference != live.reference && (*x < arrival.x) == (*reference < live.reference)
        });
        let members = self.seats.members(live.head).count();
        if !is_in_order || (live.is_provisional && members == 1) {
            return None;
        }
        let rule = self.rules.rule(arrival.packed.kind);
        let caps = if live.is_doubtful && members == 1 {
            DOUBTFUL_PERCENT
        } else {
            CAPS_PERCENT[members.clamp(1, CAPS_PERCENT.len()) - 1]
        };
        let distance = arrival.x - live.reference;
        if !is_within(rule, caps, distance) {
            return None;
        }
        let mean = match (distance >= 0, members) {
            (true, _) => LATE_MS,
            (false, 1) => EARLY_OF_ONE_MS,
            (false, _) => EARLY_OF_MORE_MS,
        };
        let names = if live.attacker == arrival.packed.attacker { 0 } else { OTHER_ATTACKER };
        Some(NAT * distance.abs() / mean + names)
    }
}

/// Whether a report that is so late, or so early, is within the caps.
pub(super) fn is_within(rule: Rule, (late, early): Caps, distance: i64) -> bool {
    distance * 100 <= rule.late_ms * late && -distance * 100 <= rule.early_ms * early
}
