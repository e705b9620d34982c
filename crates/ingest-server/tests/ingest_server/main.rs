//! The contract over real HTTP, and the binary as an operator starts it.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

mod batches;
mod binary;
mod crash;
mod damage;
mod duplicates;
mod encodings;
mod enrolment;
mod erasing;
mod feeds;
mod hostile;
mod idempotency;
mod invitations;
mod joined;
mod listening;
mod lost_index;
#[cfg(unix)]
mod misplaced;
mod mistakes;
mod operations;
mod overload;
mod page;
mod problems;
mod quotas;
mod raw;
mod reads;
mod refusals;
mod replays;
mod retention;
mod sealing;
mod sources;
mod stopping;
mod support;
mod survival;
mod tls;
mod wire;
