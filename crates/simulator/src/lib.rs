//! A seeded match with its truth, played on the games' own local protocols.
//!
//! The same seed and length give the same match, frames and truth on any
//! machine. A match is made once, as a whole: what happened ([`Truth`]) is
//! written down while it is made up, and what a game client would show of it is
//! computed from the same plot. No session code of ours takes part, so the
//! truth can judge it.
//!
//! [`LeagueMatch`] answers with documents at any instant of its clock,
//! [`Cs2Match`] and [`Dota2Match`] give the scenes that a client posts, under these
//! games' own rules of when to post, and [`RocketLeagueMatch`] the messages that a
//! client sends, [`ValorantMatch`] those of our page in
//! Overwolf, [`EliteJournals`] the journals that Elite writes, [`HearthstoneGame`] the logs of both
//! of its sides. [`serve()`] plays them on real sockets.
//!
//! [`crowd`] makes the reports of many devices of one match up, with what their
//! clocks, their links and their honesty do to them, and [`grid`] measures
//! association and the usual answers on them.

pub mod args;
mod cast;
pub mod crowd;
pub mod crowd_command;
mod cs2;
mod dota2;
mod elite;
mod files;
pub mod grid;
mod gsi_log;
mod hearthstone;
mod league;
mod prng;
mod rocket_league;
mod serve;
mod side_by_side;
mod truth;
mod valorant;

pub use cs2::{Cs2Match, Cs2Teams};
pub use dota2::{Dota2Client, Dota2Match, Dota2Seat};
pub use elite::{EliteJournals, JournalFile};
pub use files::{FRAMES_FILE, PlayedGame, TRUTH_FILE, write_match};
pub use gsi_log::{GsiRequest, PROVIDER_EPOCH_S};
pub use hearthstone::{HearthstoneGame, HearthstoneSide};
pub use league::{Attendance, LeagueClient, LeagueMatch, REVIVAL_PERCENT_MAX};
pub use prng::Prng;
pub use rocket_league::{RocketLeagueClient, RocketLeagueMatch, RocketLeagueMessage};
pub use serve::{
    Announcement, GsiStage, LeagueClientStages, LeagueStage, OverwolfStage, RocketLeagueStage,
    Show, Speed, serve,
};
pub use truth::{Length, Observer, SessionTruth, SharedTruth, TrueEvent, Truth, WitnessedEvent};
pub use valorant::{GepMessage, ValorantClient, ValorantMatch};
