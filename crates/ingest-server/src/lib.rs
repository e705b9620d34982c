//! The ingest server: HTTP in, receipts out, reads.
//!
//! # The path of a batch
//!
//! A connection is accepted (`connections`) and a request admitted
//! (`admission`), its device recognised (`authorization`) and held to its
//! quotas (`quota`), its body received and decoded within bounds (`body`),
//! split into events and each judged alone (`events::judge`). What is sound
//! goes to the one writer (`writer`), which commits several requests at a time
//! and gives back the exact bytes of the answer. Only then does anything leave.
//! From the body's last byte on the work belongs to a task of its own: a client
//! that goes away interrupts nothing.
//!
//! # Invariants
//!
//! - A receipt is written after the commit that it speaks of.
//! - One receipt per event, in order, always; a bad event never refuses its
//!   neighbours.
//! - Nothing is held in memory that a bound in [`Config`] does not limit.
//! - Who cannot be served hears so at once, with the time to come back:
//!   nothing waits without a bound, and nothing is dropped after a receipt.
//! - No token and no player's name is logged above DEBUG.

mod admission;
mod app;
mod authorization;
mod backlog;
mod body;
mod byte_budget;
mod config;
mod connections;
mod disk;
mod enrolments;
mod events;
mod feed;
mod in_flight;
#[cfg(test)]
mod instant;
mod metrics;
mod openapi;
mod owner;
mod phase;
mod principals;
mod quota;
mod read_pool;
mod readiness;
mod rejection;
mod routes;
mod sealer;
mod serve;
mod tls;
mod turned_off;
mod writer;

pub use config::{Bounds, Config, Replays, Tls};
pub use openapi::openapi_json;
pub use owner::{own, try_own};
pub use serve::{ServeError, Server, Shutdown};
pub use tls::TlsError;
pub use turned_off::{read as turned_off, set as turn_off};

/// After a token was revoked from the shell, a running server refuses it within
/// so long.
pub const REVOKED_WITHIN: std::time::Duration =
    std::time::Duration::from_millis(principals::TRUST_MS);

/// Named in every receipt page: a client that waits for a newer server compares
/// it. Not the package's version, which the workspace leaves at 0.0.0.
pub const SERVER_VERSION: &str = "0.1.0";
