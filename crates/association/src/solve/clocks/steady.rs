//! Steps that most clocks make at once: then it was the frame that stepped.
//!
//! Clocks are held to each other, the first of them to one. Where that one was
//! stepped, all others seem to be, and each decides near that instant by itself
//! which of both frames it is in. So such a step is taken back from all, and
//! the one clock gets it that it belongs to.

use super::{super::view::View, AGREE_MS, Clocks, STEP_MS};
use crate::median::median;

/// How far apart the clocks may notice it: two happenings that all see are
/// nearer to each other.
const TOGETHER_MS: i64 = 120_000;
/// More steps of the frame than this are made up: one for each of ten devices
/// and some.
const STEPS_MAX: usize = 32;

/// A step of one clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Jump {
    by_ms: i64,
    /// In the frame, the last report before it.
    x: i64,
    account: u16,
    clock: usize,
    /// The first report after it.
    from: usize,
}

/// Takes every step of the frame back.
pub(super) fn steady(view: &mut View, clocks: &mut Clocks) {
    for _ in 0..STEPS_MAX {
        clocks.apply(view);
        let Some(common) = common(view, clocks) else { break };
        take_back(view, clocks, &common);
    }
}

/// The step that most of those who were there made within some time.
fn common(view: &View, clocks: &Clocks) -> Option<Vec<Jump>> {
    let mut jumps = jumps(view, clocks);
    jumps.sort_unstable();
    let alike = jumps.chunk_by(|a, b| b.by_ms - a.by_ms <= AGREE_MS);
    let together = alike.flat_map(|alike| {
        let mut alike = alike.to_vec();
        alike.sort_unstable_by_key(|jump| (jump.x, jump.clock));
        windows(&alike)
    });
    let shared = together.filter_map(|jumps| {
        let count = accounts(&jumps);
        (count * 2 > present(view, clocks, middle(&jumps))).then_some((count, jumps))
    });
    shared
        .max_by_key(|(count, jumps)| (*count, std::cmp::Reverse(jumps[0])))
        .map(|(_, jumps)| jumps)
}

/// All that lie near enough to each other, beginning with each.
fn windows(by_time: &[Jump]) -> Vec<Vec<Jump>> {
    let near = |first: usize| {
        let last =
            by_time[first..].partition_point(|jump| jump.x - by_time[first].x <= TOGETHER_MS);
        by_time[first..first + last].to_vec()
    };
    (0..by_time.len()).map(near).collect()
}

fn jumps(view: &View, clocks: &Clocks) -> Vec<Jump> {
    let mut jumps = Vec::new();
    for (number, clock) in
        view.clocks.iter().enumerate().filter(|(number, _)| clocks.locked[*number])
    {
        let offsets = &clocks.offsets[clock.units.clone()];
        for from in 1..offsets.len() {
            let by_ms = offsets[from] - offsets[from - 1];
            if by_ms.abs() > STEP_MS {
                let x = view.units[clock.units.start + from - 1].x;
                jumps.push(Jump { by_ms, x, account: clock.account, clock: number, from });
            }
        }
    }
    jumps
}

fn accounts(jumps: &[Jump]) -> usize {
    let mut accounts: Vec<u16> = jumps.iter().map(|jump| jump.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts.len()
}

fn middle(jumps: &[Jump]) -> i64 {
    let mut x: Vec<i64> = jumps.iter().map(|jump| jump.x).collect();
    median(&mut x).unwrap_or_default()
}

/// How many accounts have a clock that was read before and after.
fn present(view: &View, clocks: &Clocks, x: i64) -> usize {
    let spans = view.clocks.iter().enumerate().filter(|(number, _)| clocks.is_held_to(*number));
    let mut accounts: Vec<u16> = spans
        .filter(|(_, clock)| {
            let units = &view.units[clock.units.clone()];
            units.first().is_some_and(|unit| unit.x <= x)
                && units.last().is_some_and(|unit| unit.x > x)
        })
        .map(|(_, clock)| clock.account)
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts.len()
}

fn take_back(view: &View, clocks: &mut Clocks, common: &[Jump]) {
    let x = middle(common);
    let mut by: Vec<i64> = common.iter().map(|jump| jump.by_ms).collect();
    let usual = median(&mut by).unwrap_or_default();
    for (number, clock) in
        view.clocks.iter().enumerate().filter(|(number, _)| clocks.locked[*number])
    {
        let units = &view.units[clock.units.clone()];
        let own = common.iter().find(|jump| jump.clock == number);
        let (from, by_ms) = match own {
            Some(jump) => (jump.from, jump.by_ms),
            None => (units.iter().position(|unit| unit.x > x).unwrap_or(units.len()), usual),
        };
        for offset in &mut clocks.offsets[clock.units.clone()][from..] {
            *offset -= by_ms;
        }
    }
}
