//! How sure an occurrence is, as a number.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::misses::PerMille;
use crate::cost;

/// How sure it is that an occurrence happened, once: from 0 to 999 thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(pub(super) u16);

/// What speaks for an occurrence before anybody is heard: 19 of 20 reports are
/// of something that happened.
const BEFORE: i64 = 294;

/// A witness of something that did not happen: one report in a hundred.
const FALSE_REPORT: u64 = 10;

const WHOLE: u64 = 1_000;

impl Confidence {
    /// Nothing is surer than this.
    pub const MOST: Self = Self(999);
    /// Nothing speaks for it.
    pub(crate) const NONE: Self = Self(0);
    /// One of several only.
    const OF_ONE: Self = Self(500);
    /// No id of the game's own, or nobody else who could have seen it.
    const UNCHECKED: Self = Self(900);

    /// In thousandths.
    #[must_use]
    pub fn thousandths(self) -> u16 {
        self.0
    }

    /// From the miss rates of those who saw it and of those who should have.
    pub(super) fn of(seen: &[PerMille], missed: &[PerMille]) -> Self {
        let seen: i64 = seen.iter().copied().map(for_seeing).sum();
        let missed: i64 = missed.iter().copied().map(for_missing).sum();
        Self::of_weight(seen + missed)
    }

    /// From what all of them weigh together.
    pub(super) fn of_weight(weight: i64) -> Self {
        Self::at_odds(BEFORE + weight)
    }

    /// No more than what so many witnesses of so many can give, or an id that
    /// was counted and not read. What nobody saw whose word counts has nothing
    /// that speaks for it, not even what speaks for a report.
    pub(super) fn capped(self, seen_by: usize, expected: usize, is_native: bool) -> Self {
        if seen_by == 0 {
            return Self::NONE;
        }
        let alone = if seen_by == 1 && expected >= 2 { Self::OF_ONE } else { Self::MOST };
        let unchecked = if !is_native || expected <= 1 { Self::UNCHECKED } else { Self::MOST };
        self.min(alone).min(unchecked)
    }

    /// The greatest number of thousandths whose odds are not above these, in
    /// hundredths of a nat.
    fn at_odds(odds: i64) -> Self {
        let below = ODDS.partition_point(|known| *known <= odds);
        let below = u16::try_from(below).unwrap_or(Self::MOST.0);
        Self(below.saturating_sub(1).min(Self::MOST.0))
    }
}

/// The odds of every number of thousandths: they are asked for with each report.
static ODDS: LazyLock<[i64; 1_000]> = LazyLock::new(|| {
    let mut thousandths = 0..WHOLE;
    std::array::from_fn(|_| {
        let part = thousandths.next().unwrap_or_default();
        log_ratio(part, WHOLE - part)
    })
});

/// What one who misses so much adds by seeing it.
pub(super) fn for_seeing(rate: PerMille) -> i64 {
    log_ratio(WHOLE - rate.0, FALSE_REPORT)
}

/// What one who misses so much adds by missing it.
pub(super) fn for_missing(rate: PerMille) -> i64 {
    log_ratio(rate.0, WHOLE - FALSE_REPORT)
}

/// 100 · ln(part / whole).
fn log_ratio(part: u64, whole: u64) -> i64 {
    -cost::surprise(part, whole)
}
