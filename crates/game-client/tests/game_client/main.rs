//! The readers against real sockets: a TLS server as League's, HTTP posts as
//! Counter-Strike's, a folder as Steam's. Time is a clock that the tests set.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is its failure")]

mod bridge;
mod follow;
mod follow_rotations;
mod gsi;
mod installed;
mod league;
mod league_client;
mod league_tls;
mod overwolf_page;
mod places;
mod programs;
mod rocket_league;
mod steam;
mod support;
