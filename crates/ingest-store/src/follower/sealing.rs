//! Which matches are to be sealed now.

use event_model::{DeviceId, OutboxId, WallTime};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::Follower;
use crate::{
    Result, SealReason,
    columns::{signed, uuid_column},
    ranges,
};

/// When a match is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealRules {
    /// So many milliseconds after its last event; and after twice as many in any
    /// case.
    pub seal_after_ms: u64,
    /// Not sooner after the last of its devices told its end.
    pub not_before_ms: u64,
}

/// A match that is to be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealDue {
    /// Its key.
    pub key: String,
    /// Why.
    pub reason: SealReason,
}

/// Matches named in one answer: each is solved once more.
const DUE_MAX: usize = 64;

/// Matches looked at in one: for each the ranges of its devices are read.
const LOOKED_AT: usize = 256;

impl Follower {
    /// Matches that are to be sealed, at most 64 of them; ask again when those
    /// are. As far as the log was followed.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn seals_due(&mut self, now: WallTime, rules: &SealRules) -> Result<Vec<SealDue>> {
        let before = |age_ms: u64| now.unix_ms().saturating_sub(signed(age_ms));
        let silent = before(rules.seal_after_ms);
        let too_long = before(rules.seal_after_ms.saturating_mul(2));
        let looked_from = self.seals_looked_at;
        let (due, looked_to) = self.step(|index, log| {
            let mut due = aged(index, silent, too_long)?;
            let ended = all_ended(index, before(rules.not_before_ms), looked_from)?;
            let looked_to = if ended.len() < LOOKED_AT { 0 } else { ended[ended.len() - 1].0 };
            for (match_id, key) in ended {
                let is_known = due.iter().any(|due| due.key == key);
                if due.len() < DUE_MAX && !is_known && is_gap_free(index, log, match_id)? {
                    due.push(SealDue { key, reason: SealReason::AllEnded });
                }
            }
            Ok((due, looked_to))
        })?;
        self.seals_looked_at = looked_to;
        Ok(due)
    }
}

/// Of which nobody told anything for long, or somebody does for too long.
fn aged(index: &Connection, silent_ms: i64, too_long_ms: i64) -> Result<Vec<SealDue>> {
    let sql = "SELECT key FROM game_match
               WHERE sealed_at_ms IS NULL AND moved_to IS NULL AND last_received_ms <= ?1
               UNION
               SELECT key FROM game_match
               WHERE sealed_at_ms IS NULL AND moved_to IS NULL AND open_since_ms <= ?2
               LIMIT ?3";
    let mut statement = index.prepare_cached(sql)?;
    let most = i64::try_from(DUE_MAX).unwrap_or(i64::MAX);
    let due = statement.query_map(params![silent_ms, too_long_ms, most], |row| {
        Ok(SealDue { key: row.get(0)?, reason: SealReason::Aged })
    })?;
    Ok(due.collect::<rusqlite::Result<_>>()?)
}

/// Whose devices have all told the end, some at a time: others may wait for long.
fn all_ended(index: &Connection, ended_ms: i64, from: i64) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT match_id, key FROM game_match
               WHERE all_ended_ms IS NOT NULL AND sealed_at_ms IS NULL AND moved_to IS NULL
                     AND all_ended_ms <= ?1 AND match_id > ?2
               ORDER BY match_id LIMIT ?3";
    let mut statement = index.prepare_cached(sql)?;
    let most = i64::try_from(LOOKED_AT).unwrap_or(i64::MAX);
    let ended =
        statement.query_map(params![ended_ms, from, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(ended.collect::<rusqlite::Result<_>>()?)
}

/// Whether all that its devices sent before their end is here, or will never come.
/// Of one that numbers nothing nobody knows: its match is sealed by age.
fn is_gap_free(index: &Connection, log: &Connection, match_id: i64) -> Result<bool> {
    let sql = "SELECT device, ended_outbox, ended_sequence FROM match_device WHERE match_id = ?1";
    let mut statement = index.prepare_cached(sql)?;
    let mut rows = statement.query([match_id])?;
    while let Some(row) = rows.next()? {
        let device = DeviceId(uuid_column(row, "device")?);
        let outbox: Option<[u8; 16]> = row.get("ended_outbox")?;
        let sequence: Option<i64> = row.get("ended_sequence")?;
        let Some((outbox, sequence)) = outbox.zip(sequence) else { return Ok(false) };
        let outbox = OutboxId(Uuid::from_bytes(outbox));
        if ranges::contiguous(log, device, outbox)? < sequence.unsigned_abs() {
            return Ok(false);
        }
    }
    Ok(true)
}
