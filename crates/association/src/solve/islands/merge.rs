//! Neighbours that are likelier one happening than two.

use super::{super::group::Group, Ground, WRONG_REPORT};
use crate::cost::IMPOSSIBLE;

/// How many of the next by time are tried.
const NEIGHBOURS: usize = 3;
/// Two values of a lagging counter this close are one.
const LAG_MS: i64 = 1_000;
/// One attacker of two is wrong in every report of the smaller.
const OTHER_ATTACKER: i64 = 400;

impl Ground<'_> {
    /// Joins neighbours, the likeliest first, while it makes the whole cheaper.
    pub(super) fn merge(&self, island: &mut Vec<Group>) {
        loop {
            let first = |group: &Group| group.units.iter().copied().min();
            island.sort_by_cached_key(|group| (group.reference(self.view), first(group)));
            let mut changes = self.changes(island);
            if changes.is_empty() {
                break;
            }
            changes.sort_unstable();
            let mut is_new = vec![false; island.len()];
            for (_, one, other) in changes {
                // What was joined just now is weighed anew first.
                if !is_new[one] && !is_new[other] {
                    (is_new[one], is_new[other]) = (true, true);
                    let joined = std::mem::take(&mut island[other].units);
                    island[one].units.extend(joined);
                    island[one].bucket = island[one].bucket.or(island[other].bucket);
                }
            }
            island.retain(|group| !group.units.is_empty());
        }
    }

    /// The neighbours that are cheaper as one.
    fn changes(&self, island: &[Group]) -> Vec<(i64, usize, usize)> {
        let pairs = (0..island.len()).flat_map(|one| {
            let next = one + 1..(one + 1 + NEIGHBOURS).min(island.len());
            next.map(move |other| (one, other))
        });
        pairs
            .filter_map(|(one, other)| {
                Some((self.change(&island[one], &island[other])?, one, other))
            })
            .filter(|(change, ..)| *change < 0)
            .collect()
    }

    /// What joining two changes; `None` where they cannot be one.
    fn change(&self, one: &Group, other: &Group) -> Option<i64> {
        let (first, second) = (one.reference(self.view)?, other.reference(self.view)?);
        if !self.may_be_one(one, other, (second - first).abs()) || one.meets(self.view, other) {
            return None;
        }
        let mut both = one.clone();
        both.units.extend(&other.units);
        let fewer = i64::try_from(one.units.len().min(other.units.len())).unwrap_or(IMPOSSIBLE);
        let agree = one.attacker(self.view) == other.attacker(self.view);
        let names = if agree { 0 } else { OTHER_ATTACKER * fewer };
        let saved = self.caps.new_one() + self.costs.missed_by_others(first, |_| false);
        let saved = saved.min(WRONG_REPORT * fewer);
        Some(self.spread(&both)? + names - self.spread(one)? - self.spread(other)? - saved)
    }

    /// Two values of one counter are two, unless counters lag in this match.
    fn may_be_one(&self, one: &Group, other: &Group, apart: i64) -> bool {
        let (Some(one_bucket), Some(other_bucket)) = (one.bucket, other.bucket) else {
            return true;
        };
        let mut units = one.units.iter().chain(&other.units);
        let strict = |unit: &usize| self.strict[usize::from(self.view.units[*unit].clock)];
        self.lag_seen
            && one_bucket.counter == other_bucket.counter
            && one_bucket.value.abs_diff(other_bucket.value) == 1
            && apart <= LAG_MS
            && units.all(strict)
    }

    /// What it costs that these are witnesses of one happening.
    fn spread(&self, group: &Group) -> Option<i64> {
        let x = group.reference(self.view)?;
        let others = group.units.len() - 1;
        Some(group.units.iter().map(|unit| self.fits(*unit, x, others)).sum())
    }
}
