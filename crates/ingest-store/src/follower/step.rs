//! One step of association: events and decisions in the order of the log, and
//! what they change in one transaction with the cursor.
//!
//! Nothing depends on where a step ends: an index that is made anew is the same.

use std::collections::{BTreeMap, BTreeSet};

use association::Revision;
use event_model::DeviceId;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use super::{
    Counted, Followed, LoggedBatch,
    joining::Looking,
    logged_after,
    matches::Cache,
    open_match::{Due, OpenMatch},
    reading::{self, Read, Source},
    saving::Saving,
};
use crate::{
    Result,
    columns::{count_column, quality, signed},
    decisions::{self, Logged},
    index::{self, Cursors},
    segment::{self, Segment},
};

/// Decisions folded in at a time: each may solve a match.
pub(super) const DECISIONS_MAX: usize = 64;

/// Matches of a device that hear of a gap: those that it began to tell of last. More
/// are not open, of whoever plays one after the other.
const GAP_MATCHES_MAX: usize = 8;

/// Folds in a bounded part of what the log has beyond the cursor.
pub(super) fn associate(
    index: &mut Connection,
    log: &Connection,
    store: Uuid,
    cache: &mut Cache,
) -> Result<Followed> {
    let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // At one instant: a decision stands between the events that it was made at. And
    // with the index held, so that nothing is folded in that was erased meanwhile.
    // No longer than that: the log's WAL cannot begin anew while it is read.
    let at_once = log.unchecked_transaction()?;
    let segments = segment::all(&at_once)?;
    let cursors = index::adopt_within(&transaction, &at_once, &segments, store)?;
    let after = cursors.associated_batch;
    let mut decisions = decisions::logged_after(&at_once, cursors.decided, DECISIONS_MAX)?;
    // Behind the last of so many there may be others, before what follows it.
    let through = decisions.get(DECISIONS_MAX - 1).map(|last| last.through);
    let most = (cache.limits.events, through.unwrap_or(u64::MAX));
    let batches = logged_after(&at_once, &segments, after, most)?;
    let end = cursors.associated_through.max(through.unwrap_or(0));
    let end = batches.last().map_or(end, LoggedBatch::last_position);
    decisions.retain(|decision| decision.through <= end);
    let last = batches.last().map(|last| Last::of(last, &at_once, &segments)).transpose()?;
    at_once.commit()?;
    if batches.is_empty() && decisions.is_empty() {
        index::is_at_the_end(&transaction)?;
        transaction.commit()?;
        let through = cursors.associated_through;
        let (changed, counted) = (Vec::new(), Counted::default());
        return Ok(Followed { through, all: true, changed, counted });
    }
    let mut matches = cache.take(&cursors);
    let reads = reading::events(&batches, cache.limits.shards);
    let source = Source::new(&reads, log);
    let mut step = Step { saving: Saving::new(&transaction, &source), matches: &mut matches };
    let reached = step.fold(&reads, &decisions)?;
    step.matches.save(&step.saving)?;
    let changed = step.matches.take_changed();
    let counted = step.saving.counted.take();
    move_on(&transaction, last.as_ref(), &cursors, reached)?;
    let cursors = index::cursors(&transaction)?;
    transaction.commit()?;
    cache.put_back(matches, &cursors);
    Ok(Followed { through: end, all: false, changed, counted })
}

/// The last batch of a step, as the index remembers it.
struct Last {
    batch_no: i64,
    position: u64,
    mark: String,
}

impl Last {
    fn of(last: &LoggedBatch, log: &Connection, segments: &[Segment]) -> Result<Self> {
        let mark = index::mark(log, segments, last.batch_no)?.unwrap_or_default();
        Ok(Self { batch_no: last.batch_no, position: last.last_position(), mark })
    }
}

fn move_on(
    index: &Transaction<'_>,
    last: Option<&Last>,
    cursors: &Cursors,
    decided: Option<i64>,
) -> Result<()> {
    if let Some(last) = last {
        index
            .prepare_cached(
                "UPDATE follow SET associated_batch = ?1, associated_mark = ?2,
                        associated_through = ?3",
            )?
            .execute(params![last.batch_no, last.mark, signed(last.position)])?;
    }
    let decided = decided.unwrap_or(cursors.decided);
    index.prepare_cached("UPDATE follow SET decided = ?1")?.execute([decided])?;
    Ok(())
}

struct Step<'s> {
    saving: Saving<'s>,
    matches: &'s mut Cache,
}

impl Step<'_> {
    /// Folds in all of these; the last decision that was among them.
    fn fold(&mut self, reads: &[Read<'_>], decisions: &[Logged]) -> Result<Option<i64>> {
        let told = reads.iter().filter(|read| read.told.gap.is_none()).count();
        self.saving.counted.get_mut().events = u64::try_from(told).unwrap_or(u64::MAX);
        let mut due = decisions.iter().peekable();
        for (number, read) in reads.iter().enumerate() {
            while let Some(decision) = due.next_if(|decision| decision.through < read.position) {
                self.decide(decision)?;
            }
            if read.told.gap.is_some() {
                self.miss(reads, number)?;
                continue;
            }
            let match_id = self.match_of(read)?;
            let of = self.matches.get(&self.saving, match_id)?;
            if of.await_event(self.saving.index, reads, number)? {
                let (saving, matches, key) = (&self.saving, &mut *self.matches, &read.told.subject);
                Looking { saving, matches, match_id, key }.look()?;
            }
        }
        due.try_for_each(|decision| self.decide(decision))?;
        Ok(decisions.last().map(|decision| decision.decision_no))
    }

    /// Has the matches of a device hear that some of what it told never comes. Which
    /// of them that is of only its numbers say, and those are association's.
    fn miss(&mut self, reads: &[Read<'_>], number: usize) -> Result<()> {
        let device = reads[number].device;
        let of_step = reads[..number].iter().filter(|read| read.device == device);
        let mut told: BTreeSet<i64> = self.told_before(device)?.into_iter().collect();
        for read in of_step.filter(|read| read.told.gap.is_none()) {
            told.extend(self.matches.find(&self.saving, &read.told.subject)?);
        }
        for match_id in told.into_iter().rev().take(GAP_MATCHES_MAX) {
            if self.matches.holds(match_id) || is_open(self.saving.index, match_id)? {
                self.matches.get(&self.saving, match_id)?.await_gap(number);
            }
        }
        Ok(())
    }

    /// The last matches of a device that the index has.
    fn told_before(&self, device: DeviceId) -> Result<Vec<i64>> {
        let sql = "SELECT match_id FROM match_device WHERE device = ?1
                   ORDER BY match_id DESC LIMIT ?2";
        let mut statement = self.saving.index.prepare_cached(sql)?;
        let most = i64::try_from(GAP_MATCHES_MAX).unwrap_or(i64::MAX);
        let found = statement.query_map(params![device.0.as_bytes(), most], |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    fn match_of(&mut self, read: &Read<'_>) -> Result<i64> {
        let subject = &read.told.subject;
        if let Some(match_id) = self.matches.find(&self.saving, subject)? {
            return Ok(match_id);
        }
        let index = self.saving.index;
        index
            .prepare_cached(
                "INSERT INTO game_match (key, game, started_at_ms, started_quality)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                subject,
                read.told.game(),
                read.corrected.at.unix_ms(),
                quality::text(read.corrected.quality)
            ])?;
        let match_id = index.last_insert_rowid();
        index
            .prepare_cached("INSERT INTO match_key (key, match_id) VALUES (?1, ?2)")?
            .execute(params![subject, match_id])?;
        let forgotten = index
            .prepare_cached("SELECT forgotten_revision FROM follow")?
            .query_row([], |row| count_column(row, "forgotten_revision"))?;
        self.matches.insert(subject, OpenMatch::begun(match_id, read, Revision(forgotten)));
        Ok(match_id)
    }

    fn decide(&mut self, decided: &Logged) -> Result<()> {
        // Its events are dropped, or were erased since.
        let Some(match_id) = self.matches.find(&self.saving, &decided.key)? else { return Ok(()) };
        let of = self.matches.get(&self.saving, match_id)?;
        of.await_decision(Due::decided(decided));
        Ok(())
    }
}

fn is_open(index: &Connection, match_id: i64) -> Result<bool> {
    let sql = "SELECT sealed_at_ms IS NULL FROM game_match WHERE match_id = ?1";
    Ok(index.prepare_cached(sql)?.query_row([match_id], |row| row.get(0))?)
}

/// The newest revision of each match that changed.
#[derive(Default)]
pub(super) struct Changed(BTreeMap<String, u64>);

impl Changed {
    pub(super) fn note(&mut self, of: &OpenMatch) {
        self.0.insert(of.key.clone(), of.state.revision().0);
    }

    pub(super) fn add(&mut self, key: String, revision: u64) {
        self.0.insert(key, revision);
    }

    pub(super) fn take(&mut self) -> Vec<(String, u64)> {
        std::mem::take(&mut self.0).into_iter().collect()
    }
}
