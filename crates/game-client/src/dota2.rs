//! What makes Dota 2 post its state, and where it belongs.
//!
//! Nothing here writes: a person installs the file, or has the companion do it. The
//! file alone is not enough: the game looks for it only where it is started with
//! [`LAUNCH_OPTION`].

mod config_file;
mod installations;

pub use config_file::{CONFIG_FILE_NAME, config_file};
pub use installations::{
    Installation, find_installations, find_installations_at, find_installations_in,
};

/// What a player has to add to the game's launch options in Steam. Without it the
/// game reads no file of this kind.
pub const LAUNCH_OPTION: &str = "-gamestateintegration";
