//! A solved match, judged.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Account, Assessment, Coverage, Lists, Quorum, Roster, Sighted, Unsent, assess, borne_out,
    conducts_in, coverage_of, lost::lost_in, quorum_of, sighted_in, voters,
};
use crate::{ReportNo, ReportSet, Rules, Solution, Stream};

/// What is known about a match besides its reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Who plays, as sources list it.
    pub lists: Lists,
    /// What will never come of what streams told, as their devices say.
    pub unsent: BTreeMap<Stream, Unsent>,
    /// Reports that came after the seal: they speak for what they tell of, and
    /// against nothing.
    pub late: BTreeSet<ReportNo>,
}

/// How far a match can be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whose reports count.
    pub quorum: Quorum,
    /// Who plays.
    pub roster: Roster,
    /// The accounts whose word and clock count: for a further refinement of
    /// clocks, the others' are left out.
    pub voters: BTreeSet<Account>,
    /// How every account behaved, those without a vote included.
    pub conduct: Assessment,
    /// When every account watched.
    pub coverage: Vec<Coverage>,
    /// How far each cluster can be believed, in the solution's order, by those
    /// who have a vote and no further than by everybody.
    pub assessment: Assessment,
}

/// Judges a solved match. Twice: what is confirmed needs most of everybody, and
/// most of those who have a vote. Else liars in company would need only a few
/// honest look-alikes for a majority; and were it the voters' word alone, who
/// makes honest accounts lose their vote would win.
#[must_use]
pub fn judge(set: &ReportSet, rules: &Rules, solution: &Solution, known: &Known) -> Judgement {
    let (quorum, roster, sighted) = players(set, rules, solution, known);
    let mut coverage = coverage_of(set, &sighted, &quorum, &known.late);
    let mut lost = lost_in(set, solution, &quorum, &known.unsent);
    if !known.late.is_empty() {
        let in_time = coverage_in_time(set, rules, solution, &quorum, &known.late);
        for of_account in &mut coverage {
            let none = Coverage::none(of_account.account);
            *of_account = in_time.get(&of_account.account).cloned().unwrap_or(none);
        }
    }
    for of_account in &mut coverage {
        of_account.lost = lost.remove(&of_account.account).unwrap_or_default();
    }
    let conduct = assess(&sighted, &coverage);
    let voters = voters(&conducts_in(set, solution, &quorum, &conduct));
    let (sighted, of_voters) = by_word_of(&voters, sighted, coverage.clone());
    let mut assessment = assess(&sighted, &of_voters);
    for (trust, by_all) in assessment.occurrences.iter_mut().zip(&conduct.occurrences) {
        *trust = trust.unless(by_all);
    }
    Judgement { quorum, roster, voters, conduct, coverage, assessment }
}

/// What each account watched, as what was told of it before the seal has it: who
/// comes late has seen nothing that it could miss.
fn coverage_in_time(
    set: &ReportSet,
    rules: &Rules,
    solution: &Solution,
    quorum: &Quorum,
    late: &BTreeSet<ReportNo>,
) -> BTreeMap<Account, Coverage> {
    let mut in_time = solution.clone();
    for cluster in &mut in_time.clusters {
        cluster.members.retain(|no| !late.contains(no));
    }
    in_time.clusters.retain(|cluster| !cluster.members.is_empty());
    let sighted = sighted_in(set, rules, &in_time, quorum);
    let coverage = coverage_of(set, &sighted, quorum, late);
    coverage.into_iter().map(|coverage| (coverage.account, coverage)).collect()
}

/// Whose reports count, and what those saw. Who is in the match is known by what
/// everybody saw.
fn players(
    set: &ReportSet,
    rules: &Rules,
    solution: &Solution,
    known: &Known,
) -> (Quorum, Roster, Vec<Sighted>) {
    let quorum = quorum_of(set);
    let sighted = sighted_in(set, rules, solution, &quorum);
    let (telling, borne_out) = borne_out(&sighted);
    let roster = Roster::of(&known.lists, &telling, &borne_out);
    if roster.outsiders().is_empty() {
        return (quorum, roster, sighted);
    }
    let quorum = quorum.without(roster.outsiders().clone());
    let sighted = sighted_in(set, rules, solution, &quorum);
    (quorum, roster, sighted)
}

fn by_word_of(
    voters: &BTreeSet<Account>,
    mut sighted: Vec<Sighted>,
    mut coverage: Vec<Coverage>,
) -> (Vec<Sighted>, Vec<Coverage>) {
    coverage.retain(|of_account| voters.contains(&of_account.account));
    for seen in &mut sighted {
        seen.seen_by.retain(|account| voters.contains(account));
    }
    (sighted, coverage)
}
