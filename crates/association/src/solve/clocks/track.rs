//! A clock's offset over its own time: constant, but for steps.

use super::{
    super::view::median,
    AGREE_MS,
    consensus::Differences,
    peaks::{VOTE, peaks},
};

/// Most offsets that are tried on one clock, beside its prior: each step makes
/// one, and repeats of one happening make some.
const CANDIDATES_MAX: usize = 6;
/// Least weight of an offset worth trying: one report and a half.
const CANDIDATE_WEIGHT: i64 = VOTE * 3 / 2;
/// A report that agrees with an offset, in hundredths of a vote.
const AGREES: i64 = 100;
/// One that does not, though others tell the same happening.
const DIFFERS: i64 = -50;
/// A step costs what four reports weigh: fewer are noise.
const STEP: i64 = -400;
/// What the corrected times are worth at the start.
const PRIOR: i64 = 200;
/// An offset this close to the prior is the prior.
const SAME_MS: i64 = 500;

/// The most likely track.
pub(super) struct Path {
    /// By report.
    pub(super) offsets: Vec<i64>,
    /// How many reports agree with others.
    matches: usize,
    /// How many could.
    possible: usize,
}

impl Path {
    /// Fewest reports that place a clock.
    const MATCHES_MIN: usize = 3;
    /// Least share of those that could agree, in percent: a name alone says
    /// little, since the same two meet again and again.
    const SHARE_MIN: usize = 45;
    /// So many at one offset are no chance, whoever missed the others: one
    /// meeting in a hundred falls where a wrong offset has it.
    const SURE_MATCHES: usize = 8;
    /// Least share where so many agree.
    const SURE_SHARE: usize = 25;

    /// Whether the clock stands where it is put.
    pub(super) fn agrees(&self) -> bool {
        let holds =
            |matches, share| self.matches >= matches && self.matches * 100 >= self.possible * share;
        holds(Self::MATCHES_MIN, Self::SHARE_MIN) || holds(Self::SURE_MATCHES, Self::SURE_SHARE)
    }
}

/// The best way through `differences`; `None` where nothing suggests an offset.
pub(super) fn viterbi(differences: &Differences, prior: Option<i64>) -> Option<Path> {
    let candidates = candidates(differences, prior);
    if candidates.is_empty() {
        return None;
    }
    let states = best_states(differences, &candidates);
    let offsets: Vec<i64> = candidates.iter().map(|(offset, _)| *offset).collect();
    Some(settle(differences, &states, &offsets))
}

/// Offsets worth trying, each with what it starts with.
fn candidates(differences: &Differences, prior: Option<i64>) -> Vec<(i64, i64)> {
    let mut votes = Vec::new();
    for report in 0..differences.len() {
        let own = differences.of(report);
        let many = i64::try_from(own.len().max(1)).unwrap_or(VOTE);
        votes.extend(own.iter().map(|difference| (*difference, VOTE / many)));
    }
    votes.sort_unstable();
    let is_prior = |offset: i64| prior.is_some_and(|prior| (offset - prior).abs() < SAME_MS);
    let start = |offset| if is_prior(offset) { PRIOR } else { 0 };
    let mut found: Vec<(i64, i64)> = peaks(votes, CANDIDATES_MAX, CANDIDATE_WEIGHT)
        .into_iter()
        .map(|peak| (peak.middle, start(peak.middle)))
        .collect();
    if let Some(prior) = prior
        && !found.iter().any(|(offset, _)| is_prior(*offset))
    {
        found.push((prior, PRIOR));
    }
    found
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
    let mut path = Path { offsets: Vec::with_capacity(states.len()), matches: 0, possible: 0 };
    for stretch in states.chunk_by(|a, b| a == b) {
        let offset = offsets[stretch[0]];
        let from = path.offsets.len();
        let reports = from..from + stretch.len();
        path.possible +=
            reports.clone().filter(|report| !differences.of(*report).is_empty()).count();
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
