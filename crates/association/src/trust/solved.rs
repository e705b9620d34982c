//! A solved match in the words of trust.

use std::collections::{BTreeMap, BTreeSet};

use event_model::Kind;

use super::{Account, Assessment, Conduct, Coverage, Quorum, Seers, Sighted, Span, once};
use crate::{Cluster, NameKey, Packed, ReportNo, ReportSet, Rules, Solution};

impl From<NameKey> for Account {
    fn from(name: NameKey) -> Self {
        Self(name.0)
    }
}

/// Whose reports of a set count: those that tell whose game was watched.
#[must_use]
pub fn quorum_of(set: &ReportSet) -> Quorum {
    let mut sent = BTreeMap::new();
    for (_, report) in set.iter() {
        let stream = set.stream_of(report);
        if !stream.is_nameless() {
            *sent.entry((stream.device, stream.account.into())).or_default() += 1;
        }
    }
    Quorum::new(&sent)
}

/// What was seen, one for each cluster of the solution and in its order.
///
/// Who alone tells two kills of one player sooner after each other than they can happen
/// counts for one of them.
#[must_use]
pub fn sighted_in(
    set: &ReportSet,
    rules: &Rules,
    solution: &Solution,
    quorum: &Quorum,
) -> Vec<Sighted> {
    let of = |cluster| sighted(set, rules, solution, cluster, quorum);
    let mut sighted: Vec<Sighted> = solution.clusters.iter().map(of).collect();
    once::count_once(set, rules, solution, quorum, &mut sighted);
    sighted
}

/// What each account watched: from the first to the last occurrence that it saw,
/// of those of which it is known when they were, where there are any. Who tells of
/// the match's start or end only in one of the `late` reports is not known to have
/// seen it.
#[must_use]
pub fn coverage_of(
    set: &ReportSet,
    sighted: &[Sighted],
    quorum: &Quorum,
    late: &BTreeSet<ReportNo>,
) -> Vec<Coverage> {
    let mut coverage: BTreeMap<Account, Coverage> = BTreeMap::new();
    let timed = sighted.iter().filter(|seen| seen.is_timed);
    let of_timed: BTreeSet<Account> = timed.flat_map(|seen| seen.seen_by.clone()).collect();
    for seen in sighted {
        let counts = |account: &&Account| seen.is_timed || !of_timed.contains(account);
        for account in seen.seen_by.iter().filter(counts) {
            let nothing_before = Span { from_ms: seen.at_ms, to_ms: seen.at_ms };
            let of_account = coverage.entry(*account).or_insert_with(|| Coverage {
                account: *account,
                watched: vec![nothing_before],
                lost: Vec::new(),
                is_timed: seen.is_timed,
                saw_start: false,
                saw_end: false,
            });
            for span in &mut of_account.watched {
                span.from_ms = span.from_ms.min(seen.at_ms);
                span.to_ms = span.to_ms.max(seen.at_ms);
            }
        }
    }
    for (_, report) in set.iter().filter(|(no, _)| !late.contains(no)) {
        let stream = set.stream_of(report);
        let account = quorum.witness(stream.device, stream.account.into());
        if let Some(of_account) = account.and_then(|account| coverage.get_mut(&account)) {
            of_account.saw_start |= report.kind == Kind::MatchStarted;
            of_account.saw_end |= report.kind == Kind::MatchEnded;
        }
    }
    coverage.into_values().collect()
}

fn sighted(
    set: &ReportSet,
    rules: &Rules,
    solution: &Solution,
    cluster: &Cluster,
    quorum: &Quorum,
) -> Sighted {
    let members: Vec<&Packed> = cluster.members.iter().filter_map(|no| set.get(*no)).collect();
    let witness = |report: &&Packed| {
        let stream = set.stream_of(report);
        quorum.witness(stream.device, stream.account.into())
    };
    let seen_by: BTreeSet<Account> = members.iter().filter_map(witness).collect();
    let seen_by: Vec<_> = seen_by.into_iter().collect();
    let seen_by_all = members.first().is_none_or(|report| rules.seen_by_all(report.kind));
    Sighted {
        at_ms: cluster.at.at.unix_ms(),
        seers: if seen_by_all { Seers::Everybody } else { Seers::Only(seen_by.clone()) },
        seen_by,
        is_native: members.iter().any(|report| report.is_native()),
        is_timed: members
            .iter()
            .any(|report| solution.track(report.clock).is_some_and(|track| track.locked)),
    }
}

/// How each account behaved, for [`super::voters`].
#[must_use]
pub fn conducts_in(
    set: &ReportSet,
    solution: &Solution,
    quorum: &Quorum,
    assessment: &Assessment,
) -> Vec<Conduct> {
    let mut residuals: BTreeMap<Account, Vec<(i64, i64)>> = BTreeMap::new();
    for cluster in &solution.clusters {
        for (account, x, late_ms) in residuals_in(set, solution, quorum, cluster) {
            residuals.entry(account).or_default().push((x, late_ms));
        }
    }
    let steps = steps_by_account(set, solution);
    let conduct = |(account, trust): (&Account, &super::AccountTrust)| {
        let mut residuals = residuals.remove(account).unwrap_or_default();
        residuals.sort_unstable();
        Conduct {
            account: *account,
            seen: trust.seen,
            doubtful: trust.doubtful,
            steps: steps.get(account).copied().unwrap_or_default(),
            residuals,
        }
    };
    assessment.accounts.iter().map(conduct).collect()
}

/// By how much each witness was later than the middle of the others.
fn residuals_in(
    set: &ReportSet,
    solution: &Solution,
    quorum: &Quorum,
    cluster: &Cluster,
) -> Vec<(Account, i64, i64)> {
    let mut times: BTreeMap<Account, i64> = BTreeMap::new();
    for report in cluster.members.iter().filter_map(|no| set.get(*no)) {
        let stream = set.stream_of(report);
        let track = solution.track(report.clock).filter(|track| track.locked);
        let offset = track.and_then(|track| track.offset_at(report.t));
        if let (Some(account), Some(offset)) =
            (quorum.witness(stream.device, stream.account.into()), offset)
        {
            times.entry(account).or_insert(report.t.saturating_add(offset));
        }
    }
    let late = |(account, x): (&Account, &i64)| {
        let others = times.iter().filter(|(other, _)| *other != account).map(|(_, x)| *x);
        let mut others: Vec<_> = others.collect();
        others.sort_unstable();
        let middle = others.get(others.len() / 2)?;
        Some((*account, *x, x.saturating_sub(*middle)))
    };
    times.iter().filter_map(late).collect()
}

fn steps_by_account(set: &ReportSet, solution: &Solution) -> BTreeMap<Account, usize> {
    let mut steps: BTreeMap<Account, usize> = BTreeMap::new();
    for (clock, track) in set.clocks().iter().zip(&solution.tracks) {
        if let Some(stream) = set.streams().get(usize::from(clock.stream.0)) {
            let most = steps.entry(stream.account.into()).or_default();
            *most = (*most).max(track.steps());
        }
    }
    steps
}
