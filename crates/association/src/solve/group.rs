//! Units that are one happening, as far as it is known.

use std::collections::BTreeMap;

use super::view::{Bucket, View};
use crate::Evidence;

/// Units that are one happening.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) units: Vec<usize>,
    /// The counter that holds it together.
    pub(crate) bucket: Option<Bucket>,
}

impl Group {
    /// What time put together.
    pub(crate) fn by_time(units: Vec<usize>) -> Self {
        Self { units, bucket: None }
    }

    pub(crate) fn evidence(&self) -> Evidence {
        match self.bucket {
            _ if self.units.len() < 2 => Evidence::Lone,
            None => Evidence::Time,
            Some(bucket) if bucket.can_lag => Evidence::Counter,
            Some(_) => Evidence::Scope,
        }
    }

    /// Where most of its units have their place; the smaller of equals.
    pub(crate) fn place(&self, view: &View) -> u32 {
        most(self.units.iter().map(|unit| view.units[*unit].place))
    }

    /// Whom most of its units name.
    pub(crate) fn attacker(&self, view: &View) -> u64 {
        most(self.units.iter().map(|unit| view.units[*unit].attacker))
    }

    /// Who tells of it, each once.
    pub(crate) fn witnesses(&self, view: &View) -> impl Iterator<Item = u16> {
        self.units.iter().map(|unit| view.units[*unit].witness)
    }

    pub(crate) fn has_witness(&self, view: &View, witness: u16) -> bool {
        self.units.iter().any(|unit| view.units[*unit].witness == witness)
    }

    /// Whether any account is in both.
    pub(crate) fn meets(&self, view: &View, other: &Self) -> bool {
        self.units.iter().any(|unit| other.has_witness(view, view.units[*unit].witness))
    }

    /// When it happened: the earliest of its placed times but for a fifth.
    pub(crate) fn reference(&self, view: &View) -> Option<i64> {
        let placed = self.units.iter().map(|unit| &view.units[*unit]);
        let mut times: Vec<i64> = placed.filter(|unit| unit.is_placed).map(|unit| unit.x).collect();
        earliest_but_a_fifth(&mut times)
    }
}

/// The value told most often; the smallest of equals.
fn most<T: Ord + Copy + Default>(values: impl Iterator<Item = T> + Clone) -> T {
    let mut all = values.clone();
    let Some(first) = all.next() else { return T::default() };
    if all.all(|value| value == first) {
        return first;
    }
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let best = counts.into_iter().max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value)));
    best.map_or(first, |(value, _)| value)
}

/// The ⌈n/5⌉-th smallest.
pub(crate) fn earliest_but_a_fifth(times: &mut [i64]) -> Option<i64> {
    let nth = times.len().div_ceil(5).checked_sub(1)?;
    Some(*times.select_nth_unstable(nth).1)
}
