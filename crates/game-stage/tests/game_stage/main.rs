//! Scripts on real sockets, and clients that a test holds.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is its failure")]

mod gsi;
mod league;
mod support;
mod tcp;
