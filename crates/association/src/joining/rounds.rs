//! The run of rounds that two sessions saw.
//!
//! Counter-Strike names no match and shows each player their own kills only.
//! What all ten see is how the rounds went: who won each, the score after it,
//! and when it ended. Weights are counted as the logarithm of how much likelier
//! all of that is in one match than in two that are played on the same map.

use serde::{Deserialize, Serialize};

use super::{
    SessionSummary, ShortHash, Weight,
    bounds::{
        CLOCKS_AGREE, CLOCKS_TRIED_MAX, DEVICE_CLOCK_APART_MS, END_AGREES, ENDS_REFUSING_MIN,
        GOOD_CLOCKS_APART_MS, GOOD_CLOCKS_CLOSE_MS, INSTANT_DIFFERS, PLANT_AGREES, ROUND_DIFFERS,
        ROUNDS_JOIN_MIN, WINNER_AGREES,
    },
    clocks::{Axis, Seen},
    events::{Run, densest},
};

/// How and when a round ended, as one report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct RoundEnd {
    round: u32,
    winner: Option<ShortHash>,
    score: Option<Score>,
    at: Option<Seen>,
}

/// When the bomb was planted in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Plant {
    pub(super) round: u32,
    pub(super) at: Seen,
}

/// The two teams' rounds, the fewer first: at half-time the teams change sides,
/// and a late frame has them on the other ones already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Score {
    fewer: u64,
    more: u64,
}

/// One instant that both saw, each on its clock.
#[derive(Debug, Clone, Copy)]
struct Pair {
    what: What,
    ours: i64,
    theirs: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    End,
    Plant,
}

/// How the results of the rounds that both saw compare.
#[derive(Debug, Clone, Copy, Default)]
struct Results {
    agreeing: i32,
    differing: i32,
}

/// How the times compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Times {
    /// They cannot be one match's.
    Different,
    /// So much likelier in one match.
    Weigh(i32),
}

impl RoundEnd {
    pub(super) fn new(
        round: u32,
        winner: Option<&str>,
        score: Option<&str>,
        at: Option<Seen>,
    ) -> Self {
        let winner = winner.map(|winner| ShortHash::of(&[winner]));
        Self { round, winner, score: score.and_then(Score::read), at }
    }

    /// Whether two reports can speak of one end; `None` where one says nothing.
    fn agrees(&self, other: &Self) -> Option<bool> {
        let by_winner = self.winner.zip(other.winner).map(|(one, other)| one == other);
        let by_score = self.score.zip(other.score).map(|(one, other)| one == other);
        match (by_winner, by_score) {
            (Some(by_winner), Some(by_score)) => Some(by_winner && by_score),
            (told, None) | (None, told) => told,
        }
    }
}

impl Score {
    /// The first two numbers of the text, whatever stands around them.
    fn read(text: &str) -> Option<Self> {
        let numbers = text.split(|letter: char| !letter.is_ascii_digit());
        let mut numbers = numbers.filter(|digits| !digits.is_empty());
        let (one, other): (u64, u64) =
            (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
        Some(Self { fewer: one.min(other), more: one.max(other) })
    }
}

/// Judges two runs of rounds.
pub(super) fn compare(one: &SessionSummary, other: &SessionSummary) -> Run {
    let results = Results::of(one, other);
    if results.refuse() {
        return Run::Different;
    }
    match times(one, other) {
        None => Run::Open,
        Some(Times::Different) => Run::Different,
        Some(Times::Weigh(times)) => {
            let weight = results.weight().saturating_add(times);
            if weight >= ROUNDS_JOIN_MIN { Run::Same(Weight(weight)) } else { Run::Open }
        }
    }
}

impl Results {
    fn of(one: &SessionSummary, other: &SessionSummary) -> Self {
        let mut results = Self::default();
        let theirs: Vec<_> = other.round_ends.iter().copied().collect();
        let ours: Vec<_> = one.round_ends.iter().copied().collect();
        for ours in ours.chunk_by(|a, b| a.round == b.round) {
            match round_agrees(ours, &theirs) {
                Some(true) => results.agreeing += 1,
                Some(false) => results.differing += 1,
                None => {}
            }
        }
        results
    }

    /// More than a quarter differs: a client that lost frames tells fewer wrong.
    fn refuse(self) -> bool {
        self.differing * 4 > self.agreeing + self.differing
    }

    fn weight(self) -> i32 {
        self.agreeing * WINNER_AGREES + self.differing * ROUND_DIFFERS
    }
}

/// Whether any of the ends that one has of a round is one of the other's: a
/// round that was played anew has several.
fn round_agrees(ours: &[RoundEnd], theirs: &[RoundEnd]) -> Option<bool> {
    let round = ours.first()?.round;
    let from = theirs.partition_point(|end| end.round < round);
    let theirs = theirs.get(from..)?.chunk_by(|a, b| a.round == b.round).next()?;
    if theirs.first()?.round != round {
        return None;
    }
    let told = ours.iter().flat_map(|our| theirs.iter().filter_map(|their| our.agrees(their)));
    told.reduce(|any, agrees| any || agrees)
}

/// The times on the two clocks that fit each other best.
fn times(one: &SessionSummary, other: &SessionSummary) -> Option<Times> {
    let mut best = None;
    for our_clock in one.clocks.names().take(CLOCKS_TRIED_MAX) {
        for their_clock in other.clocks.names().take(CLOCKS_TRIED_MAX) {
            let pairs = pairs(one, other, our_clock, their_clock);
            let zeros = one.clocks.good_zero(our_clock).zip(other.clocks.good_zero(their_clock));
            best = best.max(weigh(&pairs, zeros));
        }
    }
    best
}

/// The instants that both have, on these clocks; one of each, where each has
/// several the two earliest.
fn pairs(
    one: &SessionSummary,
    other: &SessionSummary,
    our_clock: ShortHash,
    their_clock: ShortHash,
) -> Vec<Pair> {
    let ends = paired(&ends_on(one, our_clock), &ends_on(other, their_clock), What::End);
    let plants = paired(&plants_on(one, our_clock), &plants_on(other, their_clock), What::Plant);
    ends.into_iter().chain(plants).collect()
}

fn ends_on(summary: &SessionSummary, clock: ShortHash) -> Vec<(u32, i64)> {
    let ends = summary.round_ends.iter();
    on_clock(ends.filter_map(|end| Some((end.round, end.at?))), clock)
}

fn plants_on(summary: &SessionSummary, clock: ShortHash) -> Vec<(u32, i64)> {
    on_clock(summary.plants.iter().map(|plant| (plant.round, plant.at)), clock)
}

/// Of a round that was played anew the last: that is the one that counted.
fn on_clock(instants: impl Iterator<Item = (u32, Seen)>, clock: ShortHash) -> Vec<(u32, i64)> {
    let on_clock = instants.filter(|(_, at)| at.axis == Axis::Device(clock));
    let mut on_clock: Vec<_> = on_clock.map(|(round, at)| (round, at.ms)).collect();
    on_clock.sort_unstable_by_key(|(round, ms)| (*round, std::cmp::Reverse(*ms)));
    on_clock.dedup_by_key(|(round, _)| *round);
    on_clock
}

fn paired(ours: &[(u32, i64)], theirs: &[(u32, i64)], what: What) -> Vec<Pair> {
    let pair = |(round, ours): &(u32, i64)| {
        let at = theirs.binary_search_by_key(round, |(round, _)| *round).ok()?;
        Some(Pair { what, ours: *ours, theirs: theirs.get(at)?.1 })
    };
    ours.iter().filter_map(pair).collect()
}

fn weigh(pairs: &[Pair], zeros: Option<(i64, i64)>) -> Option<Times> {
    let mut differences: Vec<_> =
        pairs.iter().map(|pair| pair.theirs.saturating_sub(pair.ours)).collect();
    let offset = densest(&mut differences, DEVICE_CLOCK_APART_MS)?;
    let fits = |pair: &&Pair| {
        let apart = pair.theirs.saturating_sub(pair.ours).abs_diff(offset);
        apart <= DEVICE_CLOCK_APART_MS.unsigned_abs()
    };
    let count = |what: What| pairs.iter().filter(|pair| pair.what == what).count();
    let fitting = |what: What| pairs.iter().filter(fits).filter(|pair| pair.what == what).count();
    let (ends, plants) = (fitting(What::End), fitting(What::Plant));
    if count(What::End) >= ENDS_REFUSING_MIN && ends * 2 < count(What::End) {
        return Some(Times::Different);
    }
    let differing = pairs.len().saturating_sub(ends + plants);
    let Some(clocks) = clocks_weight(offset, zeros) else { return Some(Times::Different) };
    // The first instant is what the offset was found by.
    let weight = times_weight(ends.saturating_sub(1), END_AGREES)
        .saturating_add(times_weight(plants, PLANT_AGREES))
        .saturating_add(times_weight(differing, INSTANT_DIFFERS));
    Some(Times::Weigh(weight.saturating_add(clocks)))
}

/// What it says that two clocks differ by `offset`; `None` where they cannot.
fn clocks_weight(offset: i64, zeros: Option<(i64, i64)>) -> Option<i32> {
    let Some((our_zero, their_zero)) = zeros else { return Some(0) };
    let known = our_zero.saturating_sub(their_zero);
    let apart = offset.abs_diff(known);
    if apart > GOOD_CLOCKS_APART_MS.unsigned_abs() {
        return None;
    }
    Some(if apart <= GOOD_CLOCKS_CLOSE_MS.unsigned_abs() { CLOCKS_AGREE } else { 0 })
}

fn times_weight(count: usize, each: i32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX).saturating_mul(each)
}
