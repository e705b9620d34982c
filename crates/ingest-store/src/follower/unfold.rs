//! What the index has of an erased event goes: its match is made anew from what
//! the log has left of it, as any later index would be.

use event_model::{Actors, DeviceId};
use rusqlite::{Connection, Transaction, params};

use super::{LoggedBatch, fold::Fold, logged_batch, told::Told};
use crate::{Result, segment::Segment};

/// Later than any event, so that every one of them is better.
const NO_START_MS: i64 = i64::MAX / 2;

/// Takes an event that the log no longer has out of its match: the one of
/// `subject`, or where that can no longer be read out of each that its batch
/// told of.
pub(crate) fn unfold(
    index: &Transaction<'_>,
    log: &Connection,
    segments: &[Segment],
    event: (DeviceId, &str, i64),
    subject: Option<&str>,
) -> Result<()> {
    for of in Unfolding::find(index, event, subject)? {
        if of.is_readable(log, segments)? {
            of.fold_again(log, segments)?;
        } else {
            of.cut_out(log, segments, event)?;
        }
    }
    Ok(())
}

/// A match that the event may have been folded into.
struct Unfolding<'u> {
    index: &'u Transaction<'u>,
    match_id: i64,
    key: String,
    batches: Vec<i64>,
}

impl<'u> Unfolding<'u> {
    fn find(
        index: &'u Transaction<'u>,
        (device, _, batch_no): (DeviceId, &str, i64),
        subject: Option<&str>,
    ) -> Result<Vec<Self>> {
        let sql = "SELECT m.match_id, m.key FROM match_device d JOIN game_match m USING (match_id)
                   WHERE d.device = ?1 AND (m.key = ?3 OR ?3 IS NULL AND EXISTS (
                       SELECT 1 FROM match_batch b
                       WHERE b.match_id = m.match_id AND b.batch_no = ?2))";
        let mut statement = index.prepare(sql)?;
        let found = statement
            .query_map(params![device.0.as_bytes(), batch_no, subject], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
        found.into_iter().map(|(match_id, key)| Self::of(index, match_id, key)).collect()
    }

    fn of(index: &'u Transaction<'u>, match_id: i64, key: String) -> Result<Self> {
        let sql = "SELECT batch_no FROM match_batch WHERE match_id = ?1 ORDER BY batch_no";
        let mut statement = index.prepare(sql)?;
        let batches = statement
            .query_map([match_id], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        drop(statement);
        Ok(Self { index, match_id, key, batches })
    }

    /// Whether the log still has the bytes of all its events.
    fn is_readable(&self, log: &Connection, segments: &[Segment]) -> Result<bool> {
        for batch_no in &self.batches {
            let batch = logged_batch(log, segments, *batch_no)?;
            if batch.is_none_or(|batch| batch.array.is_empty()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn fold_again(&self, log: &Connection, segments: &[Segment]) -> Result<()> {
        for table in ["old_witness", "old_occurrence", "match_device", "match_batch"] {
            let sql = format!("DELETE FROM {table} WHERE match_id = ?1");
            self.index.execute(&sql, [self.match_id])?;
        }
        // Its number and revision stay: readers have seen them.
        self.index.execute(
            "UPDATE game_match SET started_at_ms = ?2, started_quality = 'low',
                    revision = revision + 1
             WHERE match_id = ?1",
            params![self.match_id, NO_START_MS],
        )?;
        let mut fold = Fold::new(self.index);
        let mut is_empty = true;
        for batch_no in &self.batches {
            let Some(batch) = logged_batch(log, segments, *batch_no)? else { continue };
            is_empty &= !self.fold_batch(&mut fold, &batch)?;
        }
        fold.finish()?;
        if is_empty {
            self.index.execute("DELETE FROM game_match WHERE match_id = ?1", [self.match_id])?;
        }
        Ok(())
    }

    /// Whether it had any event of the match.
    fn fold_batch(&self, fold: &mut Fold<'_>, batch: &LoggedBatch) -> Result<bool> {
        let mut has_any = false;
        for (event, evidence) in batch.events() {
            let told = Told::read(batch.device, event.get());
            if let Some(told) = told.filter(|told| told.subject == self.key) {
                fold.fold(batch, evidence.corrected, &told)?;
                has_any = true;
            }
        }
        Ok(has_any)
    }

    /// Where other events of the match are known here alone, they stay. What an
    /// occurrence tells may be the erased event's, so of one that others express
    /// as well only that it was is left.
    fn cut_out(
        &self,
        log: &Connection,
        segments: &[Segment],
        (device, event_id, _): (DeviceId, &str, i64),
    ) -> Result<()> {
        let whose = params![self.match_id, device.0.as_bytes(), event_id];
        self.index.execute(
            "UPDATE old_occurrence SET actors = ?4, round = NULL, match_clock_ms = NULL,
                    details = '{}', revision = 1 + (
                        SELECT revision FROM game_match m WHERE m.match_id = ?1)
             WHERE match_id = ?1 AND occurrence_id IN (
                 SELECT occurrence_id FROM old_witness
                 WHERE match_id = ?1 AND device = ?2 AND event_id = ?3)",
            params![self.match_id, device.0.as_bytes(), event_id, nobody()],
        )?;
        self.index.execute(
            "DELETE FROM old_witness WHERE match_id = ?1 AND device = ?2 AND event_id = ?3",
            whose,
        )?;
        self.index.execute(
            "DELETE FROM old_occurrence WHERE match_id = ?1 AND NOT EXISTS (
                 SELECT 1 FROM old_witness w
                 WHERE w.match_id = ?1 AND w.occurrence_id = old_occurrence.occurrence_id)",
            [self.match_id],
        )?;
        if !self.has_part(log, segments, device)? {
            let sql = "DELETE FROM match_device WHERE match_id = ?1 AND device = ?2";
            self.index.execute(sql, params![self.match_id, device.0.as_bytes()])?;
        }
        let sql = "UPDATE game_match SET revision = revision + 1 WHERE match_id = ?1";
        self.index.execute(sql, [self.match_id])?;
        Ok(())
    }

    /// Whether the device is known to have sent anything else of the match.
    fn has_part(&self, log: &Connection, segments: &[Segment], device: DeviceId) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM old_witness WHERE match_id = ?1 AND device = ?2)";
        let whose = params![self.match_id, device.0.as_bytes()];
        if self.index.query_row(sql, whose, |row| row.get(0))? {
            return Ok(true);
        }
        for batch_no in &self.batches {
            let batch = logged_batch(log, segments, *batch_no)?;
            let has_any = |batch: LoggedBatch| {
                batch.device == device
                    && batch.events().any(|(event, _)| {
                        let told = Told::read(batch.device, event.get());
                        told.is_some_and(|told| told.subject == self.key)
                    })
            };
            if batch.is_some_and(has_any) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The actors of an occurrence of which nothing is told.
fn nobody() -> String {
    let nobody = Actors { attacker: None, victim: None, assists: Vec::new() };
    serde_json::to_string(&nobody).expect("actors are JSON")
}
