//! The contract over real HTTP, and the binary as an operator starts it.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

mod batches;
mod binary;
mod crash;
mod duplicates;
mod encodings;
mod enrolment;
mod idempotency;
mod operations;
mod problems;
mod reads;
mod support;
mod tls;
