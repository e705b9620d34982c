//! Clocks: what is added to each to be on the server's time.
//!
//! Nobody's word is taken for it but the events': two clocks that see the same
//! happenings differ by one offset most of the time. Where a clock was stepped
//! and nobody said so, its track changes its offset there.

mod consensus;
mod order;
mod peaks;
mod refine;
mod steady;
mod track;
mod votes;
mod walls;

use self::{
    consensus::{Consensus, Seen},
    order::Scores,
};
use super::view::{ClockView, View};
use crate::median::median;

pub(crate) use self::votes::Votes;

/// How far apart two times of one happening may lie and still tell the same
/// offset: a reading's interval and its way, on both sides.
const AGREE_MS: i64 = 750;

/// What is known of the clocks.
#[derive(Debug)]
pub(crate) struct Clocks {
    /// What is added to each unit's own time.
    pub(crate) offsets: Vec<i64>,
    /// By clock: whether its times may join reports.
    pub(crate) locked: Vec<bool>,
    /// By clock: whether others are held to it.
    votes: Vec<bool>,
    /// Whether the frame is the server's time to within a fraction of a
    /// second: only then does a clock stand where its corrected times put it.
    is_true: bool,
}

/// Finds the offsets of all clocks and sets every unit's time by them.
pub(crate) fn place(view: &mut View, votes: &Votes) -> Clocks {
    let mut clocks = Clocks::by_prior(view, votes);
    clocks.apply(view);
    first_tracks(view, &mut clocks);
    refine::refine(view, &mut clocks);
    walls::place_short(view, &mut clocks);
    clocks.gauge(view);
    clocks.apply(view);
    clocks
}

/// One clock after the other, each against those that are placed, the one that
/// shares most first.
///
/// Clocks that share nothing with these stand by their corrected times, where
/// those can be trusted on both sides.
fn first_tracks(view: &mut View, clocks: &mut Clocks) {
    let scores = Scores::of(view, &clocks.votes);
    let (mut placed, mut seen) = (Vec::new(), Seen::default());
    for clock in scores.order(view) {
        if placed.is_empty() {
            // What all others are held to, if they share anything with it.
            clocks.locked[clock] |= scores.shares_any(clock);
        } else if placed.iter().any(|other| scores.between(clock, *other) > 0) {
            let consensus = Consensus::of(view, &seen, view.clocks[clock].account);
            clocks.track(view, clock, &consensus, None);
        }
        clocks.apply_to(view, clock);
        if clocks.is_held_to(clock) {
            placed.push(clock);
            seen.add(view, clock);
        }
    }
    clocks.distrust_times_without_ground(view, &scores, &placed);
}

impl Clocks {
    fn by_prior(view: &View, votes: &Votes) -> Self {
        let mut offsets = vec![0; view.units.len()];
        for clock in &view.clocks {
            offsets[clock.units.clone()].fill(clock.prior);
        }
        let locked = view.clocks.iter().map(|clock| clock.is_good).collect();
        let votes = view.clocks.iter().map(|clock| votes.has(clock.account)).collect();
        Self { offsets, locked, votes, is_true: true }
    }

    /// The frame is as good as the clocks that hold it: those that share
    /// something, beginning with the anchor.
    fn distrust_times_without_ground(&mut self, view: &View, scores: &Scores, placed: &[usize]) {
        let shares = |clock: &&usize| scores.shares_any(**clock);
        let mut holding = placed.iter().filter(shares).peekable();
        let has_ground = holding.peek().is_some();
        self.is_true = !has_ground || holding.any(|clock| view.clocks[*clock].is_good);
        if !self.is_true {
            for (clock, locked) in self.locked.iter_mut().enumerate() {
                *locked &= scores.shares_any(clock);
            }
        }
    }

    /// Finds the track of one clock; one that agrees with too little is left
    /// where its prior puts it. `wall` is where its wall clock puts it, if that counts.
    fn track(&mut self, view: &View, number: usize, consensus: &Consensus, wall: Option<i64>) {
        let clock = &view.clocks[number];
        let differences = consensus.differences(&view.units[clock.units.clone()]);
        let is_known = clock.is_good && self.is_true;
        let prior = if is_known {
            Some(track::Prior::Told(clock.prior))
        } else {
            self.as_before(view, number).map(track::Prior::AsBefore)
        };
        let path = track::viterbi(&differences, prior, wall);
        let agrees = path.as_ref().is_some_and(track::Path::agrees);
        match path.filter(|_| agrees) {
            Some(path) => self.offsets[clock.units.clone()].copy_from_slice(&path.offsets),
            None => self.offsets[clock.units.clone()].fill(clock.prior),
        }
        self.locked[number] = agrees || is_known;
    }

    /// Where a clock stands if its device's wall clock was not set since an
    /// earlier clock of the device, or a later one: the one with most reports that
    /// is placed.
    fn as_before(&self, view: &View, number: usize) -> Option<i64> {
        let clock = &view.clocks[number];
        let witness = |other: usize| view.units[view.clocks[other].units.start].witness;
        let others = (0..view.clocks.len()).filter(|other| {
            *other != number && self.locked[*other] && witness(*other) == witness(number)
        });
        let longest = others
            .max_by_key(|other| (view.clocks[*other].units.len(), std::cmp::Reverse(*other)))?;
        let longest = &view.clocks[longest];
        let mut offsets = self.offsets[longest.units.clone()].to_vec();
        let offset = median(&mut offsets)?;
        Some(clock.prior.saturating_add(offset.saturating_sub(longest.prior)))
    }

    /// Moves all so that the clocks with good times stand at them again: what
    /// they are held to may have been wrong itself.
    fn gauge(&mut self, view: &View) {
        let mut voting = view.clocks.iter().zip(&self.votes).filter(|(_, votes)| **votes);
        let any_good = voting.any(|(clock, _)| clock.is_good);
        let mut shifts: Vec<i64> = view
            .clocks
            .iter()
            .zip(self.votes.iter().zip(&self.locked))
            .filter(|(clock, (votes, locked))| **votes && **locked && clock.is_good == any_good)
            .filter_map(|(clock, _)| self.shift(clock))
            .collect();
        let shift = median(&mut shifts).unwrap_or_default();
        for (clock, locked) in view.clocks.iter().zip(&self.locked) {
            if *locked {
                for offset in &mut self.offsets[clock.units.clone()] {
                    *offset -= shift;
                }
            }
        }
    }

    /// How far a clock stands from where its prior puts it.
    fn shift(&self, clock: &ClockView) -> Option<i64> {
        let mut offsets = self.offsets[clock.units.clone()].to_vec();
        median(&mut offsets).map(|offset| offset.saturating_sub(clock.prior))
    }

    /// Whether others are held to a clock.
    fn is_held_to(&self, clock: usize) -> bool {
        self.locked[clock] && self.votes[clock]
    }

    fn apply(&self, view: &mut View) {
        for clock in 0..view.clocks.len() {
            self.apply_to(view, clock);
        }
    }

    /// Sets the units' times; close to a step both of its sides are possible.
    fn apply_to(&self, view: &mut View, number: usize) {
        let range = view.clocks[number].units.clone();
        let offsets = &self.offsets[range.clone()];
        for (index, unit) in view.units[range].iter_mut().enumerate() {
            unit.x = unit.t + offsets[index];
            unit.x_alt = unit.t + beyond_step(offsets, index).unwrap_or(offsets[index]);
            unit.is_placed = self.locked[number];
        }
    }
}

/// How many reports on either side of a step may belong to the other.
const BOUNDARY: usize = 2;
/// A smaller change is no step.
const STEP_MS: i64 = 1_000;

fn beyond_step(offsets: &[i64], index: usize) -> Option<i64> {
    let near = index.saturating_sub(BOUNDARY)..(index + BOUNDARY + 1).min(offsets.len());
    let own = offsets[index];
    offsets[near].iter().copied().find(|offset| (offset - own).abs() > STEP_MS)
}
