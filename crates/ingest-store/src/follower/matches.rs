//! Matches that are being followed, as far as they fit into memory.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

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

/// Bytes of matches kept in memory: 5,000 that are being played, of ten devices
/// each, while they are short, and 2,000 in the middle of their lives. To read one
/// again and write it down takes as long as a dozen events, so that with fewer of
/// them than are being played most of the work would be that.
const MEMORY_MAX: usize = 256 * 1024 * 1024;

/// Part of it that is made free at a time, so that who is to go is not looked for
/// at every match that comes.
const FREED: usize = 16;

/// Looks at others after which a match is left that nobody tells of, one or a few for
/// each event: forty times what lies between two of its own where 5,000 are being
/// played. What is over shall not stay as long as there is room.
const IDLE_LOOKS: u64 = 200_000;

/// Events of a match between two looks at how large it has become.
const EVENTS_BETWEEN_LOOKS: u32 = 32;

/// How much a step takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    /// Events, but for those of the last batch.
    pub(super) events: usize,
    /// Bytes of matches in memory.
    pub(super) memory: usize,
    /// Looks at others after which a match is left.
    pub(super) idle: u64,
    /// Threads that fold them in.
    pub(super) shards: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            events: super::EVENTS_MAX,
            memory: MEMORY_MAX,
            idle: IDLE_LOOKS,
            shards: shards::fitting(),
        }
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
    /// Of all of them, as they were last looked at.
    bytes: usize,
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

    /// Whether a match is in memory.
    pub(super) fn holds(&self, match_id: i64) -> bool {
        self.matches.contains_key(&match_id)
    }

    /// A match, read where it is not in memory.
    pub(super) fn get(&mut self, saving: &Saving<'_>, match_id: i64) -> Result<&mut OpenMatch> {
        self.turn += 1;
        if !self.matches.contains_key(&match_id) {
            self.make_room(saving, None)?;
            let of = OpenMatch::load(saving.index, saving.source, match_id)?;
            self.hold(of);
        }
        let held = self.matches.get_mut(&match_id).expect("it was just put there");
        held.last_used = self.turn;
        held.events += 1;
        if held.events.is_multiple_of(EVENTS_BETWEEN_LOOKS) {
            let before = std::mem::replace(&mut held.bytes, held.of.bytes());
            self.bytes = self.bytes + held.bytes - before;
            self.make_room(saving, Some(match_id))?;
        }
        let held = self.matches.get_mut(&match_id).expect("room was made of the others");
        Ok(&mut held.of)
    }

    pub(super) fn insert(&mut self, key: &str, of: OpenMatch) {
        self.keys.insert(key.to_owned(), of.match_id);
        self.hold(of);
    }

    fn hold(&mut self, of: OpenMatch) {
        let (match_id, bytes) = (of.match_id, of.bytes());
        self.bytes += bytes;
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
        self.forget_ways_to(&HashSet::from([match_id]));
        let held = self.matches.remove(&match_id).expect("it was just read");
        self.bytes -= held.bytes;
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

    /// Leaves those that were not used for longest, where there is too much.
    fn make_room(&mut self, saving: &Saving<'_>, but: Option<i64>) -> Result<()> {
        if self.bytes <= self.limits.memory {
            return Ok(());
        }
        let others = self.matches.iter().filter(|(match_id, _)| Some(**match_id) != but);
        let mut others: Vec<(u64, usize, i64)> =
            others.map(|(match_id, held)| (held.last_used, held.bytes, *match_id)).collect();
        others.sort_unstable();
        let mut left = self.bytes;
        let most = self.limits.memory - self.limits.memory / FREED;
        let go = others.into_iter().take_while(|(_, bytes, _)| {
            let goes = left > most;
            left = left.saturating_sub(*bytes);
            goes
        });
        let go: Vec<i64> = go.map(|(.., match_id)| match_id).collect();
        self.leave(saving, &go)
    }

    /// Leaves those that nobody has told of for long.
    fn leave_idle(&mut self, saving: &Saving<'_>) -> Result<()> {
        let is_idle = |held: &Held| self.turn - held.last_used > self.limits.idle;
        let idle = self.matches.iter().filter(|(_, held)| is_idle(held));
        let idle: Vec<i64> = idle.map(|(match_id, _)| *match_id).collect();
        self.leave(saving, &idle)
    }

    /// Writes these down and leaves them.
    fn leave(&mut self, saving: &Saving<'_>, ids: &[i64]) -> Result<()> {
        for match_id in ids {
            let Some(mut held) = self.matches.remove(match_id) else { continue };
            self.bytes -= held.bytes;
            let is_changed = held.of.is_to_write();
            saving.save_all(&mut held.of)?;
            if is_changed {
                self.changed.note(&held.of);
            }
        }
        if !ids.is_empty() {
            self.forget_ways_to(&ids.iter().copied().collect());
        }
        Ok(())
    }

    fn forget_ways_to(&mut self, ids: &HashSet<i64>) {
        self.keys.retain(|_, of| !ids.contains(of));
        self.by_session.retain(|_, of| !ids.contains(of));
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
        self.leave_idle(saving)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.matches.len()
    }

    /// The matches that changed since this was last asked.
    pub(super) fn take_changed(&mut self) -> Vec<(String, u64)> {
        self.changed.take()
    }
}
