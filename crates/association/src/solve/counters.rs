//! What the game's own counters say, unless the times of two or more speak
//! against it.

mod misfits;

use std::collections::BTreeMap;

use super::{
    clocks::Clocks,
    group::Group,
    view::{Bucket, View},
};

/// What the counters decided.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) groups: Vec<Group>,
    /// Units that their counter does not hold.
    pub(crate) free: Vec<usize>,
    /// Units whose times speak against their counter.
    pub(crate) contradicted: Vec<usize>,
    /// Whether any counter was seen to lag in this match.
    pub(crate) lag_seen: bool,
    /// By clock: whether it agrees so often that it may speak against one.
    pub(crate) strict: Vec<bool>,
}

/// The units of each value of each counter.
type Buckets = BTreeMap<Bucket, Vec<usize>>;

/// One group for each value of each counter.
pub(crate) fn count(view: &View, clocks: &Clocks) -> Counted {
    let mut buckets = Buckets::new();
    for (index, unit) in view.units.iter().enumerate() {
        if let Some(bucket) = unit.bucket {
            buckets.entry(bucket).or_default().push(index);
        }
    }
    let mut counted =
        Counted { strict: misfits::strict(view, clocks, &buckets), ..Counted::default() };
    for (bucket, units) in &mut buckets {
        let spare = keep_one_each(view, units);
        counted.lag_seen |= bucket.can_lag && !spare.is_empty();
        counted.free.extend(spare);
    }
    misfits::move_misfits(view, &mut buckets, &mut counted);
    counted.groups = buckets
        .into_iter()
        .filter(|(_, units)| !units.is_empty())
        .map(|(bucket, units)| Group { units, bucket: Some(bucket) })
        .collect();
    counted
}

/// Keeps of each account the unit nearest to when the bucket happened, and
/// gives back the others: one counter never has one value twice.
fn keep_one_each(view: &View, units: &mut Vec<usize>) -> Vec<usize> {
    let has_two = |pair: &[usize]| view.units[pair[0]].witness == view.units[pair[1]].witness;
    if !units.windows(2).any(has_two) {
        return Vec::new();
    }
    let middle = misfits::middle(view, units, |_| true);
    let distance = |unit: usize| match middle {
        Some(middle) if view.units[unit].is_placed => (view.units[unit].x - middle).abs(),
        _ => i64::MAX,
    };
    let nearest = |same: &[usize]| same.iter().copied().min_by_key(|unit| (distance(*unit), *unit));
    let kept: Vec<usize> = units
        .chunk_by(|a, b| view.units[*a].witness == view.units[*b].witness)
        .filter_map(nearest)
        .collect();
    let spare = units.iter().copied().filter(|unit| !kept.contains(unit)).collect();
    *units = kept;
    spare
}
