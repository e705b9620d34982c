//! What a step has for a match and has not folded in yet.
//!
//! A step deals its events out in the order of the log. What a match makes of
//! them concerns no other match, until two are joined: so it is done later, of
//! many matches at once ([`shards`](crate::follower::shards)). Only its sessions
//! hear earlier what they have to know for a look at others.

use event_model::WallTime;
use rusqlite::Connection;

use super::OpenMatch;
use crate::{
    Result,
    columns::signed,
    decisions::{Decision, Logged},
    follower::{reading::Read, sessions::OpenSession},
};

/// Something that waits for a match.
#[derive(Debug, Clone, Copy)]
pub(in crate::follower) enum Due {
    /// The so-manieth event that the step read.
    Event(usize),
    /// It was sealed then, and the log had events up to there.
    Sealed { at: WallTime, through: i64 },
    /// It may change again.
    Reopened { at: WallTime },
}

impl Due {
    pub(in crate::follower) fn decided(decided: &Logged) -> Self {
        match decided.decision {
            Decision::Sealed => Self::Sealed { at: decided.at, through: signed(decided.through) },
            Decision::Reopened => Self::Reopened { at: decided.at },
        }
    }
}

/// All that waits, in the order of the log.
#[derive(Debug, Default)]
pub(in crate::follower) struct Waiting {
    all: Vec<Due>,
    /// So many of them the sessions have heard.
    heard: usize,
}

impl Waiting {
    pub(in crate::follower) fn len(&self) -> usize {
        self.all.len()
    }
}

impl OpenMatch {
    /// Whether there is something to write down.
    pub(in crate::follower) fn is_to_write(&self) -> bool {
        self.is_changed || !self.waiting.all.is_empty()
    }

    /// Has a decision wait.
    pub(in crate::follower) fn await_decision(&mut self, due: Due) {
        self.waiting.all.push(due);
    }

    /// Has a gap wait, where the match can still change then.
    pub(in crate::follower) fn await_gap(&mut self, number: usize) {
        let decided = self.waiting.all.iter().rev().find_map(|due| match due {
            Due::Sealed { .. } => Some(true),
            Due::Reopened { .. } => Some(false),
            Due::Event(_) => None,
        });
        if !decided.unwrap_or(self.times.sealed.is_some()) {
            self.waiting.all.push(Due::Event(number));
        }
    }

    /// Has an event wait; whether its session is to look at others now. Then it
    /// has heard it.
    pub(in crate::follower) fn await_event(
        &mut self,
        index: &Connection,
        reads: &[Read<'_>],
        number: usize,
    ) -> Result<bool> {
        self.waiting.all.push(Due::Event(number));
        let read = &reads[number];
        let Some(game) = &read.told.game else { return Ok(false) };
        let key = read.told.subject.as_ref();
        if !self.sessions.contains_key(key) {
            self.sessions.insert(key.to_owned(), OpenSession::new(key, game.clone()));
        }
        let session = self.sessions.get_mut(key).expect("it was just put there");
        let (is_new, is_to_look) = (session.no.is_none(), session.counts(read));
        if is_new || is_to_look {
            self.hear(reads);
        }
        // Its number is that of its first event, wherever steps end.
        if is_new {
            self.save_sessions(index)?;
        }
        Ok(is_to_look)
    }

    /// Has the sessions hear what waits.
    pub(in crate::follower) fn hear(&mut self, reads: &[Read<'_>]) {
        for due in &self.waiting.all[self.waiting.heard..] {
            let Due::Event(number) = due else { continue };
            let read = &reads[*number];
            if read.told.game.is_some()
                && let Some(session) = self.sessions.get_mut(read.told.subject.as_ref())
            {
                session.hear(read, read.evidence().as_ref());
            }
        }
        self.waiting.heard = self.waiting.all.len();
    }

    /// Folds in all that waits.
    pub(in crate::follower) fn settle(&mut self, reads: &[Read<'_>]) {
        self.hear(reads);
        self.waiting.heard = 0;
        for due in std::mem::take(&mut self.waiting.all) {
            match due {
                Due::Event(number) => self.fold(number, &reads[number]),
                Due::Sealed { at, through } => self.seal(at, through),
                Due::Reopened { at } => self.reopen(at),
            }
        }
    }
}
