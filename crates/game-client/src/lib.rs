//! The edge towards the games: finds them and reads their local APIs.
//!
//! A reader turns what a game says into [`event_model::Received`] and puts it
//! into a bounded queue; what the frames mean is for `game-session` to say.
//! [`LeaguePoller`] asks League's own HTTPS server once a second,
//! [`GsiListener`] is posted to by Counter-Strike, [`cs2`] knows which file
//! makes Counter-Strike do so and where it belongs.
//!
//! # Invariants
//!
//! - Only loopback, by construction: no address is configurable, only ports.
//! - No secret leaves this crate: [`game_session::cut_secrets`] runs before a
//!   frame is passed on.
//! - A game is never made to wait for us.
//! - A game that is not running, loading or refused is a state and not an
//!   error: it is in the reader's health, and passed on as a
//!   [`event_model::Fault`] when it changes.

mod capture_queue;
pub mod cs2;
mod error;
mod gsi;
mod league;
mod stop;

pub use capture_queue::CAPTURE_QUEUE_FRAMES;
pub use error::Error;
pub use gsi::{GSI_PORT_DEFAULT, GsiConfig, GsiHealth, GsiListener, GsiToken};
pub use league::{LEAGUE_PORT_DEFAULT, LeagueConfig, LeagueHealth, LeaguePoller, RIOT_ROOT_PEM};
