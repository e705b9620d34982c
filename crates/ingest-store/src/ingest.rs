//! A batch becomes rows and an answer, in one transaction.

use ingest_api::{Lifetimes, RECEIPT_VERSION, Receipt, ReceiptCode, ReceiptPage, ReceiptStatus};
use rusqlite::{Transaction, TransactionBehavior};

use crate::{
    Answer, Batch, Outcome, Replayed, Result, SoundEvent, Store, Tally, Verdict, answer, follow,
    gate, ranges, ranges::KnownRanges,
};

/// The HTTP status of every answer that is a receipt page.
const OK: u16 = 200;

/// What an answer depends on besides the batch.
#[derive(Debug, Clone)]
pub struct IngestTerms {
    /// Named in every receipt page.
    pub server_version: String,
    /// How long answers are kept.
    pub lifetimes: Lifetimes,
}

impl Store {
    /// Takes several batches in one commit, since a commit costs the same
    /// however much is in it. Association follows in the same transaction.
    ///
    /// # Errors
    /// Where SQLite fails: then nothing of any of them is stored.
    pub fn ingest(&mut self, batches: &[Batch], terms: &IngestTerms) -> Result<Vec<Outcome>> {
        let store_id = self.id();
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let taker = Taker { transaction: &transaction, store_id, terms };
        let outcomes = batches.iter().map(|batch| taker.take(batch)).collect::<Result<Vec<_>>>()?;
        follow::follow_log(&transaction)?;
        transaction.commit()?;
        Ok(outcomes)
    }

    /// The answer where the store could not take a batch: its sound events are
    /// to be sent again, the others have their verdict. Never kept.
    #[must_use]
    pub fn retry_answer(&self, batch: &Batch, terms: &IngestTerms) -> Answer {
        let receipts = batch.items.iter().map(|item| match &item.verdict {
            Verdict::Refused(receipt) => receipt.clone(),
            Verdict::Sound(event) => retry_receipt(event),
        });
        answer_of(ReceiptPage {
            ringside: RECEIPT_VERSION.to_owned(),
            server_version: terms.server_version.clone(),
            store: self.id(),
            receipts: receipts.collect(),
            contiguous_sequence: None,
        })
    }
}

struct Taker<'t> {
    transaction: &'t Transaction<'t>,
    store_id: uuid::Uuid,
    terms: &'t IngestTerms,
}

impl Taker<'_> {
    fn take(&self, batch: &Batch) -> Result<Outcome> {
        let (now, lifetimes) = (batch.received_at, &self.terms.lifetimes);
        if let Some(claim) = &batch.idempotency
            && let Some(known) =
                answer::recall(self.transaction, batch.device, claim, now, lifetimes)?
        {
            return Ok(known);
        }
        let answer = answer_of(self.receipt_page(batch)?);
        if let Some(claim) = &batch.idempotency
            && answer.tally.retry == 0
        {
            answer::keep(self.transaction, batch.device, claim, &answer, now, lifetimes)?;
        }
        Ok(Outcome::Answered(answer))
    }

    fn receipt_page(&self, batch: &Batch) -> Result<ReceiptPage> {
        let mut known = KnownRanges::default();
        let mut receipts = Vec::with_capacity(batch.items.len());
        for item in &batch.items {
            receipts.push(match &item.verdict {
                Verdict::Refused(receipt) => receipt.clone(),
                Verdict::Sound(event) => self.pass(batch, item.sequence, event, &mut known)?,
            });
            if let (Some(outbox), Some(sequence)) = (batch.outbox, item.sequence) {
                known.add(outbox, sequence..=sequence);
            }
        }
        known.save(self.transaction, batch.device)?;
        let contiguous = |outbox| ranges::contiguous(self.transaction, batch.device, outbox);
        Ok(ReceiptPage {
            ringside: RECEIPT_VERSION.to_owned(),
            server_version: self.terms.server_version.clone(),
            store: self.store_id,
            receipts,
            contiguous_sequence: batch.outbox.map(contiguous).transpose()?,
        })
    }

    fn pass(
        &self,
        batch: &Batch,
        sequence: Option<u64>,
        event: &SoundEvent,
        known: &mut KnownRanges,
    ) -> Result<Receipt> {
        let passage = gate::pass(self.transaction, batch, sequence, event)?;
        if let Some(gap) = event.gap
            && matches!(passage, gate::Passage::Stored | gate::Passage::Duplicate)
        {
            known.add(gap.outbox, gap.from..=gap.to);
        }
        Ok(passage.receipt(&event.id))
    }
}

fn retry_receipt(event: &SoundEvent) -> Receipt {
    Receipt {
        id: event.id.clone(),
        status: ReceiptStatus::Retry,
        code: Some(ReceiptCode::StoreUnavailable),
        detail: Some("the store could not take it this time".to_owned()),
    }
}

fn answer_of(page: ReceiptPage) -> Answer {
    let body = serde_json::to_vec(&page).expect("a receipt page of plain values is always JSON");
    Answer { status: OK, body, replayed: Replayed::No, tally: Tally::of(&page.receipts) }
}
