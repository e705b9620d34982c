//! Whether two lists of players can be one match's.

use super::{
    ShortHash,
    bounds::{ROSTER_LIST_MIN, ROSTER_MAX, ROSTER_TELLING_MIN},
    smallest::SmallestOf,
};

/// Everybody that a session's source named.
pub(super) type Roster = SmallestOf<ShortHash, ROSTER_MAX>;

/// Whether both are lists, and share fewer than so many tenths of the shorter.
pub(super) fn contradicts(one: &Roster, other: &Roster, tenths: usize) -> bool {
    let shorter = one.len().min(other.len());
    shorter >= ROSTER_LIST_MIN && one.shared_with(other) * 10 < shorter * tenths
}

/// Whether both name the same players, and enough of them.
pub(super) fn tells(one: &Roster, other: &Roster) -> bool {
    one.len() >= ROSTER_TELLING_MIN && one == other
}
