//! What the uploader is doing, for whoever shows it.

use std::time::Duration;

use delivery::{Decision, Tally, WaitReason};
use tokio::sync::watch;
use tracing::debug;

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
    fn count(&mut self, tally: Tally) {
        self.stored += tally.stored;
        self.duplicates += tally.duplicates;
        self.quarantined += tally.quarantined;
    }
}

/// The uploader's end of it.
#[derive(Debug, Default)]
pub(crate) struct Shown(watch::Sender<UploadProgress>);

impl Shown {
    pub(crate) fn subscribe(&self) -> watch::Receiver<UploadProgress> {
        self.0.subscribe()
    }

    pub(crate) fn state(&self, state: UploadState) {
        self.0.send_if_modified(|progress| {
            let changed = progress.state != state;
            progress.state = state;
            changed
        });
    }

    pub(crate) fn waiting(&self, reason: WaitReason, wait: Option<Duration>) {
        let next_attempt_in_ms =
            wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self.state(UploadState::Waiting { reason, next_attempt_in_ms });
    }

    /// A request with so many events came to this decision.
    pub(crate) fn count(&self, decision: &Decision, events: usize) {
        let reason = match decision {
            Decision::Settle(settlements) => {
                let tally = settlements.tally();
                let (stored, duplicates) = (tally.stored, tally.duplicates);
                debug!(events, stored, duplicates, "Batch settled");
                return self.0.send_modify(|progress| {
                    progress.requests += 1;
                    progress.count(tally);
                });
            }
            Decision::Pause(reason)
            | Decision::BackOff { reason, .. }
            | Decision::Refused { reason, .. } => reason,
        };
        debug!(events, %reason, "Batch kept");
        self.0.send_modify(|progress| {
            progress.requests += 1;
            progress.failed_requests += 1;
        });
    }
}
