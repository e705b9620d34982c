//! Hearthstone, from the lines of its Power.log.
//!
//! The game prints what its server sends (`GameState.…`), and again what it makes of it
//! on the screen (`PowerTaskList.…`): the former alone is read. Entity ids, turns and
//! their order are the server's, so both sides of a game print the same ones. What can
//! go wrong, and what becomes of it:
//!
//! | the game | here |
//! |---|---|
//! | prints everything twice | `GameState` lines alone |
//! | names no match | its accounts and the cards dealt before the mulligan stand for it: both sides see which entities these are |
//! | prints the whole state again after a reconnect | no event comes of what is printed again; the match goes on |
//! | prints it to a spectator, in the midst | a session of its own, joined late, observed by nobody |
//! | calls the opponent `UNKNOWN HUMAN PLAYER` | a name counts when it is clear whose it is |
//! | hides the opponent's cards | an event without the card |
//! | writes in brackets where an entity lay when it was last drawn | not read: zones are followed |
//! | writes the time of day alone, in the player's zone | time since the first line, over midnight; nobody guesses a date |
//! | stops writing at 10 MB | counted |
//!
//! No id depends on where in the file a line stands, so a file that is read again from
//! its start makes the same ones.

mod clock;
mod command;
mod glance;
mod line;
mod names;
mod opening;
mod session;
mod table;
mod told;
mod zones;

use std::collections::VecDeque;

use event_model::Reading;
use serde::{Deserialize, Serialize};

pub use self::clock::LogClock;
use self::{
    line::{Line, Spoken, Watching},
    session::Session,
    table::Table,
};
use crate::{FollowedTo, MatchNow, Step, Unreadable};

/// Longest line that is read. The longest recorded one has 400 bytes.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// Games that were left and are remembered: one that is gone back to after a lost
/// connection, and the one before.
const FORMER_MAX: usize = 2;

/// What is known of a Power.log so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HearthstoneState {
    /// The game that was created last.
    table: Option<Table>,
    /// Sessions of the games before it.
    former: VecDeque<Session>,
    /// Somebody else's game is watched.
    watching: bool,
    /// The last line that was taken.
    followed: Option<FollowedTo>,
}

impl HearthstoneState {
    pub(crate) fn observe(&mut self, reading: &Reading) -> Step {
        let frame = match reading {
            Reading::Frame(frame) => frame,
            Reading::Fault(_) => return Step::default(),
        };
        if frame.body.len() > LINE_BYTES_MAX {
            let bytes = frame.body.len();
            return Step::unreadable(Unreadable::TooLarge { bytes, limit: LINE_BYTES_MAX });
        }
        let place = FollowedTo::of(frame);
        if place.is_some() && place == self.followed {
            // Who goes on at the last line reads it once more.
            return Step::default();
        }
        self.followed = place.or(self.followed.take());
        let text = String::from_utf8_lossy(&frame.body);
        let text = text.trim_end();
        if text.is_empty() {
            return Step::default();
        }
        match Line::read(text) {
            Some(line) => self.take(line),
            None => Step::unreadable(Unreadable::Malformed("no line of a Power.log".to_owned())),
        }
    }

    /// The last line that was taken, where it came from a file.
    pub(crate) fn followed_to(&self) -> Option<&FollowedTo> {
        self.followed.as_ref()
    }

    fn take(&mut self, line: Line<'_>) -> Step {
        let mut step = Step::default();
        match line.spoken {
            Spoken::Watching(Watching::Begins) => {
                self.leave();
                self.watching = true;
            }
            Spoken::Watching(Watching::Ends) => {
                self.leave();
                self.watching = false;
                step.match_now = MatchNow::NoMatch;
            }
            Spoken::Power { content: "CREATE_GAME", .. } => {
                self.leave();
                self.table = Some(Table::created(line.time, self.watching));
            }
            Spoken::Truncated => step.drift.count("Truncating log (the game stopped writing)"),
            Spoken::Aside => {}
            Spoken::Unknown(name) => step.drift.count(name),
            Spoken::Power { .. } | Spoken::Game(_) | Spoken::Choice(_) | Spoken::Other => {
                if let Some(table) = &mut self.table {
                    table.take(&line, &mut self.former, &mut step);
                }
            }
        }
        step
    }

    /// Puts the game away that is on the table.
    fn leave(&mut self) {
        if let Some(session) = self.table.take().and_then(Table::into_session) {
            self.former.push_back(session);
            if self.former.len() > FORMER_MAX {
                self.former.pop_front();
            }
        }
    }
}
