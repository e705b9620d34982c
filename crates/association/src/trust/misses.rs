//! How often an account misses what others saw.

use std::collections::BTreeMap;

use super::Account;

/// So many of a thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PerMille(pub(super) u64);

/// What an account was expected to see, and missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Misses {
    pub(super) expected: u32,
    pub(super) missed: u32,
}

/// Of an account that nothing is known of yet one occurrence in ten.
const MISSED_BEFORE: u64 = 1;
const EXPECTED_BEFORE: u64 = 10;

/// No account is so sure, and none so unsure, that one occurrence says more
/// than this.
const RATES: std::ops::RangeInclusive<u64> = 20..=600;

impl Misses {
    pub(super) fn rate(self) -> PerMille {
        let missed = u64::from(self.missed) + MISSED_BEFORE;
        let expected = u64::from(self.expected) + EXPECTED_BEFORE;
        PerMille((1_000 * missed / expected).clamp(*RATES.start(), *RATES.end()))
    }
}

/// Counted over what more than half of the others saw: what an account claims
/// alone is no measure of it, and no measure of the others either.
pub(super) fn count<'o>(
    occurrences: impl Iterator<Item = (&'o [Account], &'o [Account])>,
) -> BTreeMap<Account, Misses> {
    let mut misses: BTreeMap<Account, Misses> = BTreeMap::new();
    for (seen_by, expected) in occurrences {
        for account in expected {
            let saw = seen_by.binary_search(account).is_ok();
            let others = expected.len() - 1;
            let others_saw = seen_by.len() - usize::from(saw);
            if others_saw > 0 && others_saw * 2 > others {
                let of_account = misses.entry(*account).or_default();
                of_account.expected += 1;
                of_account.missed += u32::from(!saw);
            }
        }
    }
    misses
}
