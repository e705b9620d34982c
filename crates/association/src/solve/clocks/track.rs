//! A clock's offset over its own time: constant, but for steps.

use super::{
    AGREE_MS,
    consensus::Differences,
    peaks::{VOTE, peaks},
};
use crate::median::median;

/// Most offsets that are tried on one clock, beside its prior: each step makes
/// one, and repeats of one happening make some.
const CANDIDATES_MAX: usize = 6;
/// Least weight of an offset worth trying: one report and a half.
const CANDIDATE_WEIGHT: i64 = VOTE * 3 / 2;
/// Offsets that are tried on what these do not explain: with more, half of the players who
/// lie together find one for themselves.
const UNEXPLAINED_MAX: usize = 1;
/// Fewest reports that suggest one: fewer do not pay for a step.
const UNEXPLAINED_REPORTS: i64 = 3;
/// Nearer to the offset that the others agree on, a few reports are late and no step.
const LATE_MS: i64 = 2_700;
/// A report that agrees with an offset, in hundredths of a vote.
const AGREES: i64 = 100;
/// One that does not, though others tell the same happening.
const DIFFERS: i64 = -50;
/// A step costs what four reports weigh: fewer are noise.
const STEP: i64 = -400;
/// An offset this close to the prior is the prior.
const SAME_MS: i64 = 500;
/// Of so many clocks with two reports that agree by chance one may be believed.
const CHANCE: i64 = 200;

/// Where a clock stands, before what it saw is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Prior {
    /// Its corrected times tell it.
    Told(i64),
    /// Its device's wall clock does, by an earlier clock of the same device that
    /// is placed: unless it was set meanwhile.
    AsBefore(i64),
}

impl Prior {
    fn offset(self) -> i64 {
        match self {
            Self::Told(offset) | Self::AsBefore(offset) => offset,
        }
    }

    /// What it is worth at the start.
    fn worth(self) -> i64 {
        match self {
            Self::Told(_) => 2 * AGREES,
            Self::AsBefore(_) => AGREES,
        }
    }

    fn is_near(self, offset: i64) -> bool {
        (offset - self.offset()).abs() < SAME_MS
    }
}

/// The most likely track.
pub(super) struct Path {
    /// By report.
    pub(super) offsets: Vec<i64>,
    /// How many reports agree with others.
    matches: usize,
    /// How many could.
    possible: usize,
    /// It is where the device's earlier clock says.
    is_as_before: bool,
    /// Two reports that agree are more than chance.
    is_rare: bool,
}

impl Path {
    /// Fewest reports that place a clock.
    const MATCHES_MIN: usize = 3;
    /// Least share of those that could agree, in percent: a name alone says
    /// little, since the same two meet again and again.
    const SHARE_MIN: usize = 45;
    /// Two are enough where hardly any other two of such reports would agree.
    const RARE_MATCHES: usize = 2;
    /// So many at one offset are no chance, whoever missed the others: one
    /// meeting in a hundred falls where a wrong offset has it.
    const SURE_MATCHES: usize = 8;
    /// Least share where so many agree.
    const SURE_SHARE: usize = 25;

    /// Whether the clock stands where it is put.
    pub(super) fn agrees(&self) -> bool {
        let holds =
            |matches, share| self.matches >= matches && self.matches * 100 >= self.possible * share;
        holds(Self::MATCHES_MIN, Self::SHARE_MIN)
            || holds(Self::SURE_MATCHES, Self::SURE_SHARE)
            || (self.is_rare && holds(Self::RARE_MATCHES, Self::SHARE_MIN))
            || (self.is_as_before && holds(1, Self::SHARE_MIN))
    }
}

/// The best way through `differences`; `None` where nothing suggests an offset.
pub(super) fn viterbi(differences: &Differences, prior: Option<Prior>) -> Option<Path> {
    let mut candidates = candidates(differences, prior);
    if candidates.is_empty() {
        return None;
    }
    let mut path = best(differences, &candidates);
    if path.agrees() {
        candidates.extend(unexplained(differences, &path));
        path = best(differences, &candidates);
    }
    let before = match prior {
        Some(Prior::AsBefore(before)) => Some(before),
        Some(Prior::Told(_)) | None => None,
    };
    let is_near = |offset: &i64| before.is_some_and(|before| (offset - before).abs() <= AGREE_MS);
    path.is_as_before = path.offsets.iter().all(is_near);
    path.is_rare = is_rare(differences) && path.offsets.windows(2).all(|pair| pair[0] == pair[1]);
    Some(path)
}

/// Whether two reports would hardly agree on an offset that is not theirs: each
/// difference is one that all others are held against, within the time that the
/// others tell of.
fn is_rare(differences: &Differences) -> bool {
    let all: usize = (0..differences.len()).map(|report| differences.of(report).len()).sum();
    let all = i64::try_from(all).unwrap_or(i64::MAX);
    let agreeing = all.saturating_mul(all).saturating_mul(2 * AGREE_MS);
    agreeing.saturating_mul(CHANCE) <= differences.span_ms()
}

/// Offsets worth trying, each with what it starts with.
fn candidates(differences: &Differences, prior: Option<Prior>) -> Vec<(i64, i64)> {
    let (mut votes, mut most) = (Vec::new(), 0);
    for report in 0..differences.len() {
        let own = differences.of(report);
        let many = i64::try_from(own.len().max(1)).unwrap_or(VOTE);
        most += if own.is_empty() { 0 } else { VOTE / many };
        votes.extend(own.iter().map(|difference| (*difference, VOTE / many)));
    }
    votes.sort_unstable();
    let is_prior = |offset: i64| prior.is_some_and(|prior| prior.is_near(offset));
    let start = |offset| prior.filter(|prior| prior.is_near(offset)).map_or(0, Prior::worth);
    // Few reports cannot weigh more, though all of them agree.
    let least = CANDIDATE_WEIGHT.min(most / 2);
    let mut found: Vec<(i64, i64)> = peaks(votes, CANDIDATES_MAX, least)
        .into_iter()
        .map(|peak| (peak.middle, start(peak.middle)))
        .collect();
    if let Some(prior) = prior
        && !found.iter().any(|(offset, _)| is_prior(*offset))
    {
        found.push((prior.offset(), prior.worth()));
    }
    found
}

/// Offsets on which several reports agree that the path says nothing of, though others
/// watched: what follows a step near the end is too little to weigh among all.
fn unexplained(differences: &Differences, path: &Path) -> Vec<(i64, i64)> {
    let mut votes = Vec::new();
    for (report, offset) in path.offsets.iter().enumerate() {
        let own = differences.of(report);
        if emission(own, *offset) == DIFFERS && differences.is_watched(report, *offset) {
            let beyond = own.iter().filter(|other| (*other - offset).abs() > LATE_MS);
            votes.extend(beyond.map(|difference| (*difference, VOTE)));
        }
    }
    votes.sort_unstable();
    let found = peaks(votes, UNEXPLAINED_MAX, UNEXPLAINED_REPORTS * VOTE);
    found.into_iter().map(|peak| (peak.middle, 0)).collect()
}

/// The best way through these candidates.
fn best(differences: &Differences, candidates: &[(i64, i64)]) -> Path {
    let states = best_states(differences, candidates);
    let offsets: Vec<i64> = candidates.iter().map(|(offset, _)| *offset).collect();
    settle(differences, &states, &offsets)
}

/// The candidate at each report on the best path.
fn best_states(differences: &Differences, candidates: &[(i64, i64)]) -> Vec<usize> {
    let width = candidates.len();
    let mut scores: Vec<i64> = candidates.iter().map(|(_, start)| *start).collect();
    let mut came_from: Vec<usize> = Vec::with_capacity(differences.len() * width);
    for report in 0..differences.len() {
        let best = first_best(&scores);
        let from_best = scores[best] + STEP;
        for (state, (offset, _)) in candidates.iter().enumerate() {
            let steps = report > 0 && from_best > scores[state];
            came_from.push(if steps { best } else { state });
            scores[state] = scores[state].max(if steps { from_best } else { scores[state] })
                + emission(differences.of(report), *offset);
        }
    }
    let mut state = first_best(&scores);
    let mut states = vec![0; differences.len()];
    for report in (0..differences.len()).rev() {
        states[report] = state;
        state = came_from[report * width + state];
    }
    states
}

fn first_best(scores: &[i64]) -> usize {
    let best = scores.iter().enumerate().max_by_key(|(state, score)| (**score, usize::MAX - state));
    best.map_or(0, |(state, _)| state)
}

fn emission(differences: &[i64], offset: i64) -> i64 {
    match nearest(differences, offset) {
        None => 0,
        Some(difference) if (difference - offset).abs() <= AGREE_MS => AGREES,
        Some(_) => DIFFERS,
    }
}

/// The nearest of values in order.
pub(super) fn nearest(sorted: &[i64], wanted: i64) -> Option<i64> {
    let next = sorted.partition_point(|value| *value < wanted);
    let around = sorted[next.saturating_sub(1)..(next + 1).min(sorted.len())].iter();
    around.copied().min_by_key(|value| (value - wanted).abs())
}

/// Each stretch of one candidate at the median of what agrees with it.
fn settle(differences: &Differences, states: &[usize], offsets: &[i64]) -> Path {
    let mut path = Path {
        offsets: Vec::with_capacity(states.len()),
        matches: 0,
        possible: 0,
        is_as_before: false,
        is_rare: false,
    };
    for stretch in states.chunk_by(|a, b| a == b) {
        let offset = offsets[stretch[0]];
        let from = path.offsets.len();
        let reports = from..from + stretch.len();
        path.possible +=
            reports.clone().filter(|report| differences.could_agree(*report, offset)).count();
        let mut agreeing: Vec<i64> = reports
            .filter_map(|report| nearest(differences.of(report), offset))
            .filter(|difference| (difference - offset).abs() <= AGREE_MS)
            .collect();
        path.matches += agreeing.len();
        let settled = median(&mut agreeing).unwrap_or(offset);
        path.offsets.resize(from + stretch.len(), settled);
    }
    path
}
