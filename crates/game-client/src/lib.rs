//! The edge towards the games: finds them and reads their local APIs.
//!
//! A reader turns what a game says into [`event_model::Received`] and puts it
//! into a bounded queue; what the frames mean is for `game-session` to say.
//! [`LeaguePoller`] asks League's own HTTPS server once a second, [`LeagueClientReader`]
//! the League client which match that is, where the player wants it;
//! [`GsiListener`] is posted to by Counter-Strike and Dota 2,
//! [`OverwolfBridge`] by a page inside Overwolf, and
//! [`RocketLeagueReader`] reads what Rocket League sends to whoever connects.
//! [`cs2`], [`dota2`] and [`rocket_league`] know which file makes the game do so,
//! and where it belongs.
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

mod body;
mod bridge;
mod capture_queue;
pub mod cs2;
pub mod dota2;
pub mod elite;
mod error;
mod follow;
mod gsi;
pub mod hearthstone;
mod league;
mod programs;
mod rate;
pub mod rocket_league;
mod small_file;
mod steam;
mod stop;
mod text_file;

pub use bridge::{
    BRIDGE_PATH, BRIDGE_PORT_DEFAULT, BRIDGE_PROTOCOL, BridgeConfig, BridgeHealth, IsOff,
    OverwolfBridge,
};
pub use capture_queue::CAPTURE_QUEUE_FRAMES;
pub use error::Error;
pub use follow::{
    CATCH_UP_FILES_MAX, FollowConfig, FollowCounts, FollowHealth, LINE_BYTES_MAX, Layout, LogFile,
    LogFollower,
};
pub use gsi::{
    DOTA2_PORT_DEFAULT, GSI_PORT_DEFAULT, GsiConfig, GsiGame, GsiHealth, GsiListener, GsiToken,
};
pub use league::{
    LEAGUE_PORT_DEFAULT, LeagueClientConfig, LeagueClientHealth, LeagueClientReader, LeagueConfig,
    LeagueHealth, LeaguePoller, RIOT_ROOT_PEM, league_client_folders,
};
pub use programs::{
    Delivery, Kept, PROGRAMS_PATH, PROGRAMS_PORT_DEFAULT, ProgramEvent, ProgramListener,
    ProgramsConfig, Told,
};
pub use rocket_league::{
    ROCKET_LEAGUE_PORT_DEFAULT, RocketLeagueConfig, RocketLeagueHealth, RocketLeagueReader,
};
pub use text_file::{Refused, TextFile};
