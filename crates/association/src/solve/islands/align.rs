//! One witness's reports against what the others saw, in order.
//!
//! Needleman and Wunsch: the cheapest way to say of each report which
//! happening it tells, and of each happening whether the witness missed it.
//! Order is kept by construction.

use super::{super::group::Group, Ground};
use crate::cost::IMPOSSIBLE;

/// Another attacker than most name: one name in fifty is wrong.
const OTHER_ATTACKER: i64 = 400;

/// How the cheapest way comes to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The report tells this happening.
    Tells,
    /// The witness missed it, or tells it otherwise.
    Missed,
    /// The report is a happening of its own.
    Alone,
}

/// A happening without the witness's free reports.
struct Seen {
    group: Group,
    /// Nothing of it is on a clock that is known.
    reference: Option<i64>,
    attacker: u64,
    /// What the witness changes by being in it.
    one_more: i64,
    /// The witness is in it by a counter.
    is_taken: bool,
}

impl Ground<'_> {
    /// The island with the free reports of `witness` put where they are
    /// likeliest.
    pub(super) fn align(&self, island: Vec<Group>, witness: u16) -> Vec<Group> {
        let (reports, seen) = self.lift(island, witness);
        if reports.is_empty() {
            return seen.into_iter().map(|seen| seen.group).collect();
        }
        let steps = self.cheapest(&reports, &seen);
        let mut groups: Vec<Group> = seen.into_iter().map(|seen| seen.group).collect();
        let width = groups.len();
        let (mut i, mut j) = (reports.len(), width);
        while i > 0 || j > 0 {
            match steps[i * (width + 1) + j] {
                Step::Tells => {
                    groups[j - 1].units.push(reports[i - 1]);
                    (i, j) = (i - 1, j - 1);
                }
                Step::Missed => j -= 1,
                Step::Alone => {
                    groups.push(Group::by_time(vec![reports[i - 1]]));
                    i -= 1;
                }
            }
        }
        groups
    }

    /// The free reports of `witness` by time, and what is left without them.
    fn lift(&self, island: Vec<Group>, witness: u16) -> (Vec<usize>, Vec<Seen>) {
        let is_lifted =
            |unit: &usize| self.is_free[*unit] && self.view.units[*unit].witness == witness;
        let (mut reports, mut seen) = (Vec::new(), Vec::new());
        for mut group in island {
            reports.extend(group.units.iter().copied().filter(is_lifted));
            group.units.retain(|unit| !is_lifted(unit));
            if !group.units.is_empty() {
                let reference = group.reference(self.view);
                seen.push(Seen {
                    one_more: reference.map_or(0, |x| self.one_more(&group, x, witness)),
                    reference,
                    attacker: group.attacker(self.view),
                    is_taken: group.has_witness(self.view, witness),
                    group,
                });
            }
        }
        reports.sort_unstable_by_key(|unit| (self.view.units[*unit].x, *unit));
        let first = |seen: &Seen| seen.group.units.iter().copied().min();
        seen.sort_by_key(|seen| (seen.reference, first(seen)));
        (reports, seen)
    }

    /// The last step to each cell of the cheapest way.
    fn cheapest(&self, reports: &[usize], seen: &[Seen]) -> Vec<Step> {
        let width = seen.len() + 1;
        let mut costs = vec![0; width * (reports.len() + 1)];
        let mut steps = vec![Step::Alone; costs.len()];
        let alone: Vec<i64> = reports.iter().map(|unit| self.alone(*unit)).collect();
        for i in 0..=reports.len() {
            for j in 0..width {
                if i == 0 && j == 0 {
                    continue;
                }
                let cell = i * width + j;
                let mut best = (IMPOSSIBLE, Step::Alone);
                if i > 0 && j > 0 {
                    let cost = costs[cell - width - 1] + self.tells(reports[i - 1], &seen[j - 1]);
                    best = (cost, Step::Tells);
                }
                if j > 0 && costs[cell - 1] < best.0 {
                    best = (costs[cell - 1], Step::Missed);
                }
                if i > 0 && costs[cell - width] + alone[i - 1] < best.0 {
                    best = (costs[cell - width] + alone[i - 1], Step::Alone);
                }
                (costs[cell], steps[cell]) = best;
            }
        }
        steps
    }

    fn tells(&self, report: usize, seen: &Seen) -> i64 {
        match seen.reference {
            Some(x) if !seen.is_taken => {
                let unit = &self.view.units[report];
                let name = if unit.attacker == seen.attacker { 0 } else { OTHER_ATTACKER };
                self.fits(report, x, seen.group.units.len()) + name + seen.one_more
            }
            _ => IMPOSSIBLE,
        }
    }

    /// What one more witness changes: the more see a thing, the likelier it
    /// was; but who joins a single report says that all others missed it.
    fn one_more(&self, group: &Group, x: i64, witness: u16) -> i64 {
        let tellers = group.units.len();
        let own = self.costs.missed(witness, x);
        let in_it = group.witnesses(self.view).filter(|other| *other != witness);
        let missed = self.costs.missed_by_others(x, in_it) - own;
        self.happened(tellers + 1, missed) - self.happened(tellers, missed + own)
    }
}
