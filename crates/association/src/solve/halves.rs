//! Kills that come as two halves: the killer's own count and the victim's.
//!
//! They are paired only where one pairing is possible; what could be another's
//! stays single and is linked.

mod pairing;

use std::collections::{BTreeMap, BTreeSet};

use self::pairing::{Crowd, Prices};
use super::{
    group::Group,
    noise::Costs,
    view::{Half, View},
};
use crate::NameKey;

/// Players of a match whose kills come as halves: five against five.
const PLAYERS: usize = 10;
/// How far apart two halves are looked for: beyond eight times the noise nothing makes
/// them one, within these. The two seconds that a device can be late were measured too
/// wide: where half of the players watch, one pair in eleven is wrong.
const GATE_MS: std::ops::RangeInclusive<i64> = 250..=1_000;
/// More that could be one than this in one round are made up: players die five
/// a side, and even without rounds nobody is near a hundred others.
const NEAR_MAX: usize = 4_096;
/// What pairing made of the halves.
pub(crate) struct Paired {
    pub(crate) groups: Vec<Group>,
    /// Units of which one may be the other's half.
    pub(crate) linked: Vec<(usize, usize)>,
}

/// A half, alone so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Single {
    x: i64,
    unit: usize,
    group: usize,
}

/// Kills of one side and deaths of the other, in one round.
#[derive(Default)]
struct Problem {
    kills: Vec<Single>,
    deaths: Vec<Single>,
}

/// Pairs what can only be one way.
pub(crate) fn pair(view: &View, costs: &Costs, mut groups: Vec<Group>) -> Paired {
    let mut linked = Vec::new();
    for problem in problems(view, &groups) {
        let (pairs, links) = problem.solve(view, costs);
        for (kill, death) in pairs {
            let units = std::mem::take(&mut groups[death.group].units);
            groups[kill.group].units.extend(units);
            groups[kill.group].bucket = None;
        }
        linked.extend(links.into_iter().map(|(kill, death)| (kill.unit, death.unit)));
    }
    groups.retain(|group| !group.units.is_empty());
    Paired { groups, linked }
}

/// One problem for each round and side; one for the whole round where a side
/// is not known.
fn problems(view: &View, groups: &[Group]) -> Vec<Problem> {
    let mut rounds: BTreeMap<u16, Vec<(Half, NameKey, Single)>> = BTreeMap::new();
    for (group, only) in groups.iter().enumerate().filter(|(_, group)| group.units.len() == 1) {
        let unit = &view.units[only.units[0]];
        if let (Some(half), true) = (unit.half, unit.is_placed) {
            let single = Single { x: unit.x, unit: only.units[0], group };
            rounds.entry(unit.round).or_default().push((half, unit.team, single));
        }
    }
    let mut problems = Vec::new();
    for halves in rounds.into_values() {
        let mut sides: BTreeMap<NameKey, Problem> = BTreeMap::new();
        let teams_known = halves.iter().all(|(_, team, _)| team.is_some());
        let mut teams: Vec<NameKey> = halves.iter().map(|(_, team, _)| *team).collect();
        teams.sort_unstable();
        teams.dedup();
        for (half, team, single) in halves {
            let against = || teams.iter().copied().find(|other| *other != team);
            match half {
                Half::Attacker if teams_known => sides.entry(team).or_default().kills.push(single),
                Half::Victim if teams_known => {
                    let killers = against().unwrap_or_default();
                    sides.entry(killers).or_default().deaths.push(single);
                }
                Half::Attacker => sides.entry(NameKey::NONE).or_default().kills.push(single),
                Half::Victim => sides.entry(NameKey::NONE).or_default().deaths.push(single),
            }
        }
        problems.extend(sides.into_values());
    }
    problems
}

type Pairs = Vec<(Single, Single)>;

impl Problem {
    /// The pairs, and the links between what is left.
    fn solve(mut self, view: &View, costs: &Costs) -> (Pairs, Pairs) {
        self.kills.sort_unstable();
        self.deaths.sort_unstable();
        let gate = (8 * costs.noise.late_ms).clamp(*GATE_MS.start(), *GATE_MS.end());
        let near = self.near(view, gate);
        let absent = PLAYERS.saturating_sub(self.present(view, costs));
        let prices = Prices::of(costs, absent, self.kills.len().max(self.deaths.len()));
        let could_be: BTreeSet<(Single, Single)> = near.iter().copied().collect();
        let crowds = Crowd::all(&self.kills, &self.deaths, gate);
        let pairs: Pairs =
            crowds.iter().flat_map(|crowd| crowd.certain(&could_be, &prices)).collect();
        let paired: BTreeSet<Single> =
            pairs.iter().flat_map(|(kill, death)| [*kill, *death]).collect();
        let is_paired =
            |pair: &(Single, Single)| paired.contains(&pair.0) || paired.contains(&pair.1);
        let links = near.into_iter().filter(|pair| !is_paired(pair)).collect();
        (pairs, links)
    }

    /// Every kill and death that could be one; none where they are too many.
    fn near(&self, view: &View, gate: i64) -> Pairs {
        let mut near = Vec::new();
        for kill in &self.kills {
            let from = self.deaths.partition_point(|death| death.x < kill.x - gate);
            let close = self.deaths[from..].iter().take_while(|death| death.x <= kill.x + gate);
            let account = |single: &Single| view.account(view.units[single.unit].witness);
            let others = close.filter(|death| account(death) != account(kill));
            near.extend(others.map(|death| (*kill, *death)));
            if near.len() > NEAR_MAX {
                return Vec::new();
            }
        }
        near
    }

    /// How many watched while all this happened.
    fn present(&self, view: &View, costs: &Costs) -> usize {
        let all = || self.kills.iter().chain(&self.deaths).map(|single| single.x);
        match (all().min(), all().max()) {
            (Some(first), Some(last)) => costs.watching(view, first, last),
            _ => 0,
        }
    }
}
