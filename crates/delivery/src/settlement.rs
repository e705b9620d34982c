//! What a receipt page means for each event of a batch.

use ingest_api::{ReceiptCode, ReceiptStatus};
use uuid::Uuid;

use crate::{
    QuarantineReason,
    page::{Line, Page},
    words::{in_words, plain},
};

/// Longest version of a server that is kept.
const VERSION_CHARS_MAX: usize = 100;

/// What becomes of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// On the server's disk since this request.
    Stored,
    /// On the server's disk since before.
    Duplicate,
    /// A person must look.
    Quarantined {
        /// Why.
        reason: QuarantineReason,
        /// The server's own words.
        detail: Option<String>,
    },
    /// The server asks for it again later.
    Kept,
}

/// What a page of our own server says of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlements {
    /// The server's database: another one may lack what this one had.
    pub store: Uuid,
    /// The server's version: another one may know more kinds.
    pub server_version: String,
    /// One per event, in the order they were sent.
    pub items: Vec<Settlement>,
    /// Highest n such that the server knows what became of 1 to n of this
    /// outbox, where it says so.
    pub contiguous_sequence: Option<u64>,
}

impl Settlements {
    /// What `page` says, already known to be about the events that were sent.
    pub(crate) fn of(page: Page) -> Self {
        Self {
            store: page.store,
            server_version: plain(&page.server_version, VERSION_CHARS_MAX),
            items: page.receipts.iter().map(Settlement::of).collect(),
            contiguous_sequence: page.contiguous_sequence,
        }
    }

    /// How many events each verdict was given to.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for item in &self.items {
            match item {
                Settlement::Stored => tally.stored += 1,
                Settlement::Duplicate => tally.duplicates += 1,
                Settlement::Quarantined { .. } => tally.quarantined += 1,
                Settlement::Kept => tally.kept += 1,
            }
        }
        tally
    }
}

/// Events by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// New on the server's disk.
    pub stored: u64,
    /// On the server's disk before.
    pub duplicates: u64,
    /// Kept for a person to look at.
    pub quarantined: u64,
    /// To be sent again later.
    pub kept: u64,
}

impl Settlement {
    fn of(line: &Line) -> Self {
        let reason = match line.status() {
            Some(ReceiptStatus::Stored) => return Self::Stored,
            Some(ReceiptStatus::Duplicate) => return Self::Duplicate,
            // A verdict from a newer server promises nothing that we understand.
            Some(ReceiptStatus::Retry) | None => return Self::Kept,
            Some(ReceiptStatus::Conflict) => QuarantineReason::Conflict,
            Some(ReceiptStatus::Invalid) => invalid(line.code()),
        };
        Self::Quarantined { reason, detail: in_words(line.code_word(), line.detail.as_deref()) }
    }
}

fn invalid(code: Option<ReceiptCode>) -> QuarantineReason {
    match code {
        Some(ReceiptCode::UnknownKind) => QuarantineReason::UnknownKind,
        Some(ReceiptCode::TooOld) => QuarantineReason::TooOld,
        None
        | Some(
            ReceiptCode::MalformedEvent
            | ReceiptCode::ForeignSource
            | ReceiptCode::EventTooLarge
            | ReceiptCode::TooDeep
            | ReceiptCode::FingerprintDiffers
            | ReceiptCode::Erased
            | ReceiptCode::StoreUnavailable
            | ReceiptCode::ReplayRefused,
        ) => QuarantineReason::Invalid,
    }
}
