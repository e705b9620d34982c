//! From a set of reports to what happened: one pure function.
//!
//! Every loop runs over canonical order, every tie ends in the canonically
//! smaller, and the arithmetic is integer, so that the same set gives the same
//! answer in any order, with any repetition, on any machine.

mod clocks;
mod counters;
mod describe;
mod group;
mod halves;
mod islands;
mod noise;
mod scan;
mod soft;
mod view;

use self::{clocks::Clocks, counters::Counted, group::Group, noise::Costs, view::View};
use crate::{ReportSet, Rules, Solution};

/// What happened, as far as `set` tells.
#[must_use]
pub fn solve(set: &ReportSet, rules: &Rules) -> Solution {
    let mut view = View::new(set, rules);
    let clocks = clocks::place(&mut view);
    let mut counted = counters::count(&view, &clocks);
    let is_free = free_units(&view, &counted);
    let mut groups = std::mem::take(&mut counted.groups);
    groups.extend(scan::scan_places(&view, &is_free));
    let costs = Costs::learn(&view, &groups);
    let lag_seen = counted.lag_seen;
    groups = islands::settle(&view, &costs, groups, &is_free, &counted.strict, lag_seen);
    groups = soft::join_wrong_names(&view, &costs, groups);
    groups.extend(alone(&view, &counted));
    let halves::Paired { groups, linked } = halves::pair(&view, &costs, groups);
    describe::solution(set, &view, &Answer { clocks, counted, costs, groups, linked })
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
