//! In which order clocks are placed: those that share most come first.

use std::collections::BTreeSet;

use super::{
    super::view::View,
    peaks::{VOTE, Weighed, heaviest},
};

/// Most clocks that are held against each other: ten devices with six reboots
/// each. The work grows with the square.
const CLOCKS_MAX: usize = 64;
/// Most reports of one clock and one landmark that vote: beyond it they are
/// made up.
const VOTES_MAX: usize = 32;

/// How much each two clocks share at one offset.
pub(super) struct Scores {
    /// The clocks with most reports, canonically first among equals.
    clocks: Vec<usize>,
    /// By position in `clocks`.
    scores: Vec<i64>,
    /// By clock: whether others are held to it.
    votes: Vec<bool>,
}

impl Scores {
    pub(super) fn of(view: &View, votes: &[bool]) -> Self {
        let mut clocks: Vec<usize> = (0..view.clocks.len()).collect();
        clocks.sort_by_key(|clock| std::cmp::Reverse(view.clocks[*clock].units.len()));
        clocks.truncate(CLOCKS_MAX);
        clocks.sort_unstable();
        let lists: Vec<Vec<(u32, i64)>> =
            clocks.iter().map(|clock| landmarks(view, *clock)).collect();
        let count = clocks.len();
        let mut scores = vec![0; count * count];
        for a in 0..count {
            for b in a + 1..count {
                if view.clocks[clocks[a]].account != view.clocks[clocks[b]].account {
                    let score = shared(&lists[a], &lists[b]);
                    scores[a * count + b] = score;
                    scores[b * count + a] = score;
                }
            }
        }
        Self { clocks, scores, votes: votes.to_vec() }
    }

    pub(super) fn between(&self, a: usize, b: usize) -> i64 {
        match (self.clocks.binary_search(&a), self.clocks.binary_search(&b)) {
            (Ok(a), Ok(b)) => self.scores[a * self.clocks.len() + b],
            _ => 0,
        }
    }

    pub(super) fn shares_any(&self, clock: usize) -> bool {
        self.clocks.iter().any(|other| self.between(clock, *other) > 0)
    }

    /// The anchor, then always the clock that shares most with one that is
    /// placed already, and of equals the one with most reports: of two clocks the one that
    /// tells of the whole match says where the other's few can be. Those to which nobody is
    /// held come last.
    pub(super) fn order(&self, view: &View) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.clocks.len());
        let mut best: Vec<i64> = vec![-1; view.clocks.len()];
        for votes in [true, false] {
            let clocks = self.clocks.iter().copied();
            let mut waiting: BTreeSet<usize> =
                clocks.filter(|clock| self.votes[*clock] == votes).collect();
            while let Some(next) = self.next(view, &waiting, &best) {
                waiting.remove(&next);
                order.push(next);
                for other in self.clocks.iter().filter(|_| votes) {
                    best[*other] = best[*other].max(self.between(*other, next));
                }
            }
        }
        order
    }

    fn next(&self, view: &View, waiting: &BTreeSet<usize>, best: &[i64]) -> Option<usize> {
        let linked = waiting.iter().copied().filter(|clock| best[*clock] > 0);
        let reports = |clock: usize| view.clocks[clock].units.len();
        let first_of = |clocks: &mut dyn Iterator<Item = usize>, score: &dyn Fn(usize) -> i64| {
            clocks.max_by_key(|clock| (score(*clock), reports(*clock), std::cmp::Reverse(*clock)))
        };
        if let Some(next) = first_of(&mut { linked }, &|clock| best[clock]) {
            return Some(next);
        }
        let voting = self.clocks.iter().filter(|clock| self.votes[**clock]);
        let total =
            |clock: usize| voting.clone().map(|other| self.between(clock, *other)).sum::<i64>();
        let anchor = first_of(&mut waiting.iter().copied(), &total)?;
        // A clock with good times is as good an anchor where it shares half.
        let good = &mut waiting.iter().copied().filter(|clock| view.clocks[*clock].is_good);
        let good = first_of(good, &total).filter(|good| total(*good) * 2 >= total(anchor));
        good.or(Some(anchor))
    }
}

/// Landmark and own time of a clock's units, by landmark.
fn landmarks(view: &View, clock: usize) -> Vec<(u32, i64)> {
    let units = &view.units[view.clocks[clock].units.clone()];
    let mut list: Vec<(u32, i64)> = units.iter().map(|unit| (unit.landmark, unit.t)).collect();
    list.sort_unstable();
    list
}

/// The weight of the offset that most of two clocks' reports agree on.
fn shared(a: &[(u32, i64)], b: &[(u32, i64)]) -> i64 {
    let mut differences: Vec<Weighed> = Vec::new();
    let mut others = b.chunk_by(|x, y| x.0 == y.0).peekable();
    for own in a.chunk_by(|x, y| x.0 == y.0) {
        while others.next_if(|other| other[0].0 < own[0].0).is_some() {}
        let Some(other) = others.next_if(|other| other[0].0 == own[0].0) else { continue };
        let (own, other) = (&own[..own.len().min(VOTES_MAX)], &other[..other.len().min(VOTES_MAX)]);
        let many = i64::try_from(own.len().max(other.len())).unwrap_or(VOTE);
        for (_, own) in own {
            differences.extend(other.iter().map(|(_, other)| (other - own, VOTE / many)));
        }
    }
    differences.sort_unstable();
    heaviest(&differences).map_or(0, |peak| peak.weight)
}
