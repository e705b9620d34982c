//! Reports that name the wrong player: their happening stands under another
//! name at the same instant.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    group::Group,
    noise::{Caps, Costs},
    view::View,
};
use crate::{
    Place,
    cost::{IMPOSSIBLE, surprise},
};

/// What a wrong name costs: as much as the match shows, from one in twenty to
/// one in a thousand.
const WRONG_NAME: std::ops::RangeInclusive<i64> = 300..=690;
/// Reports that are thought of as right before any is seen.
const RIGHT_NAMES: u64 = 50;
/// The other name is wrong too.
const BOTH_WRONG: i64 = 500;
/// A name that only one account ever used is garbage, not a player.
const GARBAGE: i64 = -300;
/// What a join must gain, and by how much more than any other.
const GAIN_MIN: i64 = 200;
/// In a larger crowd nothing is clear.
const CROWD_MAX: usize = 64;
/// Further apart two reports of one happening are not looked for.
const APART_MS: i64 = 2_700;

/// Joins small groups to the larger ones that they tell of under a wrong name.
pub(crate) fn join_wrong_names(view: &View, costs: &Costs, groups: Vec<Group>) -> Vec<Group> {
    let mut soft = Soft::new(view, costs, groups);
    for small in soft.small_ones() {
        if let Some(into) = soft.home_of(small) {
            let units = std::mem::take(&mut soft.groups[small].units);
            soft.groups[into].units.extend(units);
        }
    }
    soft.groups.retain(|group| !group.units.is_empty());
    soft.groups
}

struct Soft<'a> {
    view: &'a View,
    costs: &'a Costs,
    groups: Vec<Group>,
    /// By rule and time: a wrong name does not change the kind.
    by_time: BTreeMap<(crate::Rule, i64, usize), usize>,
    /// The name that makes the place is wrong, in one report.
    wrong_name: i64,
    /// Names that more than one account used.
    used: BTreeSet<u64>,
    caps: BTreeMap<crate::Rule, Caps>,
}

impl<'a> Soft<'a> {
    fn new(view: &'a View, costs: &'a Costs, groups: Vec<Group>) -> Self {
        let mut soft = Self {
            view,
            costs,
            wrong_name: wrong_name(view, &groups),
            groups,
            by_time: BTreeMap::new(),
            used: used(view),
            caps: BTreeMap::new(),
        };
        for (number, group) in soft.groups.iter().enumerate() {
            let Some(x) = group.reference(view) else { continue };
            let unit = &view.units[group.units[0]];
            if unit.half.is_none() && matches!(unit.rule.place, Place::Victim | Place::Attacker) {
                soft.by_time.insert((unit.rule, x, number), number);
                soft.caps.entry(unit.rule).or_insert_with(|| Caps::of(view, unit.rule));
            }
        }
        soft
    }

    /// Groups of few witnesses, the smallest first.
    fn small_ones(&self) -> Vec<usize> {
        let most = self.view.witnesses.max(3) / 3;
        let mut small: Vec<(usize, usize, usize)> = self
            .by_time
            .values()
            .map(|number| (&self.groups[*number].units, *number))
            .filter(|(units, _)| units.len() <= most)
            .map(|(units, number)| {
                (units.len(), units.iter().copied().min().unwrap_or_default(), number)
            })
            .collect();
        small.sort_unstable();
        small.into_iter().map(|(.., number)| number).collect()
    }

    /// The one group that a small one most likely tells of.
    fn home_of(&self, small: usize) -> Option<usize> {
        let group = &self.groups[small];
        let x = group.reference(self.view)?;
        let rule = self.view.units[*group.units.first()?].rule;
        let near = (rule, x - APART_MS, 0)..=(rule, x + APART_MS, usize::MAX);
        if self.by_time.range(near.clone()).nth(CROWD_MAX).is_some() {
            return None;
        }
        let in_it = |witness| group.has_witness(self.view, witness);
        let own = self.caps[&rule].new_one() + self.costs.missed_by_others(x, in_it);
        let mut gains: Vec<(i64, usize)> = self
            .by_time
            .range(near)
            .map(|(_, number)| *number)
            .filter(|number| *number != small && self.may_hold(*number, small))
            .map(|number| (own - self.cost(small, number), number))
            .collect();
        gains.sort_unstable_by_key(|(gain, number)| (std::cmp::Reverse(*gain), *number));
        let best = gains.first().filter(|(gain, _)| *gain > GAIN_MIN)?;
        let is_clear = gains.get(1).is_none_or(|second| best.0 - second.0 > GAIN_MIN);
        is_clear.then_some(best.1)
    }

    fn may_hold(&self, number: usize, small: usize) -> bool {
        let (large, small) = (&self.groups[number], &self.groups[small]);
        let size = |group: &Group| {
            let first = group.units.iter().copied().min();
            (group.units.len(), std::cmp::Reverse(first))
        };
        let counts_agree = match (large.bucket, small.bucket) {
            (Some(large), Some(small)) => large.can_lag && large.value == small.value,
            (None, Some(_)) => false,
            (_, None) => true,
        };
        !large.units.is_empty()
            && size(large) > size(small)
            && counts_agree
            && large.place(self.view) != small.place(self.view)
            && !large.meets(self.view, small)
    }

    /// What it costs that the small one's reports tell of the large one.
    fn cost(&self, small: usize, large: usize) -> i64 {
        let (small, large) = (&self.groups[small], &self.groups[large]);
        let Some(x) = large.reference(self.view) else { return IMPOSSIBLE };
        let first = &self.view.units[small.units[0]];
        let caps = &self.caps[&first.rule];
        let times: i64 = small
            .units
            .iter()
            .map(|unit| &self.view.units[*unit])
            .filter(|unit| unit.is_placed)
            .map(|unit| {
                let late = |own: i64| self.costs.late(own - x, large.units.len(), caps);
                late(unit.x).min(late(unit.x_alt))
            })
            .sum();
        let many = i64::try_from(small.units.len()).unwrap_or(IMPOSSIBLE >> 10);
        times + self.wrong_name * many + self.names(small, large)
    }

    fn names(&self, small: &Group, large: &Group) -> i64 {
        let first = &self.view.units[small.units[0]];
        let by_victim = first.rule.place == Place::Victim;
        let placing = if by_victim { first.victim } else { first.attacker };
        let agrees = !by_victim || small.attacker(self.view) == large.attacker(self.view);
        let other = if agrees { 0 } else { BOTH_WRONG };
        let garbage = if self.used.contains(&placing) { 0 } else { GARBAGE };
        other + garbage
    }
}

/// How often this match names the wrong player: as often as it names another
/// attacker than the others of the same happening do.
fn wrong_name(view: &View, groups: &[Group]) -> i64 {
    let (mut wrong, mut all) = (0, 0);
    for group in groups.iter().filter(|group| group.units.len() > 1) {
        let attacker = group.attacker(view);
        all += group.units.len();
        wrong += group.units.iter().filter(|unit| view.units[**unit].attacker != attacker).count();
    }
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX >> 1);
    surprise(count(wrong) + 1, count(all) + RIGHT_NAMES)
        .clamp(*WRONG_NAME.start(), *WRONG_NAME.end())
}

fn used(view: &View) -> BTreeSet<u64> {
    let mut first: BTreeMap<u64, u16> = BTreeMap::new();
    let mut used = BTreeSet::new();
    for unit in &view.units {
        for name in [unit.attacker, unit.victim] {
            let account = view.account(unit.witness);
            if *first.entry(name).or_insert(account) != account {
                used.insert(name);
            }
        }
    }
    used
}
