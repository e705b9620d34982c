//! Clocks of which too little is told to place them by that alone.
//!
//! A wall clock that claims nothing is right to some seconds more often than not. So two
//! reports that agree with others, and put it as right as the others' wall clocks are,
//! agree hardly by chance. That comes last, and nobody is held to such a clock: by how
//! much a clock is wrong of which more is told, changes nothing.

use super::{
    super::view::View,
    Clocks,
    consensus::{Consensus, Seen},
    track::SHORT_MAX,
};
use crate::median::median;

/// Places those that nothing placed and that two reports place beside their wall clocks.
pub(super) fn place_short(view: &mut View, clocks: &mut Clocks) {
    let is_short = |no: &usize| view.clocks[*no].units.len() <= SHORT_MAX;
    let open = (0..view.clocks.len()).filter(|no| !clocks.locked[*no]);
    // Who tells much of which two agree told of something else.
    let short: Vec<usize> = open.filter(is_short).collect();
    let held = (0..view.clocks.len()).filter(|no| clocks.is_held_to(*no));
    let mut shifts: Vec<i64> = held.filter_map(|no| clocks.shift(&view.clocks[no])).collect();
    let Some(shift) = median(&mut shifts).filter(|_| !short.is_empty()) else { return };
    clocks.apply(view);
    let seen = Seen::of(view, clocks);
    for number in short {
        let clock = &view.clocks[number];
        let consensus = Consensus::of(view, &seen, clock.account);
        clocks.track(view, number, &consensus, Some(clock.prior.saturating_add(shift)));
    }
}
