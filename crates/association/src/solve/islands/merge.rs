//! Neighbours that are likelier one happening than two.

use super::{super::group::Group, Ground};
use crate::cost::IMPOSSIBLE;

/// How many of the next by time are tried.
const NEIGHBOURS: usize = 3;
/// Rounds of joining: each halves what is alike, a few are enough, and who is
/// put aside in one could come back in the next for ever.
const ROUNDS_MAX: usize = 16;
/// Two values of a lagging counter this close are one.
const LAG_MS: i64 = 1_000;
/// One attacker of two is wrong in every report of the smaller.
const OTHER_ATTACKER: i64 = 400;

/// Two as one, and what somebody told a second time.
struct Both {
    group: Group,
    spare: Vec<usize>,
}

impl Ground<'_> {
    /// Joins neighbours, the likeliest first, while it makes the whole cheaper.
    pub(super) fn merge(&self, island: &mut Vec<Group>) {
        for _ in 0..ROUNDS_MAX {
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
                    let Both { group, spare } = self.both(&island[one], &island[other]);
                    island[one] = group;
                    island[other].units.clear();
                    island.extend(spare.into_iter().map(|unit| Group::by_time(vec![unit])));
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
        if !self.may_be_one(one, other, (second - first).abs()) || self.meet_often(one, other) {
            return None;
        }
        let Both { group: both, spare } = self.both(one, other);
        let fewer = i64::try_from(one.units.len().min(other.units.len())).unwrap_or(IMPOSSIBLE);
        let agree = one.attacker(self.view) == other.attacker(self.view);
        let names = if agree { 0 } else { OTHER_ATTACKER * fewer };
        let happened = |group: &Group| {
            let missed = self.costs.missed_by_others(first, group.witnesses(self.view));
            self.happened(group.units.len(), missed)
        };
        let spare: i64 = spare.into_iter().map(|unit| self.alone(unit)).sum();
        let saved = happened(one) + happened(other) - happened(&both) - spare;
        Some(self.spread(&both)? + names - self.spread(one)? - self.spread(other)? - saved)
    }

    /// Whether so many tell of either that it happened twice. Who tells a thing
    /// twice that happened once can set others against each other, but not most
    /// of them.
    fn meet_often(&self, one: &Group, other: &Group) -> bool {
        let (smaller, larger) =
            if one.units.len() < other.units.len() { (one, other) } else { (other, one) };
        let twice = |unit: &&usize| larger.has_witness(self.view, self.view.units[**unit].witness);
        let met: Vec<&usize> = smaller.units.iter().filter(twice).collect();
        !met.is_empty()
            && (met.len() * 2 > smaller.units.len()
                || smaller.bucket.is_some()
                || larger.bucket.is_some())
    }

    /// Two as one; of who is in both, the report that is earlier stays.
    fn both(&self, one: &Group, other: &Group) -> Both {
        let mut units = [&one.units[..], &other.units[..]].concat();
        units.sort_unstable_by_key(|unit| {
            let unit = &self.view.units[*unit];
            (unit.witness, unit.x, unit.key)
        });
        let mut spare = Vec::new();
        let mut last = None;
        units.retain(|unit| {
            let witness = Some(self.view.units[*unit].witness);
            let is_first = last != witness;
            last = witness;
            if !is_first {
                spare.push(*unit);
            }
            is_first
        });
        Both { group: Group { units, bucket: one.bucket.or(other.bucket) }, spare }
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
