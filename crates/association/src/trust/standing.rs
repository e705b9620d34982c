//! Where an occurrence stands.

use serde::{Deserialize, Serialize};

/// From so many who should have seen it, a minority speaks against it: of two,
/// neither is the liar more than the other.
const CONTRADICTING_MIN: usize = 3;

/// How an occurrence stands among those who should have seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Seen by one, or by nobody whose word counts, and nobody speaks against it.
    Lone,
    /// Seen by a third at most of three or more: kept, flagged, in no statistic.
    Contradicted,
    /// Seen by several, but not by most.
    Supported,
    /// Seen by two at least and by more than half.
    Confirmed,
}

impl Standing {
    /// The standing of what so many of so many saw.
    #[must_use]
    pub fn of(seen_by: usize, expected: usize) -> Self {
        if seen_by >= 2 && seen_by * 2 > expected {
            Self::Confirmed
        } else if expected >= CONTRADICTING_MIN && seen_by * 3 <= expected {
            Self::Contradicted
        } else if seen_by <= 1 {
            Self::Lone
        } else {
            Self::Supported
        }
    }

    /// The same of what so many saw, where it may not be known when: others then
    /// had no chance to see it at that instant.
    pub(super) fn of_timed(self, is_timed: bool, seen_by: usize) -> Self {
        if self == Self::Contradicted && !is_timed && seen_by <= 1 { Self::Lone } else { self }
    }
}

/// How many who agree on a lie are withstood among so many who should have seen
/// it: those who cannot confirm it by themselves.
#[must_use]
pub fn withstood(expected: usize) -> usize {
    (expected / 2).max(1)
}
