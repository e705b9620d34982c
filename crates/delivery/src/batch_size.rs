//! What a server, or somebody before it, takes in one request.
//!
//! A proxy may take less than the server itself does, and says so by 413 alone.
//! Halving every batch anew would then cost a request in nine for nothing, and
//! seconds each: what was found once is remembered, and forgotten slowly.
//! A single 413 is chance until there is a second one, or until as much was
//! taken after all.

use crate::BatchLimits;

/// So many full batches in a row before a larger one is tried.
const TAKEN_BEFORE_GROWING: u32 = 16;
/// A limit that stands is asked less and less whether it still does; never less
/// often than after so many batches, so that a limit which is gone is noticed
/// within a long evening's backlog. The first larger batch that is taken ends
/// the doubt: the next is tried as soon as at first.
const TAKEN_BEFORE_GROWING_MAX: u32 = 1_024;

/// The size of the next batch.
///
/// Learnt in bytes, whatever the limit counts: our events are of much the same
/// size, so a limit in events is found too, and one very large event among
/// small ones does not make every batch a batch of few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSize {
    most: BatchLimits,
    bytes_max: usize,
    taken: u32,
    patience: u32,
    /// The bound before it was raised for a try, until that is answered.
    before_growing: Option<usize>,
    /// The smallest batch that was too large, until as much is taken.
    refused_bytes: Option<usize>,
}

/// A batch that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSent {
    /// Its events.
    pub events: usize,
    /// The bytes of their bodies.
    pub bytes: usize,
}

impl BatchSize {
    /// As large as `most` until something is learnt.
    #[must_use]
    pub fn new(most: BatchLimits) -> Self {
        Self {
            most,
            bytes_max: most.bytes_max,
            taken: 0,
            patience: TAKEN_BEFORE_GROWING,
            before_growing: None,
            refused_bytes: None,
        }
    }

    /// What the next claim may take.
    #[must_use]
    pub fn limits(&self) -> BatchLimits {
        BatchLimits { bytes_max: self.bytes_max, ..self.most }
    }

    /// The batch was too large: the second time it is believed, as the batch
    /// itself is halved the second time. A single event says nothing of batches.
    pub fn too_large(&mut self, sent: BatchSent) {
        if sent.events < 2 {
            return;
        }
        if self.refused_bytes.is_some() {
            if self.before_growing.take().is_some() {
                self.patience = (self.patience * 2).min(TAKEN_BEFORE_GROWING_MAX);
            }
            self.bytes_max = self.bytes_max.min(sent.bytes / 2).max(1);
        }
        let smallest = self.refused_bytes.map_or(sent.bytes, |bytes| bytes.min(sent.bytes));
        self.refused_bytes = Some(smallest);
        self.taken = 0;
    }

    /// The batch was taken.
    pub fn taken(&mut self, sent: BatchSent) {
        if self.refused_bytes.is_some_and(|bytes| sent.bytes >= bytes) {
            self.refused_bytes = None;
        }
        if self.before_growing.is_some_and(|before| sent.bytes > before) {
            self.before_growing = None;
            self.patience = TAKEN_BEFORE_GROWING;
        }
        let full = sent.bytes > self.bytes_max / 2;
        if self.bytes_max == self.most.bytes_max || !full {
            return;
        }
        self.refused_bytes = None;
        self.taken += 1;
        if self.taken >= self.patience {
            self.taken = 0;
            self.before_growing = Some(self.bytes_max);
            self.bytes_max = self.bytes_max.saturating_mul(2).min(self.most.bytes_max);
        }
    }
}
