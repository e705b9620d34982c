//! What makes Counter-Strike post its state, and where it belongs.
//!
//! Nothing here writes: a person, or a later setup step, installs the file.

mod config_file;
mod installations;

pub use config_file::{CONFIG_FILE_NAME, config_file};
pub use installations::{
    ConfigState, CounterStrike, Installation, find_installations, find_installations_in,
};
