//! From a set of reports to what happened: one pure function.
//!
//! Every loop runs over canonical order, every tie ends in the canonically
//! smaller, and the arithmetic is integer, so that the same set gives the same
//! answer in any order, with any repetition, on any machine.

mod clocks;
mod counters;
mod describe;
mod echoes;
mod group;
mod halves;
mod islands;
mod noise;
mod scan;
mod soft;
mod view;

use self::{
    clocks::{Clocks, Votes},
    counters::Counted,
    group::Group,
    noise::Costs,
    view::View,
};
use crate::{
    ReportSet, Rules, Solution,
    trust::{Known, judge},
};

/// What happened, as far as `set` tells.
///
/// Twice where trust finds accounts whose clocks run away or that tell what
/// nobody else saw: the second time nobody is held to their clocks.
#[must_use]
pub fn solve(set: &ReportSet, rules: &Rules) -> Solution {
    solve_knowing(set, rules, &Known::default())
}

/// The same where more is known of the players: nobody is held to the clock of
/// who is not in the match.
pub(crate) fn solve_knowing(set: &ReportSet, rules: &Rules, known: &Known) -> Solution {
    let mut view = View::new(set, rules);
    let clocks = clocks::place(&mut view, &Votes::of_all());
    let solution = decide(set, &view, clocks);
    if is_made_up(&view, &solution) {
        return solution;
    }
    // What clocks that run away pulled with them stands again without their
    // vote: it takes a first solution to know them.
    let votes = Votes::of(&view, &judge(set, rules, &solution, known).voters);
    if votes.are_all() {
        return solution;
    }
    let clocks = clocks::place(&mut view, &votes);
    let without = decide(set, &view, clocks);
    if tears(&solution, &without) { solution } else { without }
}

/// Whether it is more than players could tell, so that looking twice would only
/// take time: as much as a match holds, told by so many as could play it.
fn is_made_up(view: &View, solution: &Solution) -> bool {
    const ACCOUNTS: usize = 16;
    const WITNESSED_MAX: usize = ReportSet::REPORTS_MAX * ACCOUNTS;
    solution.clusters.len() * view.account_names().len() > WITNESSED_MAX
}

/// Whether the voters' clocks alone set apart what stood together: then those
/// who lost their vote were right, and it is a majority that lies.
fn tears(all: &Solution, voters: &Solution) -> bool {
    /// A few groups more are what liars had pulled together.
    const MORE_MAX: (usize, usize) = (51, 50);
    voters.clusters.len() * MORE_MAX.1 > all.clusters.len() * MORE_MAX.0
}

/// What happened, as far as the clocks stand.
fn decide(set: &ReportSet, view: &View, clocks: Clocks) -> Solution {
    let mut counted = counters::count(view, &clocks);
    let is_free = free_units(view, &counted);
    let echoes = echoes::echoes(view, &is_free);
    let is_first: Vec<bool> =
        is_free.iter().zip(&echoes).map(|(is_free, is_echo)| *is_free && !is_echo).collect();
    let mut groups = std::mem::take(&mut counted.groups);
    groups.extend(scan::scan_places(view, &is_first));
    let costs = Costs::learn(view, &groups);
    let lag_seen = counted.lag_seen;
    groups = islands::settle(view, &costs, groups, &is_first, &counted.strict, lag_seen);
    groups = islands::put_back(view, &costs, groups, &echoes, &is_free, &counted.strict);
    groups = soft::join_wrong_names(view, &costs, groups);
    groups.extend(alone(view, &counted));
    let halves::Paired { groups, linked } = halves::pair(view, &costs, groups);
    describe::solution(set, view, &Answer { clocks, counted, costs, groups, linked })
}

/// All that was found out.
struct Answer {
    clocks: Clocks,
    counted: Counted,
    costs: Costs,
    groups: Vec<Group>,
    linked: Vec<(usize, usize)>,
}

/// By unit: whether its time decides where it belongs.
fn free_units(view: &View, counted: &Counted) -> Vec<bool> {
    let by_time = |unit: &view::Unit| unit.bucket.is_none();
    let mut is_free: Vec<bool> = view.units.iter().map(by_time).collect();
    for unit in &counted.free {
        is_free[*unit] = true;
    }
    for (is_free, unit) in is_free.iter_mut().zip(&view.units) {
        *is_free &= unit.is_placed && unit.half.is_none();
    }
    is_free
}

/// What neither a counter nor a time joins to anything.
fn alone(view: &View, counted: &Counted) -> Vec<Group> {
    let freed: std::collections::BTreeSet<usize> = counted.free.iter().copied().collect();
    let units = view.units.iter().enumerate();
    units
        .filter(|(index, unit)| unit.bucket.is_none() || freed.contains(index))
        .filter(|(_, unit)| !unit.is_placed || unit.half.is_some())
        .map(|(index, _)| Group::by_time(vec![index]))
        .collect()
}
