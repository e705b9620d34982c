//! Answers to a batch, and those remembered for an Idempotency-Key.

use event_model::{OutboxId, WallTime};
use ingest_api::{Lifetimes, Receipt, ReceiptPage};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Batch, Result, Tally,
    columns::signed,
    event_key::half_of,
    receipt_page::{Code, Page},
    segment::{self, Segment},
};

/// Answers forgotten in one step, at most: the writer does nothing else meanwhile.
pub(crate) const FORGOTTEN_A_STEP: i64 = 500;
/// And their bytes, read and written, which takes some milliseconds.
pub(crate) const BYTES_FORGOTTEN_A_STEP: i64 = 2 * 1024 * 1024;

/// The HTTP status of every answer that is a receipt page.
pub(crate) const OK: u16 = 200;

/// The names of a request: its key, and the hash of its decoded body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyClaim {
    /// The outbox it speaks for, where it names one: the same body from another
    /// outbox is another request, since the answer says how far this one's
    /// sequence is known.
    pub outbox: Option<OutboxId>,
    /// The Idempotency-Key.
    pub key: Uuid,
    /// SHA-256 of the body before compression.
    pub body_hash: [u8; 32],
}

impl IdempotencyClaim {
    /// Outbox and key in one, as the table has them.
    pub(crate) fn name(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        match self.outbox {
            Some(outbox) => hash.update(outbox.0.as_bytes()),
            None => hash.update(b"no outbox"),
        }
        hash.update(self.key.as_bytes());
        half_of(&hash.finalize().into())
    }

    pub(crate) fn kept_hash(&self) -> [u8; 16] {
        half_of(&self.body_hash)
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This is the answer.
    Answered(Answer),
    /// The Idempotency-Key came with another body before; nothing was done.
    KeyReused,
}

/// The exact bytes of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it was given before.
    pub replayed: Replayed,
    /// The verdicts in it; of a replayed answer none, since nothing was done.
    pub tally: Tally,
}

/// Whether an answer was given before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replayed {
    /// For the first time.
    No,
    /// Repeated byte for byte.
    Yes,
}

/// Finds remembered answers.
pub(crate) struct Memory<'m> {
    pub(crate) transaction: &'m Transaction<'m>,
    pub(crate) segments: &'m [Segment],
    pub(crate) store: Uuid,
    pub(crate) server_version: &'m str,
    pub(crate) lifetimes: &'m Lifetimes,
}

impl Memory<'_> {
    /// The answer kept under the claim's names, if it is still remembered.
    /// One that another version of the server gave is not: what that did not
    /// know of this one may, and its client waits to be told so.
    pub(crate) fn recall(
        &self,
        device_no: i64,
        batch: &Batch,
        claim: &IdempotencyClaim,
    ) -> Result<Option<Outcome>> {
        let sql = "SELECT batch_no, answered_at_ms FROM kept_answer
                   WHERE device_no = ?1 AND name = ?2";
        let named: Option<(i64, i64)> = self
            .transaction
            .prepare_cached(sql)?
            .query_row(params![device_no, claim.name()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((batch_no, answered_at_ms)) = named else { return Ok(None) };
        if answered_at_ms > oldest_kept(batch.received_at, self.lifetimes) {
            let Some(kept) = self.kept(batch_no)? else { return Ok(None) };
            if kept.body_hash != Some(claim.kept_hash()) {
                return Ok(Some(Outcome::KeyReused));
            }
            if kept.is_of_version(self.server_version) {
                return Ok(Some(Outcome::Answered(kept.answer(self.store, batch))));
            }
        }
        // Its name will lead to the answer of this batch.
        forget(self.transaction, self.segments, batch_no)?;
        Ok(None)
    }

    /// Keeps the answer to a batch that the log has.
    pub(crate) fn keep(
        &self,
        device_no: i64,
        claim: &IdempotencyClaim,
        batch_no: i64,
        now: WallTime,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO kept_answer (device_no, name, batch_no, answered_at_ms)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![device_no, claim.name(), batch_no, now.unix_ms()])?;
        Ok(())
    }

    fn kept(&self, batch_no: i64) -> Result<Option<Kept>> {
        let Some(segment) = segment::of_batch(self.segments, batch_no) else { return Ok(None) };
        let sql = format!(
            "SELECT r.body_hash, v.version, r.contiguous, r.verdicts, r.refused, r.answer
             FROM {} r LEFT JOIN server_version v USING (version_no) WHERE batch_no = ?1",
            segment.receipts()
        );
        let mut statement = self.transaction.prepare_cached(&sql)?;
        Ok(statement.query_row([batch_no], Kept::read).optional()?)
    }
}

/// What is kept of an answer.
struct Kept {
    body_hash: Option<[u8; 16]>,
    version: Option<String>,
    contiguous: Option<i64>,
    verdicts: Option<Vec<u8>>,
    refused: Option<String>,
    /// Whole, where a server before schema 2 gave it.
    whole: Option<Vec<u8>>,
}

impl Kept {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            body_hash: row.get(0)?,
            version: row.get(1)?,
            contiguous: row.get(2)?,
            verdicts: row.get(3)?,
            refused: row.get(4)?,
            whole: row.get(5)?,
        })
    }

    fn is_of_version(&self, version: &str) -> bool {
        let page = self.whole.as_deref().map(serde_json::from_slice::<ReceiptPage>);
        match page {
            Some(page) => page.is_ok_and(|page| page.server_version == version),
            None => self.version.as_deref() == Some(version),
        }
    }

    fn answer(self, store: Uuid, batch: &Batch) -> Answer {
        let body = match &self.whole {
            Some(whole) => whole.clone(),
            None => self.write(store, batch),
        };
        let (replayed, tally) = (Replayed::Yes, Tally::default());
        Answer { status: OK, body, replayed, tally }
    }

    fn write(&self, store: Uuid, batch: &Batch) -> Vec<u8> {
        let codes: Vec<_> = match &self.verdicts {
            Some(verdicts) => verdicts.iter().map(|number| Code::read(*number)).collect(),
            None => vec![Code::Stored; batch.items.len()],
        };
        let refused = self.refused.as_deref().unwrap_or("[]");
        let refused: Vec<Receipt> = serde_json::from_str(refused).unwrap_or_default();
        let page = Page {
            server_version: self.version.as_deref().unwrap_or_default(),
            store,
            contiguous: self.contiguous.map(i64::unsigned_abs),
        };
        page.write(batch, &codes, &refused)
    }
}

/// What is kept of an answer besides its name.
const FORGET: &str = "body_hash = NULL, version_no = NULL, contiguous = NULL, verdicts = NULL,
                      refused = NULL, answer = NULL";

/// Where that is more than some twenty bytes: of a batch all of which was stored
/// they stay with its evidence, since to write its row again costs more.
const IS_KEPT: &str = "(verdicts IS NOT NULL OR refused IS NOT NULL OR answer IS NOT NULL)";

/// A row that stored nothing is there for its answer alone. The newest stays:
/// batches are numbered on from it, and before it the index finds its place again.
fn is_for_its_answer(receipts: &str) -> String {
    format!("stored = 0 AND batch_no < (SELECT max(batch_no) FROM {receipts})")
}

/// Forgets what a batch was answered, to which no name leads any more. Its row
/// stays where it has evidence.
pub(crate) fn forget(
    transaction: &Transaction<'_>,
    segments: &[Segment],
    batch_no: i64,
) -> Result<()> {
    let Some(segment) = segment::of_batch(segments, batch_no) else { return Ok(()) };
    let receipts = segment.receipts();
    let emptied = is_for_its_answer(&receipts);
    let sqls = [
        format!("DELETE FROM {receipts} WHERE batch_no = ?1 AND {emptied}"),
        format!("UPDATE {receipts} SET {FORGET} WHERE batch_no = ?1 AND {IS_KEPT}"),
    ];
    for sql in sqls {
        transaction.prepare_cached(&sql)?.execute([batch_no])?;
    }
    Ok(())
}

/// Bytes that are read and written to forget what a batch was answered.
pub(crate) fn bytes_to_forget(
    transaction: &Transaction<'_>,
    segments: &[Segment],
    batch_no: i64,
) -> Result<i64> {
    let Some(segment) = segment::of_batch(segments, batch_no) else { return Ok(0) };
    // All of these are known without reading what they measure.
    let sql = format!(
        "SELECT ifnull(length(verdicts), 0) + ifnull(octet_length(refused), 0)
                + ifnull(length(answer), 0) + length(evidence)
         FROM {} WHERE batch_no = ?1 AND {IS_KEPT}",
        segment.receipts()
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    Ok(statement.query_row([batch_no], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Forgets every answer.
pub(crate) fn forget_all(connection: &Connection) -> Result<()> {
    for segment in segment::all(connection)? {
        let named = "batch_no IN (SELECT batch_no FROM kept_answer)";
        let receipts = segment.receipts();
        let emptied = is_for_its_answer(&receipts);
        connection.execute_batch(&format!(
            "DELETE FROM {receipts} WHERE {named} AND {emptied};
             UPDATE {receipts} SET {FORGET} WHERE {named} AND {IS_KEPT};"
        ))?;
    }
    connection.execute("DELETE FROM kept_answer", [])?;
    Ok(())
}

/// What was done about a device's answers beyond so many.
pub(crate) struct Trimmed {
    pub(crate) forgotten: i64,
    pub(crate) left: i64,
}

/// Forgets the oldest answers of a device beyond `most`, as many as one step may.
pub(crate) fn forget_beyond(
    transaction: &Transaction<'_>,
    segments: &[Segment],
    device_no: i64,
    most: u64,
) -> Result<Trimmed> {
    let count: i64 = transaction
        .prepare_cached("SELECT count(*) FROM kept_answer WHERE device_no = ?1")?
        .query_row([device_no], |row| row.get(0))?;
    let beyond = (count - signed(most)).clamp(0, FORGOTTEN_A_STEP);
    let (mut bytes, mut trimmed) = (0, Trimmed { forgotten: 0, left: count });
    for (name, batch_no) in oldest(transaction, device_no, beyond)? {
        bytes += bytes_to_forget(transaction, segments, batch_no)?;
        forget(transaction, segments, batch_no)?;
        transaction
            .prepare_cached("DELETE FROM kept_answer WHERE device_no = ?1 AND name = ?2")?
            .execute(params![device_no, name])?;
        trimmed = Trimmed { forgotten: trimmed.forgotten + 1, left: trimmed.left - 1 };
        if bytes >= BYTES_FORGOTTEN_A_STEP {
            break;
        }
    }
    Ok(trimmed)
}

fn oldest(
    transaction: &Transaction<'_>,
    device_no: i64,
    count: i64,
) -> Result<Vec<(Vec<u8>, i64)>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let sql = "SELECT name, batch_no FROM kept_answer WHERE device_no = ?1
               ORDER BY batch_no LIMIT ?2";
    let mut statement = transaction.prepare_cached(sql)?;
    let rows = statement.query_map([device_no, count], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Answers of this instant or before are forgotten.
pub(crate) fn oldest_kept(now: WallTime, lifetimes: &Lifetimes) -> i64 {
    let kept_ms = signed(lifetimes.idempotency_retention_s.saturating_mul(1_000));
    now.plus_ms(kept_ms.saturating_neg()).unix_ms()
}
