//! What the uploader is doing, for whoever shows it.

use delivery::{Tally, WaitReason};

/// The upload at the moment, and its sums since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadProgress {
    /// What it is doing.
    pub state: UploadState,
    /// Requests that were sent.
    pub requests: u64,
    /// Of these, how many brought no receipts.
    pub failed_requests: u64,
    /// Events that the server stored for us.
    pub stored: u64,
    /// Events that it had before.
    pub duplicates: u64,
    /// Events that it declined.
    pub quarantined: u64,
}

/// What an uploader can be doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UploadState {
    /// Nothing waits to be sent.
    #[default]
    Idle,
    /// A request is under way.
    Sending {
        /// With so many events.
        events: usize,
    },
    /// Something must change or pass first.
    Waiting {
        /// What went wrong.
        reason: WaitReason,
        /// When it tries again; `None` where only a token helps.
        next_attempt_in_ms: Option<u64>,
    },
    /// It was told to stop, and has.
    Stopped,
}

impl UploadProgress {
    pub(crate) fn count(&mut self, tally: Tally) {
        self.stored += tally.stored;
        self.duplicates += tally.duplicates;
        self.quarantined += tally.quarantined;
    }
}
