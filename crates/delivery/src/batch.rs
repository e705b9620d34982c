//! How much goes into one request.

use ingest_api::Limits;

/// Kept free of every limit in bytes: commas, brackets, and what a compressor
/// adds to bytes that cannot be compressed.
const MARGIN_SHARE: usize = 16;

/// What one claim may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Events in a batch.
    pub events_max: usize,
    /// Bytes of their bodies together. A single event may be larger: it is
    /// then sent alone, and the server says what it thinks of it.
    pub bytes_max: usize,
}

impl BatchLimits {
    /// The largest batch that the server's limits take, even where compression
    /// gains nothing.
    #[must_use]
    pub fn within(limits: &Limits) -> Self {
        let bytes = limits.sent_bytes_max.min(limits.decoded_bytes_max);
        Self {
            events_max: limits.events_max.max(1),
            bytes_max: (bytes - bytes / MARGIN_SHARE).max(1),
        }
    }
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self::within(&Limits::default())
    }
}
