//! Answers to a batch, and those kept for an Idempotency-Key.

use event_model::{DeviceId, OutboxId, WallTime};
use ingest_api::Lifetimes;
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use crate::{Result, Tally, store::signed};

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
    /// How the outbox stands in the table; empty where there is none.
    fn outbox_text(&self) -> String {
        self.outbox.map(|outbox| outbox.to_string()).unwrap_or_default()
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

/// The answer kept under the claim's key, if it is still remembered.
pub(crate) fn recall(
    transaction: &Transaction<'_>,
    device: DeviceId,
    claim: &IdempotencyClaim,
    now: WallTime,
    lifetimes: &Lifetimes,
) -> Result<Option<Outcome>> {
    let sql = "SELECT body_hash, status, body FROM answer
               WHERE device = ?1 AND outbox = ?2 AND key = ?3 AND answered_at_ms > ?4";
    let known = transaction
        .prepare_cached(sql)?
        .query_row(
            params![
                device.to_string(),
                claim.outbox_text(),
                claim.key.to_string(),
                oldest_kept(now, lifetimes),
            ],
            |row| Ok((row.get::<_, [u8; 32]>(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    Ok(known.map(|(body_hash, status, body)| {
        if body_hash != claim.body_hash {
            return Outcome::KeyReused;
        }
        let tally = Tally::default();
        Outcome::Answered(Answer { status, body, replayed: Replayed::Yes, tally })
    }))
}

/// Keeps an answer, and forgets those that have outlived their time or number.
pub(crate) fn keep(
    transaction: &Transaction<'_>,
    device: DeviceId,
    claim: &IdempotencyClaim,
    answer: &Answer,
    now: WallTime,
    lifetimes: &Lifetimes,
) -> Result<()> {
    transaction
        .prepare_cached("DELETE FROM answer WHERE answered_at_ms <= ?1")?
        .execute(params![oldest_kept(now, lifetimes)])?;
    transaction
        .prepare_cached(
            "INSERT INTO answer (device, outbox, key, body_hash, status, body, answered_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            device.to_string(),
            claim.outbox_text(),
            claim.key.to_string(),
            claim.body_hash,
            answer.status,
            answer.body,
            now.unix_ms(),
        ])?;
    transaction
        .prepare_cached(
            "DELETE FROM answer WHERE device = ?1 AND answer <= (
                 SELECT answer FROM answer WHERE device = ?1
                 ORDER BY answer DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![device.to_string(), signed(lifetimes.idempotency_answers_max)])?;
    Ok(())
}

fn oldest_kept(now: WallTime, lifetimes: &Lifetimes) -> i64 {
    let kept_ms = signed(lifetimes.idempotency_retention_s.saturating_mul(1_000));
    now.plus_ms(kept_ms.saturating_neg()).unix_ms()
}
