//! A set that keeps its smallest members only.

use std::collections::{BTreeSet, btree_set};

use serde::{Deserialize, Serialize};

/// The `MOST` smallest of everything that was put in: a function of the set of
/// what was put in, and never of its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SmallestOf<T: Ord, const MOST: usize> {
    kept: BTreeSet<T>,
    overflowed: bool,
}

impl<T: Ord, const MOST: usize> Default for SmallestOf<T, MOST> {
    fn default() -> Self {
        Self { kept: BTreeSet::new(), overflowed: false }
    }
}

impl<T: Ord, const MOST: usize> SmallestOf<T, MOST> {
    pub(super) fn put(&mut self, item: T) {
        let full = self.kept.len() >= MOST;
        if full && self.kept.last().is_some_and(|last| item > *last) {
            self.overflowed = true;
            return;
        }
        self.kept.insert(item);
        if self.kept.len() > MOST {
            self.kept.pop_last();
            self.overflowed = true;
        }
    }

    /// Whether there was more than is kept.
    pub(super) fn overflowed(&self) -> bool {
        self.overflowed
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Bytes on the heap, nearly.
    pub(super) fn bytes(&self) -> usize {
        // A node of the tree has room for eleven and is half full or more.
        self.kept.len().div_ceil(6) * 11 * size_of::<T>()
    }

    pub(super) fn last(&self) -> Option<&T> {
        self.kept.last()
    }

    pub(super) fn iter(&self) -> btree_set::Iter<'_, T> {
        self.kept.iter()
    }

    /// How many members both have.
    pub(super) fn shared_with(&self, other: &Self) -> usize {
        self.kept.intersection(&other.kept).count()
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.kept.intersection(&other.kept).next().is_some()
    }
}
