//! What one witness tells again before it can have happened again.
//!
//! Who sees a thing once and tells it twice at an instant would set those who
//! tell it once against each other: half of them would fit the one report and
//! half the other. So the second has no part in how what others tell is
//! grouped; it finds its place when that stands.

use std::collections::BTreeMap;

use super::view::{Bucket, View};

/// What two reports share that tell the same: the witness, the place, who did
/// it, and what the game counts.
type Told = (u16, u32, u64, Option<Bucket>);

/// By unit: whether it is free and tells again what its witness just told.
pub(super) fn echoes(view: &View, is_free: &[bool]) -> Vec<bool> {
    let mut placed: Vec<usize> =
        (0..view.units.len()).filter(|unit| view.units[*unit].is_placed).collect();
    placed.sort_unstable_by_key(|unit| (view.units[*unit].x, *unit));
    let mut last: BTreeMap<Told, i64> = BTreeMap::new();
    let mut echoes = vec![false; view.units.len()];
    for index in placed {
        let unit = &view.units[index];
        let told = (unit.witness, unit.place, unit.attacker, unit.bucket);
        let is_again = last.get(&told).is_some_and(|x| unit.x - x < unit.rule.again_ms);
        if is_again && is_free[index] {
            echoes[index] = true;
        } else {
            last.insert(told, unit.x);
        }
    }
    echoes
}
