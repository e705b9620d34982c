//! Neighbours that are likelier one happening than two.

use super::{super::group::Group, Ground};

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
            let pairs = (0..island.len()).flat_map(|one| {
                let next = one + 1..(one + 1 + NEIGHBOURS).min(island.len());
                next.map(move |other| (one, other))
            });
            let best = pairs
                .filter_map(|(one, other)| {
                    Some((self.change(&island[one], &island[other])?, one, other))
                })
                .filter(|(change, ..)| *change < 0)
                .min();
            let Some((_, one, other)) = best else { break };
            let joined = island.remove(other);
            island[one].units.extend(joined.units);
            island[one].bucket = island[one].bucket.or(joined.bucket);
        }
    }

    /// What joining two changes; `None` where they cannot be one.
    fn change(&self, one: &Group, other: &Group) -> Option<i64> {
        let (first, second) = (one.reference(self.view)?, other.reference(self.view)?);
        if !self.may_be_one(one, other, (second - first).abs()) || one.meets(self.view, other) {
            return None;
        }
        let mut both = one.clone();
        both.units.extend(&other.units);
        let names = if one.attacker(self.view) == other.attacker(self.view) {
            0
        } else {
            let fewer = one.units.len().min(other.units.len());
            OTHER_ATTACKER * i64::try_from(fewer).unwrap_or(i64::MAX / OTHER_ATTACKER)
        };
        let saved = self.caps.new_one() + self.costs.missed_by_others(first, |_| false);
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
