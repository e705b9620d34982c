//! Which sessions are compared with each other.

use event_model::MatchKey;

use super::{
    SessionSummary,
    bounds::{BLOCK_SESSIONS_MAX, BLOCK_STARTS_APART_MS},
};

/// The sessions around one, and whether there were more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    /// Their keys, the nearest first.
    pub keys: Vec<MatchKey>,
    /// More began nearby than are compared.
    pub overflowed: bool,
}

/// The sessions of `others` that began nearest to `around`, as many as are
/// compared with each other. One that shares a match id is among them whenever
/// it began: its clock may be wrong by years.
pub fn nearest_starts<'s>(
    around: &SessionSummary,
    others: impl IntoIterator<Item = &'s SessionSummary>,
) -> Neighbours {
    let others = others.into_iter().filter(|other| other.key() != around.key());
    let mut near: Vec<_> = others.filter_map(|other| near(around, other)).collect();
    near.sort_unstable();
    let overflowed = near.len() >= BLOCK_SESSIONS_MAX;
    near.truncate(BLOCK_SESSIONS_MAX - 1);
    Neighbours { keys: near.into_iter().map(|(_, key)| key.clone()).collect(), overflowed }
}

fn near<'s>(around: &SessionSummary, other: &'s SessionSummary) -> Option<(u64, &'s MatchKey)> {
    if around.ids.meets(&other.ids) {
        return Some((0, other.key()));
    }
    let apart = around.start_ms()?.abs_diff(other.start_ms()?);
    (apart <= BLOCK_STARTS_APART_MS.unsigned_abs()).then_some((apart, other.key()))
}
