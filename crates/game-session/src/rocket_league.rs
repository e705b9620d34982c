//! Rocket League, from its Stats API: a stream of messages.
//!
//! Messages tell what happened once and without a number; the state that comes with
//! every tick holds each player's counters. So an event is the step of a counter, and
//! the message beside it says the rest. What can go wrong, and what becomes of it:
//!
//! | the game | here |
//! |---|---|
//! | writes `Data` as JSON within a text | read as such |
//! | tells a goal again 8.7 s later, without a scorer | dropped: goals are what the score counts |
//! | tells a save or a demolition before its counter moves | the message waits for the counter, or the counter for it |
//! | shows the goal again, with what was told then | nothing is taken from a replay |
//! | gives no match id offline | the first state's own values stand for it |
//! | opens a replay of an old match under its id | left alone until a match is made: a first countdown alone makes none |
//! | shows nobody's car while it counts down | nothing is told before it is seen whose client it is, or something happens |
//! | writes a player's name and number, and no account | joined by both where two have one name |
//! | counts a player who comes back from zero | another run of the counters |

mod counters;
mod glance;
mod message;
mod pairing;
mod schema;
mod session;
mod state;

use std::collections::VecDeque;

use event_model::Reading;
use serde::{Deserialize, Serialize};

use self::{
    message::{Message, News},
    session::Session,
    state::MatchState,
};
use crate::{MatchNow, Step};

/// Largest message that is read. A state of eight players has 4 KiB.
const MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// Matches that were left and are remembered, should the player come back to one.
const FORMER_MAX: usize = 4;

/// What is known of a Rocket League stream so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RocketLeagueState {
    session: Option<Session>,
    /// Matches with an id that were left.
    former: VecDeque<Session>,
    /// The match has no id and was seen to end: the next one is another.
    left: bool,
    /// The old match that is being watched.
    watching: Option<String>,
    /// A match was made, and its first countdown has not begun.
    #[serde(default)]
    made: bool,
}

impl RocketLeagueState {
    pub(crate) fn observe(&mut self, reading: &Reading) -> Step {
        match reading {
            Reading::Frame(frame) => match Message::read(&frame.body) {
                Ok((message, drift)) => {
                    let mut step = Step { drift, ..Step::default() };
                    self.advance(message, &mut step);
                    step
                }
                Err(why) => Step::unreadable(why),
            },
            Reading::Fault(_) => Step::default(),
        }
    }

    /// The messages have ended: what waits for another comes out without it.
    pub(crate) fn finish(&mut self) -> Step {
        let mut step = Step::default();
        if let Some(session) = &mut self.session {
            session.settle(&mut step);
        }
        step
    }

    fn advance(&mut self, message: Message, step: &mut Step) {
        match message.news {
            News::ReplayOpened => {
                self.watching = Some(message.match_id);
                step.match_now = MatchNow::NoMatch;
            }
            News::MatchMade => {
                self.watching = None;
                self.made = true;
                self.leave(step);
            }
            News::MatchGone => {
                self.leave(step);
                step.match_now = MatchNow::NoMatch;
            }
            // Of another match than the one that is watched the making was missed.
            _ if self.watching.as_ref() == Some(&message.match_id) => {
                step.match_now = MatchNow::NoMatch;
            }
            News::FirstCountdown => {
                // Where the making was missed nothing else tells a match without an id
                // from the one before.
                let is_another =
                    |session: &Session| !session.has_native_id() && !session.is_to_begin();
                let made = std::mem::take(&mut self.made);
                if !made && self.session.as_ref().is_some_and(is_another) {
                    self.leave(step);
                }
            }
            News::State(state) => self.take_state(&message.match_id, &state, step),
            News::Told(notice) => {
                if let Some(session) = self.session_of(&message.match_id) {
                    session.take_notice(notice, step);
                }
            }
            News::ReplayBegan => self.set_replaying(&message.match_id, true),
            News::ReplayEnded => self.set_replaying(&message.match_id, false),
            News::Over { winner } => {
                if let Some(session) = self.session_of(&message.match_id) {
                    session.end(winner, step);
                }
            }
            News::Nothing => {}
        }
    }

    fn take_state(&mut self, match_id: &str, state: &MatchState, step: &mut Step) {
        let goes_on = !self.left
            && self.session.as_ref().is_some_and(|session| session.covers(match_id, state));
        if !goes_on {
            // What a goal's replay shows is of the goal.
            if state.is_replay {
                return;
            }
            self.leave(step);
            self.turn_to(match_id, state);
        }
        if let Some(session) = &mut self.session {
            session.take_state(state, step);
            step.match_now = MatchNow::Running(Box::new(session.glance(state)));
        }
    }

    /// To a match that was left, or to another.
    fn turn_to(&mut self, match_id: &str, state: &MatchState) {
        let back = self.former.iter().position(|session| session.covers(match_id, state));
        let next = back.and_then(|index| self.former.remove(index));
        let next = next.unwrap_or_else(|| Session::begin(match_id, state));
        let former = self.session.replace(next);
        if let Some(former) = former.filter(Session::has_native_id) {
            self.former.push_back(former);
            if self.former.len() > FORMER_MAX {
                self.former.pop_front();
            }
        }
        self.left = false;
    }

    /// A match that has an id may come back; one without is over.
    fn leave(&mut self, step: &mut Step) {
        if let Some(session) = &mut self.session {
            session.settle(step);
            self.left = !session.has_native_id();
        }
    }

    fn session_of(&mut self, match_id: &str) -> Option<&mut Session> {
        let left = self.left;
        self.session.as_mut().filter(|session| !left && session.is_of(match_id))
    }

    fn set_replaying(&mut self, match_id: &str, replaying: bool) {
        if let Some(session) = self.session_of(match_id) {
            session.replaying = replaying;
        }
    }
}
