//! From a set of reports to what happened: one pure function.
//!
//! Every loop runs over canonical order, every tie ends in the canonically
//! smaller, and the arithmetic is integer, so that the same set gives the same
//! answer in any order, with any repetition, on any machine.

mod clocks;
mod describe;
mod scan;
mod scopes;
mod view;

use self::{scan::scan_places, view::View};
use crate::{ReportSet, Rules, Solution};

/// What happened, as far as `set` tells.
#[must_use]
pub fn solve(set: &ReportSet, rules: &Rules) -> Solution {
    let mut view = View::new(set, rules);
    let clocks = clocks::place(&mut view);
    let mut groups = scopes::by_counter(&view);
    groups.extend(scan_places(&view));
    describe::solution(set, &view, &clocks, groups)
}
