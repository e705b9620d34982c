//! Matches that are being followed, as far as they fit into memory.

use std::{borrow::Cow, collections::HashMap};

use association::joining::SessionSummary;
use rusqlite::{OptionalExtension, params};

use super::{
    open_match::OpenMatch,
    saving::{Prepared, Saving},
    sessions::OpenSession,
    shards,
    step::Changed,
};
use crate::{Result, index::Cursors};

/// Bytes of matches kept in memory: 250 that are being played, of ten devices
/// each. To read one again takes milliseconds.
const MEMORY_MAX: usize = 64 * 1024 * 1024;

/// Events of a match between two looks at how large it has become.
const EVENTS_BETWEEN_LOOKS: u32 = 32;

/// How much a step takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Events, but for those of the last batch.
    pub(super) events: usize,
    /// Bytes of matches in memory.
    pub(super) memory: usize,
    /// Threads that fold them in.
    pub(super) shards: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events: super::EVENTS_MAX, memory: MEMORY_MAX, shards: shards::fitting() }
    }
}

/// What the index said when these were as it had them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    generation: Vec<u8>,
    associated_batch: i64,
    decided: i64,
    edits: i64,
}

impl Stamp {
    fn of(cursors: &Cursors) -> Self {
        Self {
            generation: cursors.generation.clone(),
            associated_batch: cursors.associated_batch,
            decided: cursors.decided,
            edits: cursors.edits,
        }
    }
}

/// Matches as the index has them, for the next step.
#[derive(Default)]
pub(super) struct Cache {
    stamp: Option<Stamp>,
    matches: HashMap<i64, Held>,
    /// By every key that is known to lead to one of them.
    keys: HashMap<String, i64>,
    /// By the numbers of their sessions, of those that were asked for.
    by_session: HashMap<i64, i64>,
    turn: u64,
    changed: Changed,
    pub(super) limits: Limits,
}

struct Held {
    of: OpenMatch,
    last_used: u64,
    bytes: usize,
    events: u32,
}

impl Cache {
    /// What is in it, where the index still is as it was; empty until it is put
    /// back, since a step that fails has changed it.
    pub(super) fn take(&mut self, cursors: &Cursors) -> Self {
        let limits = self.limits;
        let taken = std::mem::take(self);
        self.limits = limits;
        if taken.stamp.as_ref() == Some(&Stamp::of(cursors)) {
            taken
        } else {
            Self { limits, ..Self::default() }
        }
    }

    /// As the index is now that the step is committed.
    pub(super) fn put_back(&mut self, mut matches: Self, cursors: &Cursors) {
        matches.stamp = Some(Stamp::of(cursors));
        *self = matches;
    }

    /// The match that a key leads to, where there is one.
    pub(super) fn find(&mut self, saving: &Saving<'_>, key: &str) -> Result<Option<i64>> {
        if let Some(match_id) = self.keys.get(key) {
            return Ok(Some(*match_id));
        }
        let mut statement =
            saving.index.prepare_cached("SELECT match_id FROM match_key WHERE key = ?1")?;
        let found: Option<i64> = statement.query_row(params![key], |row| row.get(0)).optional()?;
        if let Some(match_id) = found {
            self.get(saving, match_id)?;
            self.keys.insert(key.to_owned(), match_id);
        }
        Ok(found)
    }

    /// A match, read where it is not in memory.
    pub(super) fn get(&mut self, saving: &Saving<'_>, match_id: i64) -> Result<&mut OpenMatch> {
        self.turn += 1;
        if !self.matches.contains_key(&match_id) {
            self.make_room(saving, None)?;
            let of = OpenMatch::load(saving.index, saving.source, match_id)?;
            let bytes = of.bytes();
            self.matches.insert(match_id, Held { of, last_used: 0, bytes, events: 0 });
        }
        let held = self.matches.get_mut(&match_id).expect("it was just put there");
        held.last_used = self.turn;
        held.events += 1;
        if held.events.is_multiple_of(EVENTS_BETWEEN_LOOKS) {
            held.bytes = held.of.bytes();
            self.make_room(saving, Some(match_id))?;
        }
        let held = self.matches.get_mut(&match_id).expect("room was made of the others");
        Ok(&mut held.of)
    }

    pub(super) fn insert(&mut self, key: &str, of: OpenMatch) {
        let (match_id, bytes) = (of.match_id, of.bytes());
        self.keys.insert(key.to_owned(), match_id);
        self.matches.insert(match_id, Held { of, last_used: self.turn, bytes, events: 0 });
    }

    /// The match that a session is in.
    pub(super) fn match_of_session(
        &mut self,
        saving: &Saving<'_>,
        session_no: i64,
    ) -> Result<Option<i64>> {
        if let Some(match_id) = self.by_session.get(&session_no) {
            return Ok(Some(*match_id));
        }
        let sql = "SELECT match_id FROM session WHERE session_no = ?1";
        let mut statement = saving.index.prepare_cached(sql)?;
        let found = statement.query_row([session_no], |row| row.get(0)).optional()?;
        if let Some(match_id) = found.filter(|match_id| self.matches.contains_key(match_id)) {
            self.by_session.insert(session_no, match_id);
        }
        Ok(found)
    }

    /// Makes one match of two.
    pub(super) fn join(&mut self, saving: &Saving<'_>, stays: i64, goes: i64) -> Result<()> {
        let mut one = self.taken(saving, stays)?;
        let other = self.taken(saving, goes)?;
        self.changed.note(&one);
        let (key, revision) = one.absorb(other, saving)?;
        self.changed.add(key, revision);
        self.changed.note(&one);
        let key = one.key.clone();
        self.insert(&key, one);
        Ok(())
    }

    /// A match that is nowhere else meanwhile.
    fn taken(&mut self, saving: &Saving<'_>, match_id: i64) -> Result<OpenMatch> {
        self.get(saving, match_id)?;
        self.forget_ways_to(match_id);
        let held = self.matches.remove(&match_id).expect("it was just read");
        Ok(held.of)
    }

    /// What joining knows of the sessions of a match.
    pub(super) fn sessions_of(
        &self,
        saving: &Saving<'_>,
        match_id: i64,
    ) -> Result<Vec<Cow<'_, SessionSummary>>> {
        if let Some(held) = self.matches.get(&match_id) {
            let sessions = held.of.sessions.values();
            return Ok(sessions.map(|session| Cow::Borrowed(&session.summary)).collect());
        }
        let sessions = OpenSession::of_match(saving.index, saving.source, match_id)?;
        Ok(sessions.into_values().map(|session| Cow::Owned(session.summary)).collect())
    }

    /// Writes down and leaves those that were not used for longest.
    fn make_room(&mut self, saving: &Saving<'_>, but: Option<i64>) -> Result<()> {
        let mut bytes: usize = self.matches.values().map(|held| held.bytes).sum();
        while bytes > self.limits.memory {
            let others = self.matches.iter().filter(|(match_id, _)| Some(**match_id) != but);
            let oldest = others.min_by_key(|(_, held)| held.last_used);
            let Some(match_id) = oldest.map(|(match_id, _)| *match_id) else { break };
            bytes -= self.leave(saving, match_id)?;
        }
        Ok(())
    }

    /// Writes one down and leaves it; how many bytes it had.
    pub(super) fn leave(&mut self, saving: &Saving<'_>, match_id: i64) -> Result<usize> {
        let Some(mut held) = self.matches.remove(&match_id) else { return Ok(0) };
        let is_changed = held.of.is_to_write();
        saving.save_all(&mut held.of)?;
        if is_changed {
            self.changed.note(&held.of);
        }
        self.forget_ways_to(match_id);
        Ok(held.bytes)
    }

    fn forget_ways_to(&mut self, match_id: i64) {
        self.keys.retain(|_, of| *of != match_id);
        self.by_session.retain(|_, of| *of != match_id);
    }

    /// Has the sessions of these matches hear what waits for them, of those that
    /// are here: of others nothing does.
    pub(super) fn hear(&mut self, saving: &Saving<'_>, ids: impl Iterator<Item = i64>) {
        for match_id in ids {
            if let Some(held) = self.matches.get_mut(&match_id) {
                held.of.hear(saving.source.reads);
            }
        }
    }

    /// Folds in all that waits, and writes down what changed of any, in the order
    /// in which they began.
    pub(super) fn save(&mut self, saving: &Saving<'_>) -> Result<()> {
        let changed: Vec<_> = self
            .matches
            .values_mut()
            .map(|held| &mut held.of)
            .filter(|of| of.is_to_write())
            .collect();
        let waiting = changed.iter().map(|of| of.waiting.len()).sum();
        let reads = saving.source.reads;
        let mut prepared =
            shards::each(changed, waiting, self.limits.shards, |of| Prepared::of(of, reads));
        prepared.sort_unstable_by_key(|(of, _)| of.match_id);
        for (of, prepared) in prepared {
            self.changed.note(of);
            saving.write(of, prepared)?;
        }
        Ok(())
    }

    /// The matches that changed since this was last asked.
    pub(super) fn take_changed(&mut self) -> Vec<(String, u64)> {
        self.changed.take()
    }
}
