//! The same seed gives the same match, its frames show what its truth says, and
//! both games can be played on real sockets.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is its failure")]

mod clients;
mod crowd;
mod cs2;
mod determinism;
mod dota2;
mod elite;
mod grid;
mod hearthstone;
mod league;
mod rocket_league;
mod serve;
mod teams;
mod told;
mod valorant;

use simulator::Length;

/// The shortest lively show, as the demo plays it.
pub(crate) const SHORT: u32 = 20;

pub(crate) fn short() -> Length {
    Length::seconds(SHORT)
}

/// Enough seeds for every rare turn to come up.
pub(crate) const SEEDS: std::ops::Range<u64> = 0..40;
