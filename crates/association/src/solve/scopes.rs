//! What a counter says outright.

use std::collections::BTreeMap;

use super::view::{Bucket, View};
use crate::Evidence;

/// Units that are one happening, and why.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) units: Vec<usize>,
    pub(crate) evidence: Evidence,
}

/// One group for each value of each counter.
pub(crate) fn by_counter(view: &View) -> Vec<Group> {
    let mut buckets: BTreeMap<Bucket, Vec<usize>> = BTreeMap::new();
    for (index, unit) in view.units.iter().enumerate() {
        if let Some(bucket) = unit.bucket {
            buckets.entry(bucket).or_default().push(index);
        }
    }
    let mut groups = Vec::new();
    for (bucket, units) in buckets {
        let (first, rest) = one_each(view, units);
        let evidence = if bucket.can_lag { Evidence::Counter } else { Evidence::Scope };
        groups.push(Group { units: first, evidence });
        groups.extend(rest.into_iter().map(|unit| Group { units: vec![unit], evidence }));
    }
    groups
}

/// The first of each witness, and the others.
fn one_each(view: &View, units: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
    let mut last = None;
    units.into_iter().partition(|unit| {
        let witness = view.units[*unit].witness;
        last.replace(witness) != Some(witness)
    })
}
