//! Verdicts that still hold.

use std::collections::BTreeMap;

use event_model::MatchKey;

use super::{SessionSummary, Verdict, verdict};

/// The verdicts on a block's pairs, kept from one join to the next: only pairs
/// of a session that said more have to be judged again.
#[derive(Debug, Clone, Default)]
pub struct Verdicts {
    /// By the smaller key, then by the greater one.
    known: BTreeMap<MatchKey, BTreeMap<MatchKey, Verdict>>,
}

impl Verdicts {
    /// Forgets what was judged of a session: it said more, or left the block.
    pub fn forget(&mut self, key: &MatchKey) {
        self.known.remove(key);
        for with_smaller in self.known.values_mut() {
            with_smaller.remove(key);
        }
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.values().map(BTreeMap::len).sum()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The verdict on two sessions, the one with the smaller key first.
    pub(super) fn on(&mut self, one: &SessionSummary, other: &SessionSummary) -> Verdict {
        if let Some(known) = self.known.get(one.key()).and_then(|known| known.get(other.key())) {
            return *known;
        }
        let new = verdict(one, other);
        self.known.entry(one.key().clone()).or_default().insert(other.key().clone(), new);
        new
    }
}
