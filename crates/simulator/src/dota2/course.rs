//! The clocks of a match: its own, which the show runs by, and the engine's, which
//! stands still in a pause.

use std::ops::Range;

use crate::{Length, Prng};

/// Between two frames at most: a second of the engine's clock is a change.
const FRAME_MS: u64 = 1_000;

/// The engine's clock when the first frame of a match shows it.
const ENGINE_MS_AT_FIRST: u64 = 21_000;

/// What the player's clock lacks to the engine's: seen in one whole match.
pub(super) const CLOCK_BEHIND_S: i64 = 128;

/// A pause is for matches that last longer.
const PAUSED_FROM_MS: u64 = 30_000;

/// An absence too: it lasts for seconds, and the list for half a minute.
const AWAY_FROM_MS: u64 = 40_000;
const AWAY_S: (u64, u64) = (3, 12);

/// When what begins, by the match's own clock.
#[derive(Debug, Clone)]
pub(super) struct Course {
    pub(super) selection_ms: u64,
    pub(super) pre_game_ms: u64,
    pub(super) running_ms: u64,
    pub(super) over_ms: u64,
    /// The main menu again.
    pub(super) menu_ms: u64,
    pub(super) pause: Range<u64>,
}

/// What a frame shows of where the match stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Menu,
    Selection,
    PreGame,
    Running,
    Over,
}

impl Course {
    pub(super) fn new(prng: &mut Prng, length: Length) -> Self {
        let (running_ms, menu_ms) = (3_000, length.ms() - 1_000);
        let over_ms = menu_ms - 2_000;
        let pause = if over_ms - running_ms > PAUSED_FROM_MS {
            let begins = prng.between(running_ms + 5_000, over_ms - 20_000);
            begins..begins + prng.between(2, 12) * 1_000
        } else {
            running_ms..running_ms
        };
        Self { selection_ms: 1_000, pre_game_ms: 2_000, running_ms, over_ms, menu_ms, pause }
    }

    pub(super) fn stage(&self, ms: u64) -> Stage {
        match ms {
            _ if ms < self.selection_ms || ms >= self.menu_ms => Stage::Menu,
            _ if ms < self.pre_game_ms => Stage::Selection,
            _ if ms < self.running_ms => Stage::PreGame,
            _ if ms < self.over_ms => Stage::Running,
            _ => Stage::Over,
        }
    }

    /// Whether a frame of this instant has a list.
    pub(super) fn is_listed_at(&self, ms: u64) -> bool {
        self.stage(ms) != Stage::Menu
    }

    /// The engine's clock.
    pub(super) fn engine_ms(&self, ms: u64) -> u64 {
        let paused = ms.clamp(self.pause.start, self.pause.end) - self.pause.start;
        ENGINE_MS_AT_FIRST + ms.saturating_sub(self.selection_ms) - paused
    }

    /// When each frame of a client begins that is so late after the full second.
    pub(super) fn scenes(&self, phase_ms: u64) -> impl Iterator<Item = u64> {
        let frames = self.menu_ms / FRAME_MS + 1;
        let at = move |number: u64| if number == 0 { 0 } else { number * FRAME_MS + phase_ms };
        let last = self.menu_ms + phase_ms;
        (0..frames).map(at).filter(move |ms| *ms < last).chain([last])
    }

    /// For one in two clients of a long match, from when to when it is away.
    pub(super) fn an_absence(&self, prng: &mut Prng) -> Option<(u64, u64)> {
        let (goes, lasts_s) = (prng.percent(50), prng.between(AWAY_S.0, AWAY_S.1));
        let room = self.over_ms.checked_sub(self.running_ms + AWAY_FROM_MS)?;
        let left = self.running_ms + 5_000 + prng.below(room + 1);
        goes.then_some((left, left + lasts_s * 1_000))
    }
}
