//! What leaves the outbox, when, and what a reply means.
//!
//! Pure: no socket, file, database or clock. The uploader sends what
//! [`BatchSize`] allows, hands each [`Reply`] to [`interpret`], and does what
//! the [`Decision`] says; [`Circuit`] knows when the next request may go out.
//!
//! # Invariants
//!
//! - Only a receipt page of our own server settles or quarantines an event.
//!   Silence, a proxy's page, a broken body and any bare status promise nothing.
//! - Every delay is bounded, and is never shorter than the server asked for up
//!   to that bound.
//! - A refusal is no verdict on an event: see [`after_refusal`].
//! - What the server asks for again waits by itself: see [`AskedAgain`].

mod asked_again;
mod backoff;
mod batch;
mod batch_size;
mod circuit;
mod inquiry;
mod lifetimes;
mod page;
mod quarantine;
mod refusal;
mod reply;
mod retry_after;
mod settlement;
mod words;

pub use asked_again::{AskedAgain, Room};
pub use backoff::{BACKOFF_MAX_MS, PAUSE_MAX_MS, backoff_ms, pause_ms};
pub use batch::BatchLimits;
pub use batch_size::{BatchSent, BatchSize};
pub use circuit::{Circuit, WaitReason};
pub use inquiry::{INQUIRY_EVERY_MS, Inquiry};
pub use lifetimes::{gate_retention_ms, unsent_age_max_ms};
pub use quarantine::{QuarantineReason, UnknownQuarantineReason};
pub use refusal::{AfterRefusal, OtherRequests, RefusedBatch, after_refusal};
pub use reply::{Decision, Reply, Silence, interpret};
pub use retry_after::{RETRY_AFTER_MAX_MS, parse_retry_after};
pub use settlement::{Settlement, Settlements, Tally};
pub use words::server_words;
