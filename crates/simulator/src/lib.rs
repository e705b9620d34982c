//! A seeded match with its truth, played on the games' own local protocols.
//!
//! The same seed and length give the same match, frames and truth on any
//! machine. A match is made once, as a whole: what happened ([`Truth`]) is
//! written down while it is made up, and what a game client would show of it is
//! computed from the same plot. No session code of ours takes part, so the
//! truth can judge it.
//!
//! [`LeagueMatch`] answers with documents at any instant of its clock,
//! [`Cs2Match`] gives the scenes that a Counter-Strike client posts, under that
//! game's own rules of when to post. [`serve()`] plays both on real sockets.
//!
//! [`crowd`] makes the reports of many devices of one match up, with what their
//! clocks, their links and their honesty do to them, and [`grid`] measures
//! association and the usual answers on them.

pub mod args;
mod cast;
pub mod crowd;
pub mod crowd_command;
mod cs2;
mod files;
pub mod grid;
mod league;
mod prng;
mod serve;
mod side_by_side;
mod truth;

pub use cs2::{Cs2Match, Cs2Teams, GsiRequest, PROVIDER_EPOCH_S};
pub use files::{FRAMES_FILE, PlayedGame, TRUTH_FILE, write_match};
pub use league::{Attendance, LeagueClient, LeagueMatch, REVIVAL_PERCENT_MAX};
pub use prng::Prng;
pub use serve::{Announcement, Cs2Stage, LeagueStage, Show, Speed, serve};
pub use truth::{Length, Observer, SessionTruth, SharedTruth, TrueEvent, Truth, WitnessedEvent};
