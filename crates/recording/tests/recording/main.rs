//! The recording format, seen from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod crash;
mod cuts;
mod imports;
mod overwolf;
mod power_log;
mod redaction;
mod round_trip;
mod secrets;
mod support;
mod verification;
