//! What one request brings, judged event by event, before the store decides.

use std::ops::Range;

use association::Sighting;
use event_model::{DeviceId, Fingerprint, Origin, OutboxId, SequenceGap, WallTime};
use ingest_api::Receipt;

use crate::{Body, IdempotencyClaim};

/// The events of one request.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Whose token it carried.
    pub device: DeviceId,
    /// Which outbox the sequences count in, where the request says.
    pub outbox: Option<OutboxId>,
    /// When it arrived.
    pub received_at: WallTime,
    /// Its Idempotency-Key, where it has one.
    pub idempotency: Option<IdempotencyClaim>,
    /// The body, a JSON array with one element an item.
    pub body: Body,
    /// One per event, in the order they were sent.
    pub items: Vec<Item>,
}

impl Batch {
    /// About how much its commit writes: its bytes as they are kept, evidence,
    /// and the two pages that have its outbox and its answer's name.
    #[must_use]
    pub fn written_bytes(&self) -> usize {
        const PAGES: usize = 2 * 4_096;
        const EVIDENCE: usize = 40;
        let (_, kept) = self.body.whole();
        kept.len() + self.items.len() * EVIDENCE + PAGES
    }
}

/// One event of a batch.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its place in the outbox, where it could be read.
    pub sequence: Option<u64>,
    /// What was found of it.
    pub verdict: Verdict,
}

/// What the server found before it asked the store.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Fit to be stored.
    Sound(SoundEvent),
    /// Answered already.
    Refused(Box<Receipt>),
}

/// An event that is fit to be stored.
#[derive(Debug, Clone)]
pub struct SoundEvent {
    /// The CloudEvents id.
    pub id: String,
    /// Tells it from another event under the same id.
    pub fingerprint: Fingerprint,
    /// Where it stands in the body.
    pub span: Range<usize>,
    /// Live or replayed, where it says.
    pub origin: Option<Origin>,
    /// When it happened, on the server's clock.
    pub corrected: Sighting,
    /// The range that it gives up, where it is the news of a gap.
    pub gap: Option<Box<SequenceGap>>,
}

/// How many events had which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// On disk since this request.
    pub stored: u64,
    /// On disk since before.
    pub duplicate: u64,
    /// Another event under a known id.
    pub conflict: u64,
    /// Cannot be taken.
    pub invalid: u64,
    /// To be sent again.
    pub retry: u64,
}
