//! Frames to events: one pure state machine a game.
//!
//! A [`SourceState`] is what is known of a stream so far. Each reading moves it
//! and yields a [`Step`]: the events it made, what in it was unknown, and
//! whether it could be read at all. Nothing here asks for the time: a session
//! lives on its frames alone, so the same frames from the same state give the
//! same events on any machine, in any year.
//!
//! # Invariants
//!
//! - A frame delivered twice in a row emits nothing twice.
//! - Any split of the frames, with the state carried over through
//!   [`SourceState::encode`] and [`SourceState::decode`], gives what the whole
//!   gives.
//! - No byte sequence panics; what cannot be read is counted, and the state
//!   stays as it was.

mod build;
mod cs2;
mod dota2;
mod drift;
mod elite;
mod fields;
mod followed;
mod glance;
mod hearthstone;
mod league;
mod overwolf;
mod pseudonyms;
mod redaction;
mod rocket_league;
mod schema;
mod source_state;
mod step;

pub use build::{build_of, build_stands};
pub use drift::{Drift, NAMES_MAX};
pub use followed::{FollowedTo, LineSum};
pub use glance::{Glance, MatchNow, Phase, Score, Tally};
pub use hearthstone::LogClock;
pub use league::{LEAGUE_CLIENT_PATH, LeagueClientSession};
pub use overwolf::{LeagueMatch, LeavingOut, overwolf_games};
pub use pseudonyms::{Names, Pseudonyms, PutOn};
pub use redaction::{CUT, cut_secrets};
pub use source_state::{SESSION_LOGIC, SourceState, StateFault};
pub use step::{Step, Unreadable};
