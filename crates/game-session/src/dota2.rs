//! Dota 2, from Game State Integration.
//!
//! The game names the match and lists what happened. What can go wrong with that
//! list, and what becomes of it:
//!
//! | the game | here |
//! |---|---|
//! | lists each event in every frame for some 30 s, the newest first, without an id | an entry is known by all that it says; one that was told is skipped |
//! | lists two kills of one second | their texts differ; where they do not, the second is the second |
//! | writes JSON within a text | read as such; what cannot be is counted |
//! | drops what is older than 30 s or beyond sixteen | the player's own counters show that something is missing, which is counted |
//! | lets a bot match or a lobby of its own have the id 0 | the session stands for the match |
//! | calls players by their place, 0 to 9 | so do the events: it is the same on every PC |

mod course;
mod cross_check;
mod entry;
mod frame;
mod glance;
mod happening;
mod schema;
mod session;
mod told;

use std::collections::VecDeque;

use event_model::Reading;
use serde::{Deserialize, Serialize};

use self::{
    course::Course,
    frame::{GsiFrame, Match},
    session::Session,
};
use crate::{MatchNow, Step};

/// Largest frame that is read. Those of a whole match had 50 KiB (2,125 frames, 106 MB).
const FRAME_BYTES_MAX: usize = 1024 * 1024;

/// Matches that were left and are remembered, should the game come back to one: a
/// player who watches others between two reconnects has three.
const FORMER_MAX: usize = 4;

/// What is known of a Dota 2 stream so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dota2State {
    session: Option<Session>,
    /// Matches with an id that were left.
    former: VecDeque<Session>,
    lobbies: Lobbies,
}

/// What must be remembered of matches without an id: enough to give no later one the
/// key of an earlier, should it begin in the same second or after the PC's clock was
/// set back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Lobbies {
    latest_start: i64,
    play_max: u32,
}

impl Dota2State {
    pub(crate) fn observe(&mut self, reading: &Reading) -> Step {
        match reading {
            Reading::Frame(frame) => match GsiFrame::read(&frame.body) {
                Ok((gsi, drift)) => {
                    let mut step = Step { drift, ..Step::default() };
                    self.advance(&gsi, &mut step);
                    step
                }
                Err(why) => Step::unreadable(why),
            },
            Reading::Fault(_) => Step::default(),
        }
    }

    fn advance(&mut self, gsi: &GsiFrame, step: &mut Step) {
        let Some(shown) = &gsi.shown else {
            step.match_now = MatchNow::NoMatch;
            return;
        };
        self.turn_to(gsi, shown);
        let covering = self.session.as_mut().filter(|session| session.covers(gsi, shown));
        if let Some(session) = covering {
            session.take(gsi, shown, step);
            step.match_now = MatchNow::Running(Box::new(session.glance(gsi, shown)));
        }
    }

    /// Makes the session that of the frame's match: the present one, one that was
    /// left, or another.
    fn turn_to(&mut self, gsi: &GsiFrame, shown: &Match) {
        if self.session.as_ref().is_some_and(|session| session.covers(gsi, shown)) {
            return;
        }
        if !begins(gsi, shown) {
            return;
        }
        let back = self.former.iter().position(|session| session.covers(gsi, shown));
        let next = match back.and_then(|index| self.former.remove(index)) {
            Some(session) => session,
            None => Session::begin(gsi, shown, self.lobbies.next_play(gsi, shown)),
        };
        let left = self.session.replace(next);
        if let Some(left) = left.filter(Session::has_native_id) {
            self.former.push_back(left);
            if self.former.len() > FORMER_MAX {
                self.former.pop_front();
            }
        }
    }
}

impl Lobbies {
    /// Which play of its start a match is.
    fn next_play(&mut self, gsi: &GsiFrame, shown: &Match) -> u32 {
        if shown.id.is_some() {
            return 0;
        }
        let is_later = self.play_max == 0 || gsi.timestamp > self.latest_start;
        let play = if is_later { 1 } else { self.play_max.saturating_add(1) };
        self.latest_start = self.latest_start.max(gsi.timestamp);
        self.play_max = self.play_max.max(play);
        play
    }
}

/// Whether a frame tells enough to begin with. While the game loads it says neither
/// whose client it is nor, at first, which match.
fn begins(gsi: &GsiFrame, shown: &Match) -> bool {
    let is_played = matches!(shown.course, Course::Preparing | Course::Running | Course::Over);
    !gsi.viewer.is_unknown() && (shown.id.is_some() || is_played)
}
