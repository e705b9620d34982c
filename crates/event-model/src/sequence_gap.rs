//! Tells a server that sequence numbers will never come, and why.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    EventId, OutboxId,
    event_id::{hash_fields, uuid_v8},
};

/// Why a range of an outbox will never be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// The outbox reached its bound in bytes.
    Pruned,
    /// The player deleted the events.
    Deleted,
    /// The file was damaged and the events could not be read.
    SalvageLost,
}

impl GapReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pruned => "pruned",
            Self::Deleted => "deleted",
            Self::SalvageLost => "salvage_lost",
        }
    }
}

/// The data of a `ringside.sequence_gap.v1`: a closed range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceGap {
    /// The outbox whose sequence it is.
    pub outbox: OutboxId,
    /// First number that will never come.
    pub from: u64,
    /// Last number that will never come.
    pub to: u64,
    /// Why.
    pub reason: GapReason,
}

impl SequenceGap {
    /// The id: the same gap told twice is one event.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        let mut hash = Sha256::new();
        hash_fields(
            &mut hash,
            &[
                "ringside.sequence-gap.v1",
                &self.outbox.to_string(),
                &self.from.to_string(),
                &self.to.to_string(),
                self.reason.as_str(),
            ],
        );
        EventId(uuid_v8(hash))
    }

    /// The CloudEvents subject: a gap belongs to an outbox and to no match.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("outbox:{}", self.outbox)
    }
}
