//! Every clock against all others together, again and again.

use super::{
    super::view::View,
    Clocks,
    consensus::{Consensus, Seen},
    steady::steady,
    track::nearest,
};
use crate::median::median;

/// How often: the medians stand still after three.
const ROUNDS: usize = 4;
/// In this round tracks are found anew, since those found first were held
/// against few clocks, and one of them may have been stepped.
const ANEW: usize = 1;
/// A report further from the others' than this says nothing of its clock.
const RESIDUAL_MS: i64 = 1_500;
/// Fewest reports that move a stretch.
const RESIDUALS_MIN: usize = 3;

pub(super) fn refine(view: &mut View, clocks: &mut Clocks) {
    for round in 0..ROUNDS {
        if round <= ANEW + 1 {
            steady(view, clocks);
        }
        clocks.apply(view);
        let seen = Seen::of(view, clocks);
        let found_anew = round == ANEW;
        for number in 0..view.clocks.len() {
            let consensus = Consensus::of(view, &seen, view.clocks[number].account);
            if found_anew {
                clocks.track(view, number, &consensus, None);
            } else if clocks.locked[number] {
                center(view, clocks, number, &consensus);
            }
        }
    }
}

/// Moves each stretch of a clock by the median of its residuals.
fn center(view: &View, clocks: &mut Clocks, number: usize, consensus: &Consensus) {
    let range = view.clocks[number].units.clone();
    let units = &view.units[range.clone()];
    let mut from = 0;
    for stretch in clocks.offsets[range].chunk_by_mut(|a, b| a == b) {
        let mut residuals: Vec<i64> = units[from..from + stretch.len()]
            .iter()
            .filter_map(|unit| Some(unit.x - nearest(consensus.instants(unit.landmark), unit.x)?))
            .filter(|residual| residual.abs() <= RESIDUAL_MS)
            .collect();
        from += stretch.len();
        if residuals.len() >= RESIDUALS_MIN
            && let Some(residual) = median(&mut residuals)
        {
            for offset in stretch {
                *offset -= residual;
            }
        }
    }
}
