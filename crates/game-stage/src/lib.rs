//! Plays frames on the games' own local protocols.
//!
//! What a game says comes from elsewhere, with its times: lines of a recording
//! as a [`Script`] of [`Cue`]s, or a simulator that is asked for any instant.
//! Here it is said as the game says it, so that a released companion cannot
//! tell: League's HTTPS server on loopback ([`LeagueServer`]) and the League client's
//! beside it ([`LeagueClientStage`]), the requests of
//! Game State Integration ([`GsiPoster`], [`GsiClient`]), a raw TCP stream
//!
//! # Invariants
//!
//! - Everything binds and connects to this machine alone.
//! - A script is read as it is played, never as a whole: memory does not grow
//!   with the length of a recording.
//! - What a frame holds is not looked into, but for the token that a request of
//!   Game State Integration carries in its body.

mod audience;
mod bridge;
mod certificate;
mod cue;
mod files;
mod gsi;
mod league;
mod pieces;
mod port;
mod stage_clock;
mod tcp;

pub use audience::{Audience, Seat};
pub use bridge::{BridgeTarget, play_to_bridge};
pub use certificate::Authority;
pub use cue::{Conductor, Cue, Played, Script, Tempo};
pub use files::{FileStage, play_files};
pub use gsi::{Answer, GsiClient, GsiPlay, GsiPoster, GsiTarget, Posting, play_gsi};
pub use league::{
    ClientSays, Door, LeagueAnswer, LeagueClientStage, LeagueGame, LeagueServer, RecordedLeague,
    play_league, play_league_beside,
};
pub use pieces::Pieces;
pub use stage_clock::{Pace, Speed, StageClock};
pub use tcp::{TcpStage, play_tcp};
