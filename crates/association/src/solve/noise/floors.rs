//! How soon a thing happened again in this match, at the soonest.

use std::collections::BTreeMap;

use super::super::view::{Unit, View};
use crate::Rule;

/// What the learned floor gives away to the noise of one witness.
const MARGIN_MS: i64 = 800;
/// A longer floor changes nothing.
const FLOOR_MAX_MS: i64 = 8_000;
/// Below this the next of a burst is likely soon.
const BURST_MS: i64 = 5_000;
/// Two of one witness within so many floors are a burst.
const AGAIN_FLOORS: i64 = 2;

/// How late a witness may be, and what a happening of its own costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caps {
    floor_ms: i64,
    /// Whether it is known to have happened again soon.
    is_crowded: bool,
}

impl Caps {
    /// For the kind that has this rule, from what the units of `view` show.
    pub(crate) fn of(view: &View, rule: Rule) -> Self {
        let learned = learned(view, Some(rule)).unwrap_or(rule.floor_ms);
        let floor_ms = learned.clamp(rule.floor_ms, rule.floor_ms.max(FLOOR_MAX_MS));
        Self { floor_ms, is_crowded: true }
    }

    /// For what stands at these instants, each told by one witness.
    ///
    /// One in thirty is followed by another soon; where one was, the next is as
    /// likely as not.
    pub(in crate::solve) fn around(self, mut seen: Vec<(u16, i64)>) -> Self {
        seen.sort_unstable();
        let again = |pair: &[(u16, i64)]| {
            pair[0].0 == pair[1].0 && pair[1].1 - pair[0].1 <= AGAIN_FLOORS * self.floor_ms
        };
        Self { is_crowded: seen.windows(2).any(again), ..self }
    }

    /// The latest that a witness is joined to a happening of `others`.
    pub(super) fn late(self, others: usize) -> i64 {
        match (others, self.is_crowded) {
            // Two that one witness each saw: somewhat beyond half of the floor the next
            // of its kind is as likely as a late report, where there is one.
            (0 | 1, true) => (self.floor_ms * 11 / 20).min(4_000),
            (0 | 1, false) => (self.floor_ms * 17 / 20).min(4_000),
            (2, true) => (self.floor_ms * 7 / 10).min(5_000),
            (2, false) => (self.floor_ms * 9 / 10).min(5_000),
            // Now the costs decide: nine misses weigh more than six seconds.
            _ => 6_000,
        }
    }

    /// What a happening costs by being there at all.
    pub(crate) fn new_one(self) -> i64 {
        match (self.is_crowded, self.floor_ms < BURST_MS) {
            (true, true) => 200,
            (true, false) => 600,
            (false, _) => 800,
        }
    }
}

/// The shortest time between two happenings of one place: two reports of one
/// device are two happenings, wherever its clock stands. The second smallest
/// of each account and the second smallest of those, so that no single one
/// lowers it.
pub(super) fn learned(view: &View, rule: Option<Rule>) -> Option<i64> {
    let mut least: BTreeMap<u16, [i64; 2]> = BTreeMap::new();
    let mut last: BTreeMap<(u16, u32), i64> = BTreeMap::new();
    let wanted = |unit: &&Unit| unit.is_placed && rule.is_none_or(|rule| unit.rule == rule);
    let mut units: Vec<&Unit> = view.units.iter().filter(wanted).collect();
    units.sort_by_key(|unit| unit.x);
    for unit in units {
        let least = least.entry(view.account(unit.witness)).or_insert([i64::MAX; 2]);
        if let Some(before) = last.insert((unit.witness, unit.place), unit.x) {
            let gap = unit.x - before;
            if gap < least[0] {
                *least = [gap, least[0]];
            } else if gap < least[1] {
                least[1] = gap;
            }
        }
    }
    let mut seconds: Vec<i64> = least.into_values().map(|least| least[1]).collect();
    seconds.sort_unstable();
    let one_is_enough = usize::from(view.account_count() >= 3);
    let gap = seconds.get(one_is_enough).or(seconds.last())?;
    (*gap < i64::MAX).then(|| (gap - MARGIN_MS).max(0))
}
