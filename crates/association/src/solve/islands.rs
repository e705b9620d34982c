//! Happenings of one place that could meet at all, settled together.

mod align;
mod merge;

use std::collections::BTreeMap;

use super::{
    group::{Group, earliest_but_a_fifth},
    noise::{Caps, Costs},
    view::View,
};
use crate::{Rule, cost::IMPOSSIBLE};

/// Further apart in time than any witness is late, twice over.
const APART_MS: i64 = 12_000;
/// A larger island is made up: it stays as it was found first.
const UNITS_MAX: usize = 256;
/// Sweeps until it stands still; two as a rule.
const SWEEPS_MAX: usize = 6;

/// What one report costs that is wrong in itself, in its name or its time: one
/// in sixty thousand. No report costs more by standing alone, however many
/// should have seen what it tells; each further one that tells the same wrong
/// thing costs half of it.
const WRONG_REPORT: i64 = 1_100;

/// What the groups of one island are settled by.
pub(super) struct Ground<'a> {
    pub(super) view: &'a View,
    pub(super) costs: &'a Costs,
    pub(super) caps: Caps,
    /// By unit: whether it may be put elsewhere.
    pub(super) is_free: &'a [bool],
    /// By clock: whether it may speak against a counter.
    pub(super) strict: &'a [bool],
    pub(super) lag_seen: bool,
}

/// The free units, each where it is likeliest.
pub(crate) fn settle(
    view: &View,
    costs: &Costs,
    groups: Vec<Group>,
    is_free: &[bool],
    strict: &[bool],
    lag_seen: bool,
) -> Vec<Group> {
    let mut caps: BTreeMap<Rule, Caps> = BTreeMap::new();
    let mut settled = Vec::with_capacity(groups.len());
    for island in islands(view, groups) {
        let rule = view.units[island[0].units[0]].rule;
        let caps = *caps.entry(rule).or_insert_with(|| Caps::of(view, rule));
        let units = island.iter().flat_map(|group| &group.units).map(|unit| &view.units[*unit]);
        let caps = caps.around(units.map(|unit| (unit.witness, unit.x)).collect());
        let ground = Ground { view, costs, caps, is_free, strict, lag_seen };
        settled.extend(ground.settle(island));
    }
    settled
}

/// The groups with what their witnesses told again: it is a report that was
/// late, and of something else, or it stands alone. What others tell stays where
/// it is.
pub(crate) fn put_back(
    view: &View,
    costs: &Costs,
    mut groups: Vec<Group>,
    echoes: &[bool],
    is_free: &[bool],
    strict: &[bool],
) -> Vec<Group> {
    if !echoes.contains(&true) {
        return groups;
    }
    let again = (0..view.units.len()).filter(|unit| echoes[*unit]);
    groups.extend(again.map(|unit| Group::by_time(vec![unit])));
    let mut caps: BTreeMap<Rule, Caps> = BTreeMap::new();
    let mut put = Vec::with_capacity(groups.len());
    for mut island in islands(view, groups) {
        let units = || island.iter().flat_map(|group| &group.units);
        let mut witnesses: Vec<u16> =
            units().filter(|unit| echoes[**unit]).map(|unit| view.units[*unit].witness).collect();
        witnesses.sort_unstable();
        witnesses.dedup();
        if !witnesses.is_empty() && units().count() <= UNITS_MAX {
            let rule = view.units[island[0].units[0]].rule;
            let seen = units().map(|unit| (view.units[*unit].witness, view.units[*unit].x));
            let caps = *caps.entry(rule).or_insert_with(|| Caps::of(view, rule));
            let caps = caps.around(seen.collect());
            let ground = Ground { view, costs, caps, is_free, strict, lag_seen: false };
            for witness in witnesses {
                island = ground.align(island, witness);
            }
        }
        put.extend(island);
    }
    put
}

/// Groups of one place without a gap that nothing spans; what has no time of
/// its own is alone.
fn islands(view: &View, groups: Vec<Group>) -> Vec<Vec<Group>> {
    let mut keyed: Vec<(u32, Option<i64>, Group)> = groups
        .into_iter()
        .filter(|group| !group.units.is_empty())
        .map(|group| (group.place(view), group.reference(view), group))
        .collect();
    keyed.sort_by_key(|(place, x, group)| (*place, *x, group.units[0]));
    let mut islands: Vec<Vec<Group>> = Vec::new();
    let mut last: Option<(u32, i64)> = None;
    for (place, x, group) in keyed {
        let joins = matches!((last, x), (Some((p, before)), Some(x)) if p == place && x - before <= APART_MS);
        if joins && let Some(island) = islands.last_mut() {
            island.push(group);
        } else {
            islands.push(vec![group]);
        }
        last = x.map(|x| (place, x));
    }
    islands
}

impl Ground<'_> {
    fn settle(&self, mut island: Vec<Group>) -> Vec<Group> {
        let units: usize = island.iter().map(|group| group.units.len()).sum();
        let any_free = island.iter().flat_map(|group| &group.units).any(|unit| self.is_free[*unit]);
        let is_settled = |island: &[Group]| matches!(island, [only] if self.stands(only));
        if units > UNITS_MAX || !(any_free || self.lag_seen) || is_settled(&island) {
            return island;
        }
        for _ in 0..SWEEPS_MAX {
            let before = labels(&island);
            for witness in self.free_witnesses(&island) {
                island = self.align(island, witness);
            }
            self.merge(&mut island);
            if labels(&island) == before {
                break;
            }
        }
        island
    }

    /// Whether every one of a group that stands alone is likelier in it than a
    /// happening of its own: then no sweep would change anything.
    fn stands(&self, group: &Group) -> bool {
        let mut others: Vec<i64> = Vec::with_capacity(group.units.len());
        let attacker = group.attacker(self.view);
        group.units.iter().filter(|unit| self.is_free[**unit]).all(|unit| {
            let own = &self.view.units[*unit];
            let placed = group.units.iter().map(|other| &self.view.units[*other]);
            others.clear();
            others.extend(
                placed.filter(|it| it.is_placed && it.witness != own.witness).map(|it| it.x),
            );
            let alone = self.alone(*unit);
            let count = others.len();
            own.attacker == attacker
                && earliest_but_a_fifth(&mut others)
                    .is_some_and(|x| self.fits(*unit, x, count) < alone)
        })
    }

    /// What it costs that a report tells of a happening of its own.
    fn alone(&self, unit: usize) -> i64 {
        let unit = &self.view.units[unit];
        self.happened(1, self.costs.missed_by_others(unit.x, std::iter::once(unit.witness)))
    }

    /// What a happening costs that so many tell and others `missed`: either it
    /// was, or they are wrong.
    fn happened(&self, tellers: usize, missed: i64) -> i64 {
        let tellers = i64::try_from(tellers).unwrap_or(IMPOSSIBLE >> 20);
        (self.caps.new_one() + missed).min(WRONG_REPORT * (tellers + 1) / 2)
    }

    fn free_witnesses(&self, island: &[Group]) -> Vec<u16> {
        let free = island.iter().flat_map(|group| &group.units).filter(|unit| self.is_free[**unit]);
        let mut witnesses: Vec<u16> = free.map(|unit| self.view.units[*unit].witness).collect();
        witnesses.sort_unstable();
        witnesses.dedup();
        witnesses
    }

    /// What it costs that a unit is a witness of what happened at `x` with
    /// `others` more; nothing where its time is not known.
    fn fits(&self, unit: usize, x: i64, others: usize) -> i64 {
        let unit = &self.view.units[unit];
        if !unit.is_placed {
            return 0;
        }
        let cost = |own: i64| self.costs.late(own - x, others, &self.caps);
        cost(unit.x).min(cost(unit.x_alt))
    }
}

/// Which units stand together, whatever the order of the groups.
fn labels(island: &[Group]) -> Vec<(usize, usize)> {
    let mut labels: Vec<(usize, usize)> = island
        .iter()
        .flat_map(|group| {
            let label = group.units.iter().copied().min().unwrap_or_default();
            group.units.iter().map(move |unit| (*unit, label))
        })
        .collect();
    labels.sort_unstable();
    labels
}
