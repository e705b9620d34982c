//! What makes Counter-Strike post its state, and where it belongs.
//!
//! Nothing here writes: a person installs the file, or has the companion do it.

mod config_file;
mod installations;

pub use config_file::{CONFIG_FILE_NAME, config_file};
pub use installations::{
    CounterStrike, Installation, find_installations, find_installations_at, find_installations_in,
};
