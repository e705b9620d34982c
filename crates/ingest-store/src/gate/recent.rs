//! The newest event ids, in memory.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
};

use crate::event_key::EventKey;

/// (device, event id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecentKey {
    pub(crate) device_no: u32,
    pub(crate) key: EventKey,
}

impl Hash for RecentKey {
    /// Two words and not twenty bytes: this is done for every event.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let word = u128::from_le_bytes(self.key.0);
        state.write_u128(word ^ u128::from(self.device_no));
    }
}

/// Ids of stored events and the batches that stored them, from one batch on.
#[derive(Debug, Default)]
pub struct Recent {
    found_in: HashMap<RecentKey, i64>,
    /// Every batch up to this one is on the shelf, or was when it was emptied.
    pub(crate) behind: i64,
    /// Every batch up to this one is in here or on the shelf.
    pub(crate) through: i64,
}

impl Recent {
    /// None, from the batch behind `through` on.
    pub(crate) fn behind(through: i64) -> Self {
        Self { found_in: HashMap::new(), behind: through, through }
    }

    /// Events at which this goes to the shelf. A table of 2^18 places of 33
    /// bytes holds them, 8.7 MB, and the same again while one leaves; large
    /// enough that each device's shelf is written once for several events.
    pub(crate) const EVENTS_MAX: usize = 200_000;

    /// How far it may grow while the one before is still leaving, before the
    /// writer waits for it.
    pub(crate) const EVENTS_HARD_MAX: usize = 2 * Self::EVENTS_MAX;

    /// How far it may grow where the index cannot be written: a receipt needs
    /// the log alone. A table of 2^20 places is 35 MB; then batches are to be
    /// sent again.
    pub(crate) const EVENTS_LAST_MAX: usize = 4 * Self::EVENTS_MAX;

    pub(crate) fn find(&self, device_no: i64, key: EventKey) -> Option<i64> {
        self.found_in.get(&recent_key(device_no, key)).copied()
    }

    pub(crate) fn add(&mut self, device_no: i64, key: EventKey, batch_no: i64) {
        self.found_in.insert(recent_key(device_no, key), batch_no);
    }

    pub(crate) fn len(&self) -> usize {
        self.found_in.len()
    }

    /// Everything, by device.
    pub(crate) fn sorted(&self) -> Vec<(RecentKey, i64)> {
        let mut all: Vec<_> = self.found_in.iter().map(|(key, batch)| (*key, *batch)).collect();
        all.sort_unstable_by_key(|(key, batch)| (key.device_no, *batch, key.key));
        all
    }
}

fn recent_key(device_no: i64, key: EventKey) -> RecentKey {
    // Devices are numbered from 1; four billion do not enrol.
    RecentKey { device_no: u32::try_from(device_no).unwrap_or(u32::MAX), key }
}
