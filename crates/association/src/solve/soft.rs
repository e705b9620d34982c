//! Reports that name the wrong player: their happening stands under another
//! name at the same instant.

mod sides;

use std::collections::BTreeMap;

use self::sides::{Pair, Sides};
use super::{
    group::{Group, earliest_but_a_fifth},
    noise::{Caps, Costs},
    view::{Unit, View},
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
/// What it costs that another player met the same fate at that moment.
const ANOTHER: i64 = 600;
/// That it was the same attacker's doing too: one of five opponents.
const SAME_ATTACKER: i64 = 160;
/// That a wrong name is this one of all players'.
const THIS_NAME: i64 = 200;
/// What it says for a wrong name that who it names plays on the attacker's own side: half
/// of all wrong names do, and hardly a right one.
const OWN_SIDE: i64 = 330;
/// And against it that who it names is an opponent: of other players' names half are.
const AN_OPPONENT: i64 = 80;
/// Most that a rare name says against itself: nobody would kill, and nobody
/// be killed, so seldom.
const RARE_MAX: i64 = 600;
/// What a join must gain, and by how much more than any other.
const GAIN_MIN: i64 = 250;
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
    names: Names,
    sides: Sides,
    caps: BTreeMap<crate::Rule, Caps>,
}

impl<'a> Soft<'a> {
    fn new(view: &'a View, costs: &'a Costs, groups: Vec<Group>) -> Self {
        let names = Names::of(view);
        let mut soft = Self {
            view,
            costs,
            wrong_name: wrong_name(view, &groups, &names),
            groups,
            by_time: BTreeMap::new(),
            names,
            sides: Sides::of(view),
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
        let own = ANOTHER + self.costs.missed_by_others(x, group.witnesses(self.view));
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
        let first = &self.view.units[small.units[0]];
        let caps = &self.caps[&first.rule];
        let both: Vec<usize> = [&large.units[..], &small.units[..]].concat();
        let Some(x) = self.reference(&both) else { return IMPOSSIBLE };
        let times = self.spread(&both, caps) - self.spread(&large.units, caps);
        let many = i64::try_from(small.units.len()).unwrap_or(IMPOSSIBLE >> 10);
        times + self.wrong_name * many + self.names(small, large) - self.missed(small, x)
    }

    /// What it costs that these are witnesses of one happening: whoever is the first of two
    /// is on time, and the other is late.
    fn spread(&self, units: &[usize], caps: &Caps) -> i64 {
        let Some(x) = self.reference(units) else { return 0 };
        let late = |own: i64| self.costs.late(own - x, units.len() - 1, caps);
        let placed = units.iter().map(|unit| &self.view.units[*unit]).filter(|it| it.is_placed);
        placed.map(|unit| late(unit.x).min(late(unit.x_alt))).sum()
    }

    fn reference(&self, units: &[usize]) -> Option<i64> {
        let placed = units.iter().map(|unit| &self.view.units[*unit]).filter(|it| it.is_placed);
        earliest_but_a_fifth(&mut placed.map(|unit| unit.x).collect::<Vec<i64>>())
    }

    /// What the small one's witnesses would have missed: the large one.
    fn missed(&self, small: &Group, x: i64) -> i64 {
        let witnesses = small.units.iter().map(|unit| self.view.units[*unit].witness);
        witnesses.map(|witness| self.costs.missed(witness, x)).sum()
    }

    fn names(&self, small: &Group, large: &Group) -> i64 {
        let by_victim = self.view.units[small.units[0]].rule.place == Place::Victim;
        let agrees = small.attacker(self.view) == large.attacker(self.view);
        let other = match (by_victim, agrees) {
            (false, _) => 0,
            (true, true) => -SAME_ATTACKER,
            (true, false) => BOTH_WRONG,
        };
        // Of two that as many tell, either can have the wrong name.
        let is_even = small.units.len() == large.units.len();
        let rare = self.rarity(small).max(if is_even { self.rarity(large) } else { 0 });
        let sides = if by_victim { self.sides(small, is_even, large) } else { 0 };
        THIS_NAME + other + sides - rare
    }

    /// What the players' sides say against a wrong name in the small one, or in either.
    fn sides(&self, small: &Group, is_even: bool, large: &Group) -> i64 {
        let pair = |group: &Group| {
            let first = &self.view.units[group.units[0]];
            self.sides.pair(first.attacker, first.victim)
        };
        match (pair(small), is_even.then(|| pair(large))) {
            (Pair::Together, _) | (_, Some(Pair::Together)) => -OWN_SIDE,
            (Pair::Opposed, None | Some(Pair::Opposed)) => AN_OPPONENT,
            _ => 0,
        }
    }

    /// How much seldomer than a player's the name is that makes the place.
    fn rarity(&self, group: &Group) -> i64 {
        let first = &self.view.units[group.units[0]];
        let name = if first.rule.place == Place::Victim { first.victim } else { first.attacker };
        let elsewhere = self.names.count(name).saturating_sub(group.units.len());
        surprise(count(elsewhere + 1), self.names.usual).clamp(0, RARE_MAX)
    }
}

/// How often each name is told.
struct Names {
    counts: BTreeMap<u64, usize>,
    /// The same of the name of any report: of players, since they are most.
    usual: u64,
}

impl Names {
    fn of(view: &View) -> Self {
        let mut counts = BTreeMap::new();
        for name in view.units.iter().flat_map(|unit| [unit.attacker, unit.victim]) {
            *counts.entry(name).or_default() += 1;
        }
        let all: usize = counts.values().sum();
        let weighed: u64 = counts.values().map(|own| count(*own) * count(*own)).sum();
        Self { counts, usual: weighed / count(all).max(1) }
    }

    /// Whether it is told so seldom that it is hardly a player's.
    fn is_rare(&self, name: u64) -> bool {
        /// An eighth of a player's share.
        const RARE: u64 = 8;
        name != 0 && count(self.count(name)) * RARE <= self.usual
    }

    fn count(&self, name: u64) -> usize {
        self.counts.get(&name).copied().unwrap_or_default()
    }
}

/// How often this match names the wrong player: as often as it names another
/// attacker than the others of the same happening do, or somebody who is hardly
/// named at all.
fn wrong_name(view: &View, groups: &[Group], names: &Names) -> i64 {
    let (mut wrong, mut all) = (0, 0);
    for group in groups {
        let attacker = group.attacker(view);
        let units = group.units.iter().map(|unit| &view.units[*unit]);
        let is_wrong = |unit: &&Unit| {
            unit.attacker != attacker || names.is_rare(unit.attacker) || names.is_rare(unit.victim)
        };
        all += group.units.len();
        wrong += units.filter(is_wrong).count();
    }
    surprise(2 * count(wrong) + 1, 2 * (count(all) + RIGHT_NAMES))
        .clamp(*WRONG_NAME.start(), *WRONG_NAME.end())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX >> 32)
}
