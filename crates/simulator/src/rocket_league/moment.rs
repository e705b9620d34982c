//! How the match stands at a tick.

use super::CARS;

/// A state.
#[derive(Debug, Clone, Default)]
pub(super) struct Moment {
    pub(super) cars: [Car; CARS],
    pub(super) scores: [u64; 2],
    pub(super) time_s: u64,
    pub(super) overtime: bool,
    /// The last goal is shown again.
    pub(super) is_replay: bool,
    pub(super) winner: Option<usize>,
    /// Never the same twice.
    pub(super) number: u64,
}

/// What is shown of a player.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Car {
    pub(super) counts: Counts,
    /// The player left, and has not come back.
    pub(super) is_gone: bool,
    /// Until when there is no car, by the match's clock.
    pub(super) demolished_until: u64,
}

/// A player's counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) goals: u64,
    pub(super) shots: u64,
    pub(super) assists: u64,
    pub(super) saves: u64,
    pub(super) demolitions: u64,
    pub(super) touches: u64,
}

/// A step of one counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Goal,
    Shot,
    Assist,
    Save,
    Demolition,
}

impl Counts {
    pub(super) fn step(&mut self, count: Count) {
        match count {
            Count::Goal => self.goals += 1,
            Count::Shot => self.shots += 1,
            Count::Assist => self.assists += 1,
            Count::Save => self.saves += 1,
            Count::Demolition => self.demolitions += 1,
        }
    }

    /// Whether a reader can see that they begin anew.
    pub(super) fn is_seen_to_fall(&self) -> bool {
        self.goals + self.shots + self.saves + self.demolitions > 0
    }
}

/// The team of a player.
pub(super) fn team(car: usize) -> usize {
    usize::from(car >= CARS / 2)
}
