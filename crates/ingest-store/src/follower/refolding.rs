//! A match of which something was erased is folded again from what the log still
//! has of it: so it is as in an index that is made anew, but for its key, the
//! sessions that were joined into it and the ids that led to it before.

mod former;

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Peekable,
    vec,
};

use association::Revision;
use event_model::DeviceId;
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::{
    EVENTS_MAX, Gathered, LoggedBatch, joining, logged_batch,
    open_match::{Due, OpenMatch, Part},
    reading::{self, Read, Source},
    saving::Saving,
};
use crate::{
    Result,
    decisions::{self, Logged},
    segment::Segment,
};
use former::Former;

/// Events that are folded again in one transaction, at most: association stands still
/// for so long. Ten devices of a long match send a fifth.
const EVENTS_REFOLDED_MAX: i64 = 8_000;

/// Bytes as stored of the batches that these are in, which may have others: ten
/// devices of a long match send a tenth.
const BYTES_REFOLDED_MAX: i64 = 4 * 1024 * 1024;

/// What may still be folded again in this transaction.
pub(super) struct Room {
    events: i64,
    bytes: i64,
}

impl Default for Room {
    fn default() -> Self {
        Self { events: EVENTS_REFOLDED_MAX, bytes: BYTES_REFOLDED_MAX }
    }
}

/// A match that is to be folded again.
pub(super) struct Refolding<'r> {
    pub(super) index: &'r Transaction<'r>,
    pub(super) log: &'r Connection,
    pub(super) segments: &'r [Segment],
    pub(super) match_id: i64,
}

impl Refolding<'_> {
    /// Events that are gone through where something is taken out of it. Of more than
    /// are folded again it has fewer rows.
    pub(super) fn events(&self) -> Result<u64> {
        let sql = "SELECT reports + overflow + apart FROM game_match WHERE match_id = ?1";
        let mut statement = self.index.prepare_cached(sql)?;
        let events: i64 = statement.query_row([self.match_id], |row| row.get(0))?;
        Ok(events.min(EVENTS_REFOLDED_MAX).unsigned_abs())
    }

    /// Whether the log has all that the match is made of, and there is room for it,
    /// which it then takes.
    ///
    /// What came late to one that was joined may stand before the seal in the log:
    /// folded again it would be in time, and what is sealed would move.
    pub(super) fn is_possible(&self, room: &mut Room) -> Result<bool> {
        let sql = "SELECT reports + overflow + apart, late > 0 FROM game_match WHERE match_id = ?1";
        let mut statement = self.index.prepare_cached(sql)?;
        let (events, has_late): (i64, bool) =
            statement.query_row([self.match_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if events > room.events || (has_late && self.keys()?.len() > 1) {
            return Ok(false);
        }
        let mut bytes = 0;
        for batch_no in self.batches()? {
            let Some(stored) = self.stored_bytes(batch_no)? else { return Ok(false) };
            bytes += stored;
            if bytes > room.bytes {
                return Ok(false);
            }
        }
        (room.events, room.bytes) = (room.events - events, room.bytes - bytes);
        Ok(true)
    }

    /// How much the log has of a batch; `None` where it has dropped it.
    fn stored_bytes(&self, batch_no: i64) -> Result<Option<i64>> {
        let segment = crate::segment::of_batch(self.segments, batch_no);
        let Some(segment) = segment.filter(|one| one.has_events) else { return Ok(None) };
        let sql = format!("SELECT length(events) FROM {} WHERE batch_no = ?1", segment.events());
        let mut statement = self.log.prepare_cached(&sql)?;
        // A batch of which everything was erased may have no row.
        Ok(Some(statement.query_row([batch_no], |row| row.get(0)).optional()?.unwrap_or(0)))
    }

    /// Folds it again; its key and the revision that it has now, and whether
    /// anything is left of it.
    pub(super) fn refold(&self, keeps_flags: bool) -> Result<(String, u64, bool)> {
        let (batches, keys) = (self.batches()?, self.keys()?);
        let nothing = Source::new(&[], self.log);
        let mut before = OpenMatch::load(self.index, &nothing, self.match_id)?;
        if !keeps_flags {
            // Which of them the erased said, nobody knows.
            before.join_flags.clear();
        }
        let last = (before.last_position, batches.last().copied().unwrap_or_default());
        before.sessions.values_mut().for_each(|session| session.begin_again(last));
        let former = Former::read(self.index, self.match_id)?;
        former.clear(self.index)?;
        let mut again = Again {
            of: None,
            due: self.decisions(&keys)?.into_iter().peekable(),
            after: Revision(before.state.revision().0 + 1),
            left: before.devices.iter().map(|(device, part)| (*device, *part)).collect(),
            before: Some(before),
            seen: BTreeSet::new(),
        };
        self.each_step(&batches, |read| {
            let reads = read.iter().flat_map(reading::events_of);
            let is_told = |read: &Read<'_>| {
                read.told.gap.is_some() || keys.contains(read.told.subject.as_ref())
            };
            let reads: Vec<_> = reads.filter(is_told).collect();
            let source = Source::new(&reads, self.log);
            again.step(&Saving::new(self.index, &source))
        })?;
        let saving = Saving::new(self.index, &nothing);
        again.end(&saving)?;
        let (key, revision) = match (&mut again.of, &again.before) {
            (Some(of), _) => {
                write_blocks(of, self.index)?;
                (of.key.clone(), of.state.revision().0)
            }
            (None, before) => {
                let key = before.as_ref().map(|before| before.key.clone());
                (key.unwrap_or_default(), again.after.0)
            }
        };
        former.lead_on(self.index)?;
        Ok((key, revision, again.of.is_some()))
    }

    /// Reads so many batches at once as a step of following does.
    fn each_step(
        &self,
        batches: &[i64],
        mut step: impl FnMut(&[LoggedBatch]) -> Result<()>,
    ) -> Result<()> {
        let mut gathered = Gathered::up_to(EVENTS_MAX);
        for batch_no in batches {
            let Some(batch) = logged_batch(self.log, self.segments, *batch_no)? else { continue };
            if gathered.add(batch) {
                step(&gathered.batches)?;
                gathered = Gathered::up_to(EVENTS_MAX);
            }
        }
        step(&gathered.batches)
    }

    fn batches(&self) -> Result<Vec<i64>> {
        let sql = "SELECT batch_no FROM match_batch WHERE match_id = ?1 ORDER BY batch_no";
        let mut statement = self.index.prepare_cached(sql)?;
        let batches = statement.query_map([self.match_id], |row| row.get(0))?;
        Ok(batches.collect::<rusqlite::Result<_>>()?)
    }

    fn keys(&self) -> Result<BTreeSet<String>> {
        let sql = "SELECT key FROM match_key WHERE match_id = ?1";
        let mut statement = self.index.prepare_cached(sql)?;
        let keys = statement.query_map([self.match_id], |row| row.get(0))?;
        Ok(keys.collect::<rusqlite::Result<_>>()?)
    }

    /// What was decided about it, as far as that is folded in.
    fn decisions(&self, keys: &BTreeSet<String>) -> Result<Vec<Logged>> {
        let decided = crate::index::cursors(self.index)?.decided;
        decisions::logged_of(self.log, keys, decided)
    }
}

/// A match on its way.
struct Again {
    of: Option<OpenMatch>,
    due: Peekable<vec::IntoIter<Logged>>,
    /// The last number that its changes must not have.
    after: Revision,
    /// The parts that devices had.
    left: BTreeMap<DeviceId, Part>,
    /// Until it begins.
    before: Option<OpenMatch>,
    /// Keys of which there was an event.
    seen: BTreeSet<String>,
}

impl Again {
    /// Folds in the events of a step.
    fn step(&mut self, saving: &Saving<'_>) -> Result<()> {
        let reads = saving.source.reads;
        for (number, read) in reads.iter().enumerate() {
            while let Some(decision) = self.due.next_if(|due| due.through < read.position) {
                self.decide(&decision);
            }
            let of = match &mut self.of {
                Some(of) if read.told.gap.is_some() => {
                    of.await_gap(number);
                    continue;
                }
                None if read.told.gap.is_some() => continue,
                Some(of) => of,
                begins => begins.insert(begun(read, self.before.take(), self.after)),
            };
            if !self.seen.contains(read.told.subject.as_ref()) {
                self.seen.insert(read.told.subject.clone().into_owned());
            }
            // What is joined stays joined, so it looks at nobody.
            of.await_event(saving.index, reads, number)?;
        }
        self.of.as_mut().map_or(Ok(()), |of| saving.save_all(of))
    }

    /// Folds in what was decided behind all events.
    fn end(&mut self, saving: &Saving<'_>) -> Result<()> {
        while let Some(decision) = self.due.next() {
            self.decide(&decision);
        }
        let Some(of) = &mut self.of else { return Ok(()) };
        of.is_changed = true;
        for (device, part) in &mut of.devices {
            if let Some(before) = self.left.get(device) {
                part.stays_left(before);
            }
        }
        saving.save_all(of)
    }

    /// By a key that has no event before it nothing is decided: who makes the index
    /// anew finds no match there.
    fn decide(&mut self, decided: &Logged) {
        let Some(of) = self.of.as_mut().filter(|_| self.seen.contains(&decided.key)) else {
            return;
        };
        of.await_decision(Due::decided(decided));
    }
}

fn begun(read: &Read<'_>, before: Option<OpenMatch>, after: Revision) -> OpenMatch {
    let before = before.expect("a match begins once");
    let mut of = OpenMatch::begun(before.match_id, read, after);
    (of.key, of.sessions, of.join_flags) = (before.key, before.sessions, before.join_flags);
    of
}

/// Writes where its sessions may meet others.
fn write_blocks(of: &mut OpenMatch, index: &Connection) -> Result<()> {
    for session in of.sessions.values_mut() {
        if let Some(no) = session.no {
            joining::write_blocks(index, no, &session.meets())?;
        }
    }
    Ok(())
}
