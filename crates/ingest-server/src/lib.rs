//! The ingest server: HTTP in, receipts out, reads.
//!
//! # The path of a batch
//!
//! A request is admitted (`admission`), its device recognised
//! (`authorization`), its body received and decoded within bounds (`body`),
//! split into events and each judged alone (`events::judge`). What is sound
//! goes to the one writer (`writer`), which commits several requests at a time
//! and gives back the exact bytes of the answer. Only then does anything leave.
//!
//! # Invariants
//!
//! - A receipt is written after the commit that it speaks of.
//! - One receipt per event, in order, always; a bad event never refuses its
//!   neighbours.
//! - Nothing is held in memory that a bound in [`Config`] does not limit.
//! - No token and no player's name is logged above DEBUG.

mod admission;
mod app;
mod authorization;
mod body;
mod config;
mod events;
mod in_flight;
mod metrics;
mod openapi;
mod read_pool;
mod rejection;
mod routes;
mod serve;
mod writer;

pub use config::{Config, Tls};
pub use openapi::openapi_json;
pub use serve::{ServeError, Server, Shutdown, own};

/// Named in every receipt page: a client that waits for a newer server compares
/// it. Not the package's version, which the workspace leaves at 0.0.0.
pub const SERVER_VERSION: &str = "0.1.0";
