//! The game's side of Game State Integration, as Counter-Strike and Dota 2 have it.

mod client;
mod poster;
mod posting;
mod recorded;

pub use client::{Answer, GsiClient, GsiTarget};
pub use poster::{GsiPlay, GsiPoster};
pub use posting::Posting;
pub use recorded::play_gsi;
