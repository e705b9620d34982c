//! Answers to a batch, and those remembered for an Idempotency-Key.

use event_model::{OutboxId, WallTime};
use ingest_api::{Lifetimes, Receipt, ReceiptPage};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Batch, Result, Tally,
    event_key::half_of,
    receipt_page::{Code, Page},
    segment::{self, Segment},
    store::signed,
};

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
        let sql = "SELECT batch_no FROM kept_answer
                   WHERE device_no = ?1 AND name = ?2 AND answered_at_ms > ?3";
        let oldest = oldest_kept(batch.received_at, self.lifetimes);
        let batch_no = self
            .transaction
            .prepare_cached(sql)?
            .query_row(params![device_no, claim.name(), oldest], |row| row.get(0))
            .optional()?;
        let Some(batch_no) = batch_no else { return Ok(None) };
        if self.newer_answers(device_no, batch_no)? >= self.lifetimes.idempotency_answers_max {
            return Ok(None);
        }
        let Some(kept) = self.kept(batch_no)? else { return Ok(None) };
        if kept.body_hash != Some(claim.kept_hash()) {
            return Ok(Some(Outcome::KeyReused));
        }
        if !kept.is_of_version(self.server_version) {
            return Ok(None);
        }
        Ok(Some(Outcome::Answered(kept.answer(self.store, batch))))
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

    /// Asked only where a key comes again, so that nothing has to be counted
    /// while batches come in.
    fn newer_answers(&self, device_no: i64, batch_no: i64) -> Result<u64> {
        let sql = "SELECT count(*) FROM kept_answer WHERE device_no = ?1 AND batch_no > ?2";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let count: i64 = statement.query_row(params![device_no, batch_no], |row| row.get(0))?;
        Ok(count.unsigned_abs())
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

/// Forgets the oldest answers of a device beyond so many.
pub(crate) fn forget_beyond(
    transaction: &Transaction<'_>,
    device_no: i64,
    most: u64,
) -> Result<()> {
    transaction
        .prepare_cached(
            "DELETE FROM kept_answer WHERE device_no = ?1 AND batch_no <= (
                 SELECT batch_no FROM kept_answer WHERE device_no = ?1
                 ORDER BY batch_no DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![device_no, signed(most)])?;
    Ok(())
}

/// Answers of this instant or before are forgotten.
pub(crate) fn oldest_kept(now: WallTime, lifetimes: &Lifetimes) -> i64 {
    let kept_ms = signed(lifetimes.idempotency_retention_s.saturating_mul(1_000));
    now.plus_ms(kept_ms.saturating_neg()).unix_ms()
}
