//! What changed since somebody last wrote it down.

use std::collections::BTreeSet;

/// Keys of rows that changed; none for one who writes nothing down.
#[derive(Debug, Clone)]
pub(crate) struct Touched<T>(Option<BTreeSet<T>>);

impl<T> Default for Touched<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Ord> Touched<T> {
    /// Takes notes from now on.
    pub(crate) fn start(&mut self) {
        self.0.get_or_insert_default();
    }

    pub(crate) fn add(&mut self, key: T) {
        if let Some(keys) = &mut self.0 {
            keys.insert(key);
        }
    }

    pub(crate) fn take(&mut self) -> BTreeSet<T> {
        self.0.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Bytes on the heap, nearly.
    pub(crate) fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |keys| keys.len() * size_of::<T>() * 4 / 3)
    }
}
