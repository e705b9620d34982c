//! How long events wait, as both sides agreed.

use ingest_api::Lifetimes;

/// An unsent event older than this is not sent by itself any more: the server
/// might have forgotten that it has it.
#[must_use]
pub fn unsent_age_max_ms() -> u64 {
    Lifetimes::default().outbox_max_age_s * 1_000
}

/// The server knows an event id for so long.
#[must_use]
pub fn gate_retention_ms() -> u64 {
    Lifetimes::default().gate_retention_s * 1_000
}
