//! Whose clock may say what time it is.
//!
//! Offsets are learnt from what accounts saw together, each against all others,
//! by medians: one liar moves nobody. Several who agree move a median a little.
//! So once a match is solved, those whose conduct speaks against them lose
//! their vote, and the clocks are refined once more without them.

use std::collections::BTreeSet;

use super::Account;
use crate::median::median;

/// How an account behaved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conduct {
    /// Whose.
    pub account: Account,
    /// Occurrences that it saw.
    pub seen: u32,
    /// How many of them are doubtful.
    pub doubtful: u32,
    /// The most steps that were found in one of its clocks.
    pub steps: usize,
    /// For each occurrence seen with others: when, and by how much it was later
    /// than they, in milliseconds and in order of time.
    pub residuals: Vec<(i64, i64)>,
}

/// Doubtful occurrences that are put down to chance.
const DOUBTFUL_MIN: u32 = 3;
/// One of twenty doubtful is more than misses explain.
const DOUBTFUL_SHARE: u32 = 20;

/// Residuals that show a drift at all: four at the beginning, four at the end.
const RESIDUALS_MIN: usize = 12;
/// How far a clock may move against the others' in a match: drift of 100 ppm
/// makes a quarter of a second in 40 minutes, the noise of a median of four
/// less than half a second.
const DRIFT_MAX_MS: u64 = 1_000;

/// Steps of one clock in one match that a sleep and a correction explain; a
/// clock that is pulled away is split into ever more of them.
const STEPS_MAX: usize = 2;

/// The accounts whose clocks vote in the second refinement: all but those that
/// drift or tell what others rather would have seen. Where that would leave no
/// more than half, all of them: a majority cannot be in the wrong.
#[must_use]
pub fn voters(conducts: &[Conduct]) -> BTreeSet<Account> {
    let all: BTreeSet<_> = conducts.iter().map(|conduct| conduct.account).collect();
    let upright = conducts.iter().filter(|conduct| !conduct.invents() && !conduct.drifts());
    let upright: BTreeSet<_> = upright.map(|conduct| conduct.account).collect();
    if upright.len() * 2 > all.len() { upright } else { all }
}

impl Conduct {
    /// Whether more of what it saw is doubtful than misses explain.
    #[must_use]
    pub fn invents(&self) -> bool {
        self.doubtful >= DOUBTFUL_MIN && self.doubtful.saturating_mul(DOUBTFUL_SHARE) > self.seen
    }

    /// Whether its clock moves against the others', in steps or between them.
    #[must_use]
    pub fn drifts(&self) -> bool {
        if self.steps > STEPS_MAX {
            return true;
        }
        if self.residuals.len() < RESIDUALS_MIN {
            return false;
        }
        let third = self.residuals.len() / 3;
        let (first, last) =
            (&self.residuals[..third], &self.residuals[self.residuals.len() - third..]);
        let middle = |residuals: &[(i64, i64)]| {
            let mut late: Vec<i64> = residuals.iter().map(|(_, late_ms)| *late_ms).collect();
            median(&mut late).unwrap_or_default()
        };
        middle(first).abs_diff(middle(last)) > DRIFT_MAX_MS
    }
}
