//! Elite Dangerous, from its player journal: one JSON line a happening.
//!
//! There are no matches. A session is what one commander does in one run of the
//! game: the journals of one start, which the game numbers where they get too long.
//! A line is told from every other by its file, where in it it begins, and what it
//! says: lines of the same bytes are common and are different happenings, and a file
//! that was written anew gives other ids for what is new in it and the same for what
//! stands there again.
//!
//! | the journal | here |
//! |---|---|
//! | goes on in another part | the same session: the parts share their name's time |
//! | has a header and an end, and nobody played | nothing |
//! | is left by a crash | the session ends when its commander loads the game again |
//! | names another commander, after the menu | another session |
//! | tells a kill of a player, and the bounty for it | one kill; the second is told as what it is called |
//! | repeats a line's bytes | each is a happening |
//! | is read again | the same ids |
//! | writes UTC in whole seconds | the session's clock, in milliseconds since its header |
//! | has names in the player's language | only where a person is named so |
//!
//! `rows` is the list of what becomes an event; `silent` of what is known and does
//! not. Everything else is counted as unknown, with the game's version.

mod journal;
mod line;
mod name;
mod rows;
mod session;
mod silent;
mod table;

use std::collections::VecDeque;

use event_model::Reading;
use serde::{Deserialize, Serialize};

use self::{journal::Journal, line::Line, name::JournalName};
use crate::{FollowedTo, Step, Unreadable};

/// Longest line that is read. The longest seen, a list of a system's signals, has
/// less than 64 KiB.
const LINE_BYTES_MAX: usize = 1024 * 1024;

/// Journals that are remembered: two clients may write at once, and a part may come
/// late.
const JOURNALS_MAX: usize = 8;

/// What is known of a stream of journals so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EliteState {
    /// Starts of the game, the latest at the end.
    journals: VecDeque<Journal>,
    /// The last line that was taken.
    followed: Option<FollowedTo>,
}

impl EliteState {
    pub(crate) fn observe(&mut self, reading: &Reading) -> Step {
        let Reading::Frame(frame) = reading else { return Step::default() };
        let Some(place) = FollowedTo::of(frame) else {
            return Step::unreadable(Unreadable::Foreign("a line without its file and place"));
        };
        if frame.body.len() > LINE_BYTES_MAX {
            let bytes = frame.body.len();
            return Step::unreadable(Unreadable::TooLarge { bytes, limit: LINE_BYTES_MAX });
        }
        if self.followed.as_ref() == Some(&place) {
            // Whoever goes on at the last line reads it once more.
            return Step::default();
        }
        let step = match Line::read(&frame.body) {
            Ok(line) => self.take(&line, &place),
            Err(why) => Step::unreadable(why),
        };
        self.followed = Some(place);
        step
    }

    /// The last line that was taken.
    pub(crate) fn followed_to(&self) -> Option<&FollowedTo> {
        self.followed.as_ref()
    }

    fn take(&mut self, line: &Line, place: &FollowedTo) -> Step {
        let mut step = Step::default();
        let name = JournalName::of(&place.file);
        let index = self.journal(&name);
        if let Some(account) = line.account() {
            self.end_elsewhere(index, account, &mut step);
        }
        self.journals[index].take(line, place, &name, &mut step);
        step
    }

    /// The start of the game that a file belongs to.
    fn journal(&mut self, name: &JournalName) -> usize {
        if let Some(index) = self.journals.iter().position(|journal| journal.is_of(name)) {
            return index;
        }
        if self.journals.len() >= JOURNALS_MAX {
            self.journals.pop_front();
        }
        self.journals.push_back(Journal::new(name));
        self.journals.len() - 1
    }

    /// A commander who loads the game here is no longer in it elsewhere.
    fn end_elsewhere(&mut self, here: usize, account: &str, step: &mut Step) {
        let others = self.journals.iter_mut().enumerate().filter(|(index, _)| *index < here);
        for (_, journal) in others {
            journal.end_of(account, step);
        }
    }
}
