//! A clock's offset over its own time: constant, but for steps.

use super::{
    AGREE_MS,
    consensus::Differences,
    peaks::{VOTE, Weighed, heaviest, peaks, peaks_of_few},
};
use crate::median::median;

/// Most offsets that are tried on one clock, beside its prior: each step makes
/// one, and repeats of one happening make some.
const CANDIDATES_MAX: usize = 6;
/// Least weight of an offset worth trying: one report and a half.
const CANDIDATE_WEIGHT: i64 = VOTE * 3 / 2;
/// Of so few reports each has a whole vote, however often others tell the like: else one
/// that is told once outweighs three that agree.
pub(super) const SHORT_MAX: usize = 24;
/// Least weight of an offset that is tried on what these do not explain: three reports, as
/// fewer do not pay for a step.
const UNEXPLAINED_WEIGHT: i64 = VOTE * 3;
/// A step for that explains so many of them at least, and half of them,
const EXPLAINED_MIN: usize = 2;
/// or so many, however many it leaves.
const EXPLAINED_SURE: usize = 5;
/// Nearer to the offset that the others agree on, a few reports are late and no step.
const LATE_MS: i64 = 2_700;
/// A report that agrees with an offset, in hundredths of a vote.
const AGREES: i64 = 100;
/// One that does not, though others tell the same happening.
const DIFFERS: i64 = -50;
/// A step costs what four reports weigh: fewer are noise.
const STEP: i64 = -400;
/// What it is worth that an offset is beside the wall clock: it decides between equals.
const BESIDE_WALL: i64 = 1;
/// An offset this close to the prior is the prior.
const SAME_MS: i64 = 500;
/// Of so many clocks with two reports that agree with nothing one may be believed: most do
/// agree with something.
const CHANCE: i64 = 100;

/// Of so many clocks that agree with nothing one is placed by several reports.
const NO_CHANCE: i64 = 1_000;
/// One clock, in the arithmetic of chance.
const CHANCE_UNIT: i128 = 1 << 32;

/// Most wall clocks are right to within this: the bound says how few chances there are
/// beside one, and holds whether it is or not.
const WALL_MS: i64 = 10_000;

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
    /// Those of one offset that agree do so to within this.
    spread_ms: i64,
    /// It is where the device's earlier clock says.
    is_as_before: bool,
    /// Two reports that agree are more than chance.
    is_rare: bool,
    /// So many agree with one offset that hardly any clock would have as many by chance.
    is_no_chance: bool,
    /// As many agree elsewhere.
    has_rival: bool,
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
        if self.has_rival {
            return false;
        }
        holds(Self::MATCHES_MIN, Self::SHARE_MIN)
            || holds(Self::SURE_MATCHES, Self::SURE_SHARE)
            || (self.is_no_chance && holds(Self::MATCHES_MIN, Self::SURE_SHARE))
            || (self.is_rare && holds(Self::RARE_MATCHES, Self::SHARE_MIN))
            || (self.is_as_before && holds(1, Self::SHARE_MIN))
    }
}

/// The best way through `differences`; `None` where nothing suggests an offset.
///
/// `wall` is where the clock stands if its device's wall clock is as right as the others'.
pub(super) fn viterbi(
    differences: &Differences,
    prior: Option<Prior>,
    wall: Option<i64>,
) -> Option<Path> {
    let is_beside = |offset: i64| wall.is_some_and(|wall| (offset - wall).abs() <= WALL_MS);
    let mut candidates = candidates(differences, prior);
    for (offset, start) in &mut candidates {
        *start += if is_beside(*offset) { BESIDE_WALL } else { 0 };
    }
    if candidates.is_empty() {
        return None;
    }
    let mut path = best(differences, &candidates);
    if path.agrees()
        && let Some(offset) = suggested(differences, &path)
    {
        candidates.push((offset, 0));
        let stepped = best(differences, &candidates);
        if explains_more(differences, &stepped, &path) {
            path = stepped;
        }
    }
    let before = match prior {
        Some(Prior::AsBefore(before)) => Some(before),
        Some(Prior::Told(_)) | None => None,
    };
    let is_near = |offset: &i64| before.is_some_and(|before| (offset - before).abs() <= AGREE_MS);
    path.is_as_before = path.offsets.iter().all(is_near);
    let is_one = path.offsets.windows(2).all(|pair| pair[0] == pair[1]);
    if let Some(offset) = path.offsets.first().copied().filter(|_| is_one) {
        path.is_no_chance = is_no_chance(differences, path.matches);
        path.is_rare = is_rare(differences, path.spread_ms, is_beside(offset));
        let is_known = prior.is_some_and(|prior| prior.is_near(offset)) || path.is_as_before;
        let others = candidates.iter().map(|(other, _)| *other);
        // What three say is not for a wall clock to decide.
        let counts = |other: &i64| {
            path.matches >= Path::MATCHES_MIN || is_beside(*other) || !is_beside(offset)
        };
        let mut rivals = others.filter(counts);
        path.has_rival = !is_known && rivals.any(|other| rivals_with(differences, &path, other));
    }
    Some(path)
}

/// Whether as many reports agree with another offset as with a path's only one: then which
/// it is stays open. Many at once do not agree by chance.
fn rivals_with(differences: &Differences, path: &Path, offset: i64) -> bool {
    let is_apart = path.offsets.first().is_some_and(|own| (offset - own).abs() > 2 * AGREE_MS);
    let agrees = |report: &usize| emission(differences.of(*report), offset) == AGREES;
    is_apart
        && path.matches < Path::SURE_MATCHES
        && (0..differences.len()).filter(agrees).count() >= path.matches
}

/// Whether two reports would hardly agree as well as `spread_ms` on an offset that is not
/// theirs: each is held against all that the others tell of such, within the time that
/// either tells of. Where they agree beside the wall clock, only those there are.
fn is_rare(differences: &Differences, spread_ms: i64, is_beside_wall: bool) -> bool {
    let agreeing = differences.pairs().saturating_mul(2 * spread_ms).saturating_mul(CHANCE);
    let span = differences.span_ms();
    let places = if is_beside_wall { span / (2 * WALL_MS) } else { 1 };
    agreeing <= span.saturating_mul(places.max(1))
}

/// Whether hardly one of many clocks would find as many reports that agree with one offset
/// if none was theirs: any difference may be the first of them, and each further one falls
/// beside it by chance.
fn is_no_chance(differences: &Differences, matches: usize) -> bool {
    let all = (0..differences.len()).map(|report| differences.of(report).len()).sum::<usize>();
    let all = i128::try_from(all).unwrap_or(i128::MAX >> 64);
    let span = i128::from(differences.span_ms()).max(1);
    let mut clocks = all * CHANCE_UNIT;
    for further in (1..).take(matches.saturating_sub(1)) {
        // Many more would agree anyway: it is bounded, and only grows.
        clocks = (clocks * all * i128::from(2 * AGREE_MS) / (span * further)).min(1 << 64);
    }
    clocks < CHANCE_UNIT / i128::from(NO_CHANCE)
}

/// Offsets worth trying, each with what it starts with.
fn candidates(differences: &Differences, prior: Option<Prior>) -> Vec<(i64, i64)> {
    let is_short = differences.len() <= SHORT_MAX;
    let (mut votes, mut most) = (Vec::new(), 0);
    for report in 0..differences.len() {
        let own = differences.of(report);
        let many = if is_short { 1 } else { i64::try_from(own.len().max(1)).unwrap_or(VOTE) };
        most += if own.is_empty() { 0 } else { VOTE / many };
        votes.extend(own.iter().map(|difference| (*difference, VOTE / many)));
    }
    votes.sort_unstable();
    let is_prior = |offset: i64| prior.is_some_and(|prior| prior.is_near(offset));
    let start = |offset| prior.filter(|prior| prior.is_near(offset)).map_or(0, Prior::worth);
    // Few reports cannot weigh more, though all of them agree.
    let least = CANDIDATE_WEIGHT.min(most / 2);
    let peaks = if is_short { peaks_of_few } else { peaks };
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

/// The offset on which most reports agree that the path does not explain: what follows a
/// step near the end is too little to weigh among all.
fn suggested(differences: &Differences, path: &Path) -> Option<i64> {
    let mut votes: Vec<Weighed> = Vec::new();
    for report in unexplained(differences, path) {
        let is_beyond = |other: &&i64| (*other - path.offsets[report]).abs() > LATE_MS;
        votes.extend(differences.of(report).iter().filter(is_beyond).map(|other| (*other, VOTE)));
    }
    votes.sort_unstable();
    heaviest(&votes).filter(|peak| peak.weight >= UNEXPLAINED_WEIGHT).map(|peak| peak.middle)
}

/// Whether a step explains what was not explained, and not only other reports. Where the
/// same is done again every few seconds, a clock that is put off by one time agrees with
/// many of them, and leaves nearly as many alone as before.
fn explains_more(differences: &Differences, stepped: &Path, path: &Path) -> bool {
    let is_moved = |report: &usize| stepped.offsets[*report] != path.offsets[*report];
    let left = |path| unexplained(differences, path).filter(is_moved).count();
    let (after, before) = (left(stepped), left(path));
    let explained = before.saturating_sub(after);
    explained >= EXPLAINED_SURE || (explained >= EXPLAINED_MIN && explained >= after)
}

/// The reports that agree with nothing that others tell, though these tell such, and watched.
fn unexplained(differences: &Differences, path: &Path) -> impl Iterator<Item = usize> {
    let offsets = path.offsets.iter().enumerate();
    let is_unexplained = |(report, offset): &(usize, &i64)| {
        emission(differences.of(*report), **offset) == DIFFERS
            && differences.is_watched(*report, **offset)
    };
    offsets.filter(is_unexplained).map(|(report, _)| report)
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
        spread_ms: 0,
        is_as_before: false,
        is_rare: false,
        is_no_chance: false,
        has_rival: false,
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
        if let Some((first, last)) = agreeing.iter().min().zip(agreeing.iter().max()) {
            path.spread_ms = path.spread_ms.max(last - first);
        }
        let settled = median(&mut agreeing).unwrap_or(offset);
        path.offsets.resize(from + stretch.len(), settled);
    }
    path
}
