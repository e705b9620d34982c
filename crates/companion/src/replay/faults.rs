//! Faults that a seed decides: what a game, a network, a server and a PC do wrong.
//!
//! They are played to the same pipeline as everything else, and each is told with its
//! place, so that the same seed on the same recording does the same again. Which events
//! stand in the n-th request depends on how fast this machine is; which fault the n-th
//! request meets does not.

mod chance;
mod frames;
mod promises;
mod server;
mod stepped_clock;

use std::fmt;

use replay_report::Promise;
use serde::Serialize;

pub(super) use frames::FaultyEntries;
pub(super) use promises::{Ledger, Witnessed, promises};
pub(super) use server::FaultyServer;
pub(super) use stepped_clock::SteppedClock;

/// So many faults are listed; the others are counted. A recording of an evening has
/// some tens of thousands of frames, and every tenth is met.
const LISTED_MAX: usize = 10_000;

/// What a replay with faults came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FaultsReport {
    /// The seed that decided everything.
    pub seed: u64,
    /// What was done, in order: to the readings first, then to requests.
    pub played: Vec<PlayedFault>,
    /// What was done and is not listed.
    pub not_listed: u64,
    /// What must hold whatever happens, and whether it did.
    pub promises: Vec<Promise>,
}

/// Something that was done wrong, where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlayedFault {
    /// Where.
    #[serde(flatten)]
    pub place: FaultPlace,
    /// What.
    pub fault: FaultKind,
    /// How exactly.
    pub detail: String,
}

/// Where a fault was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FaultPlace {
    /// At an entry of the recording.
    Entry {
        /// Which, from 1: the header does not count.
        entry: u64,
        /// When it was read.
        t_ms: u64,
    },
    /// At a request with events.
    Request {
        /// Which, from 1.
        request: u64,
    },
}

/// What is done wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A frame that never came.
    Drop,
    /// A frame that came twice.
    Duplicate,
    /// A frame that came after the one behind it.
    Reorder,
    /// A frame that came late, and all behind it no earlier.
    Delay,
    /// A frame that was cut off.
    Truncate,
    /// A frame with other bits.
    Corrupt,
    /// A step of the wall clock.
    ClockStep,
    /// The end of the process, with everything that was not on disk.
    Kill,
    /// A server that takes no connection.
    Refuse,
    /// A server that asks to be left alone.
    TooManyRequests,
    /// A server that fails.
    ServerError,
    /// A server that stored what came, and whose answer never arrives.
    ResetAfterCommit,
}

impl FaultsReport {
    /// How many were played.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.played.len() as u64 + self.not_listed
    }

    /// Whether everything held that must.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.promises.iter().all(|promise| promise.holds)
    }
}

impl FaultKind {
    /// What a report says of it.
    pub(super) fn in_words(self, detail: &str) -> String {
        let words = self.words();
        if detail.is_empty() { words.to_owned() } else { format!("{words} {detail}") }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Drop => "a frame dropped",
            Self::Duplicate => "a frame doubled",
            Self::Reorder => "two frames in the wrong order",
            Self::Delay => "a frame delayed",
            Self::Truncate => "a frame cut off",
            Self::Corrupt => "a frame with other bits",
            Self::ClockStep => "a step of the wall clock",
            Self::Kill => "killed, and begun again from disk",
            Self::Refuse => "a connection refused",
            Self::TooManyRequests => "429",
            Self::ServerError => "a failing server",
            Self::ResetAfterCommit => "a reset after the commit",
        }
    }
}

impl fmt::Display for PlayedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            FaultPlace::Entry { entry, t_ms } => write!(f, "entry {entry} at {t_ms} ms: ")?,
            FaultPlace::Request { request } => write!(f, "request {request}: ")?,
        }
        f.write_str(&self.fault.in_words(&self.detail))
    }
}

/// Faults that were played, within their bound.
#[derive(Debug, Default)]
pub(super) struct Played {
    listed: Vec<PlayedFault>,
    not_listed: u64,
}

impl Played {
    pub(super) fn push(&mut self, fault: PlayedFault) {
        if self.listed.len() < LISTED_MAX {
            self.listed.push(fault);
        } else {
            self.not_listed += 1;
        }
    }

    pub(super) fn into_report(self, seed: u64, promises: Vec<Promise>) -> FaultsReport {
        FaultsReport { seed, played: self.listed, not_listed: self.not_listed, promises }
    }
}
