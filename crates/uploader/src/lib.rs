//! Carries batches from the outbox to the ingest server, as `delivery` says.
//!
//! An [`Uploader`] claims a batch, sends it, hands the reply to
//! [`delivery::interpret`] and the decision back to the outbox; in between it
//! waits for work, for its turn or for a token. It decides nothing itself.
//! [`enrol()`] gets a device its token, and [`Reads`] asks what became of a match.
//!
//! # Invariants
//!
//! - One request at a time, and none before the circuit allows it.
//! - A token leaves this crate only inside an `Authorization` header to the
//!   [`ServerUrl`] it was given for: no redirects, no proxies, no plain HTTP
//!   but to this machine.
//! - The outbox is never locked while a request is under way, so that an
//!   append never waits for the network.

mod client;
mod enrol;
mod erase;
mod error;
mod http;
mod link;
mod named_root;
mod progress;
mod reads;
mod request;
mod server_url;
mod token;
mod uploader;

pub use client::ExtraRoots;
pub use enrol::{EnrolError, EnrolledDevice, enrol};
pub use erase::{EraseError, erase};
pub use error::Error;
pub use http::HttpTransport;
pub use named_root::{NamedRoot, named_root};
pub use progress::{UploadProgress, UploadState};
pub use reads::{Erased, Occurrences, ReadError, Reads};
pub use request::{Answer, AsKept, Outgoing, Request, Transport};
pub use server_url::{InvalidServerUrl, ServerUrl};
pub use token::{InvalidToken, Token};
pub use uploader::{Config, Uploader};
