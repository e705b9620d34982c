//! A witness of two that cannot both have happened.
//!
//! Two kills of one player are at least a revive apart. Who tells two that are nearer
//! gives each of them its word, and where the others tell one of both at most, either
//! of them may be made up: honest reports of one kill then stand beside both, and both
//! would be confirmed. Such a witness counts for one of them.

use std::collections::BTreeSet;

use super::{Account, Quorum, Sighted};
use crate::{
    Place, ReportSet, Rules, Solution,
    keys::{self, Meant},
    report_set::ClockNo,
};

/// What a witness tells of one victim, on one clock: sorted, what is told next follows.
type Tells = (Account, ClockNo, u64, u64, i64, usize);

/// Takes the word of who alone tells two that are too near from the one that fewer tell;
/// of equals from the later one.
pub(super) fn count_once(
    set: &ReportSet,
    rules: &Rules,
    solution: &Solution,
    quorum: &Quorum,
    sighted: &mut [Sighted],
) {
    for (account, one, other) in too_near(set, rules, solution, quorum, sighted) {
        let [seen, again] = [one, other].map(|at| &sighted[at]);
        let mut both = seen.seen_by.iter().filter(|it| again.seen_by.binary_search(it).is_ok());
        let is_alone = both.next() == Some(&account) && both.next().is_none();
        if is_alone && seen.seen_by.len().min(again.seen_by.len()) > 1 {
            let rank = |seen: &Sighted| (seen.seen_by.len(), std::cmp::Reverse(seen.at_ms));
            let least = if rank(seen) < rank(again) { one } else { other };
            sighted[least].seen_by.retain(|witness| *witness != account);
        }
    }
}

/// Who tells what two of these are, sooner after each other than it can happen again; in
/// order of time.
fn too_near(
    set: &ReportSet,
    rules: &Rules,
    solution: &Solution,
    quorum: &Quorum,
    sighted: &[Sighted],
) -> Vec<(Account, usize, usize)> {
    let mut tells: Vec<Tells> = Vec::new();
    for (at, cluster) in solution.clusters.iter().enumerate() {
        for report in cluster.members.iter().filter_map(|no| set.get(*no)) {
            let stream = set.stream_of(report);
            let account = quorum.witness(stream.device, stream.account.into());
            let is_of_victim = rules.rule(report.kind).place == Place::Victim;
            if let Some(account) = account.filter(|_| is_of_victim) {
                let meant = Meant::as_written(report);
                let place = keys::place(rules, report, meant);
                tells.push((account, report.clock, place, meant.attacker, report.t, at));
            }
        }
    }
    tells.sort_unstable();
    let floor_ms = |at: usize| {
        let first = solution.clusters[at].members.first().and_then(|no| set.get(*no));
        first.map_or(0, |report| rules.rule(report.kind).floor_ms)
    };
    let again = tells.windows(2).filter_map(|pair| {
        let [(account, clock, place, attacker, t, one), next] = pair else { return None };
        let is_again = (account, clock, place, attacker) == (&next.0, &next.1, &next.2, &next.3);
        let is_too_near = is_again && next.5 != *one && next.4.saturating_sub(*t) < floor_ms(*one);
        is_too_near.then_some((*account, *one, next.5))
    });
    let again: BTreeSet<_> = again
        .map(|(account, one, other)| {
            ((sighted[one].at_ms, sighted[other].at_ms), (account, one, other))
        })
        .collect();
    again.into_iter().map(|(_, again)| again).collect()
}
