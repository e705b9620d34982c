//! What followed from months that the log has dropped goes too: the gate's rows
//! with the evidence, a match with the bytes of the last of its events. So the
//! index holds nothing for longer than what it follows from, but for the newest month:
//! its matches go when a later one has begun.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::{Result, index, segment::Segment};

/// Rows of the gate deleted in one step: a page or two each.
const GATE_ROWS_A_STEP: i64 = 500;
/// Matches looked at in one step.
const MATCHES_A_STEP: i64 = 500;
/// Rows of matches deleted in one step.
const ROWS_A_STEP: usize = 2_000;

/// How far matches were looked through since a month was dropped.
#[derive(Default)]
pub(super) struct Forgetting {
    /// Of the oldest month that has its bytes: what is behind is forgotten.
    first_batch: i64,
    /// All matches up to this one were looked at.
    through: i64,
    is_done: bool,
}

impl Forgetting {
    /// One bounded step; whether there may be more.
    pub(super) fn step(&mut self, index: &mut Connection, segments: &[Segment]) -> Result<bool> {
        let Some(oldest) = segments.first() else { return Ok(false) };
        let deleted = index.execute(
            "DELETE FROM gate WHERE (segment_no, device_no, part) IN (
                 SELECT segment_no, device_no, part FROM gate WHERE segment_no < ?1 LIMIT ?2)",
            params![oldest.number, GATE_ROWS_A_STEP],
        )?;
        if deleted > 0 {
            return Ok(true);
        }
        let readable = segments.iter().find(|segment| segment.has_events);
        let first_batch = readable.map_or(self.first_batch, |segment| segment.first_batch);
        if first_batch != self.first_batch {
            *self = Self { first_batch, through: 0, is_done: false };
        }
        if !self.is_done {
            self.matches(index)?;
        }
        Ok(!self.is_done)
    }

    fn matches(&mut self, connection: &mut Connection) -> Result<()> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let looked_at = looked_at(&transaction, self.through)?;
        self.is_done = looked_at.is_empty();
        let mut rows = 0;
        for (match_id, newest_batch) in looked_at {
            // One without any is what a step before has left of one.
            if newest_batch.is_none_or(|newest| newest < self.first_batch) {
                rows += forget_some(&transaction, match_id, ROWS_A_STEP - rows)?;
            }
            if rows >= ROWS_A_STEP {
                // This one again: it may have more.
                break;
            }
            self.through = match_id;
        }
        if rows > 0 {
            index::edited(&transaction)?;
        }
        transaction.commit()?;
        Ok(())
    }
}

/// Some matches, and the newest batch that has an event of each.
fn looked_at(index: &Transaction<'_>, through: i64) -> Result<Vec<(i64, Option<i64>)>> {
    let sql = "SELECT match_id, (SELECT max(batch_no) FROM match_batch b
                                 WHERE b.match_id = ifnull(m.moved_to, m.match_id))
               FROM game_match m WHERE match_id > ?1 ORDER BY match_id LIMIT ?2";
    let mut statement = index.prepare_cached(sql)?;
    let rows = statement
        .query_map(params![through, MATCHES_A_STEP], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Tables with many rows of matches, and what tells those of one match apart.
const OF_MATCHES: [(&str, &str); 9] = [
    ("report", "position"),
    ("occurrence", "occurrence_no"),
    ("occurrence_alias", "occurrence_id"),
    ("change", "first_revision"),
    ("match_batch", "batch_no"),
    ("match_name", "name_key"),
    ("stream", "stream_no"),
    ("player_match", "account"),
    ("match_state", "match_id"),
];

/// Takes a match out of sight, with those that were joined into it: what is left
/// of them is only to be deleted. Whatever comes under one of their keys is
/// another match, also while that takes many steps.
fn hide(index: &Transaction<'_>, match_id: i64) -> Result<()> {
    index
        .prepare_cached(
            "UPDATE follow SET forgotten_revision = max(forgotten_revision, ifnull((
                 SELECT max(revision) + 1 FROM game_match
                 WHERE match_id = ?1 OR moved_to = ?1), 0))",
        )?
        .execute([match_id])?;
    index
        .prepare_cached(
            "DELETE FROM session_block WHERE session_no IN (
                 SELECT session_no FROM session WHERE match_id = ?1)",
        )?
        .execute([match_id])?;
    for table in ["session", "match_key", "match_device"] {
        index
            .prepare_cached(&format!("DELETE FROM {table} WHERE match_id = ?1"))?
            .execute([match_id])?;
    }
    // No key of a game is a number alone.
    index
        .prepare_cached(
            "UPDATE game_match SET key = CAST(match_id AS TEXT), moved_to = match_id
             WHERE match_id = ?1 OR moved_to = ?1",
        )?
        .execute([match_id])?;
    Ok(())
}

/// Deletes rows of a match, itself last of all; how many.
fn forget_some(index: &Transaction<'_>, match_id: i64, most: usize) -> Result<usize> {
    hide(index, match_id)?;
    let mut deleted = 0;
    for (table, columns) in OF_MATCHES {
        let left = i64::try_from(most - deleted).unwrap_or(i64::MAX);
        deleted += index
            .prepare_cached(&format!(
                "DELETE FROM {table} WHERE match_id = ?1 AND ({columns}) IN (
                     SELECT {columns} FROM {table} WHERE match_id = ?1 LIMIT ?2)"
            ))?
            .execute(params![match_id, left])?;
        if deleted >= most {
            return Ok(deleted);
        }
    }
    Ok(deleted + index.execute("DELETE FROM game_match WHERE match_id = ?1", [match_id])?)
}

/// Deletes all of a match, and of those that were joined into it.
pub(super) fn forget_all(index: &Transaction<'_>, match_id: i64) -> Result<()> {
    let sql = "SELECT match_id FROM game_match WHERE moved_to = ?1 AND match_id <> ?1";
    let mut statement = index.prepare_cached(sql)?;
    let joined = statement.query_map([match_id], |row| row.get(0))?;
    let all: Vec<i64> = joined.chain([Ok(match_id)]).collect::<rusqlite::Result<_>>()?;
    for match_id in all {
        forget_some(index, match_id, usize::MAX)?;
    }
    Ok(())
}
