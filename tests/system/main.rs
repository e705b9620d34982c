//! The stories a player, a tester and an operator live, through real processes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod clock;
mod crashes;
mod doctor;
mod live;
mod outages;
mod real_recordings;
mod same_events_anywhere;
