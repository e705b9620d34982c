//! Who knows what: the events that were made, what the server has, and what may
//! be missing.

use std::collections::{BTreeMap, BTreeSet};

use event_model::{ClockEpoch, Event, EventId, OutboxId};
use outbox::NewEvent;

/// A device's number and an event.
pub(crate) type Key = (usize, EventId);

/// An event whose append returned.
pub(crate) struct Made {
    pub(crate) new: NewEvent,
    /// When its frame came, on the simulation's clock, and in which epoch of the
    /// device's: more than once where it was read again after its outbox was lost.
    pub(crate) seen: Vec<(u64, ClockEpoch)>,
}

/// What the server has of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored {
    pub(crate) arrived_ms: u64,
    pub(crate) sent_ms: u64,
    pub(crate) sent_epoch: Option<ClockEpoch>,
}

impl Stored {
    /// How long its request was on the way.
    pub(crate) fn way_ms(self) -> i64 {
        i64::try_from(self.arrived_ms - self.sent_ms).unwrap()
    }
}

/// What the server has; a backup has a copy of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct OnServer {
    pub(crate) events: BTreeMap<Key, Stored>,
    /// Ranges that it was told will never come.
    pub(crate) gaps: BTreeSet<(OutboxId, u64, u64)>,
}

impl OnServer {
    /// The server says that it has an event: from now on, where it `is_new`, or
    /// from before.
    pub(crate) fn receive(&mut self, key: Key, stored: Stored, is_new: bool) -> Result<(), String> {
        match (self.events.contains_key(&key), is_new) {
            (true, true) => Err(format!("the server stores {key:?} a second time")),
            (false, false) => Err(format!("the server recognises {key:?}, which it never stored")),
            (true, false) => Ok(()),
            (false, true) => {
                self.events.insert(key, stored);
                Ok(())
            }
        }
    }
}

/// The whole of it.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) made: BTreeMap<Key, Made>,
    pub(crate) server: OnServer,
    /// The client has no copy any more, for a reason that the plan has given:
    /// the event may be missing where the server has none either.
    pub(crate) no_copy: BTreeSet<Key>,
    /// Rows that were in a file when a row of it was damaged, and must turn up:
    /// stored, or told as a gap, or quarantined as damaged.
    pub(crate) accounted: Vec<(Key, OutboxId, u64)>,
    /// Rows that were ever damaged: they may end as that.
    pub(crate) damaged: BTreeSet<Key>,
    /// Deleted by their owner: no request that is sent later may have them.
    pub(crate) deleted: BTreeSet<Key>,
    /// Highest sequence seen on the wire, an outbox.
    pub(crate) last_sequence: BTreeMap<OutboxId, u64>,
    pub(crate) requests: u64,
}

impl Ledger {
    /// The append of these returned.
    pub(crate) fn appended(
        &mut self,
        device: usize,
        new: impl IntoIterator<Item = (NewEvent, u64)>,
    ) {
        for (new, at_ms) in new {
            let key = (device, new.event.id);
            self.no_copy.remove(&key);
            let epoch = new.observed.epoch;
            let made = self.made.entry(key).or_insert_with(|| Made { new, seen: Vec::new() });
            made.seen.push((at_ms, epoch));
        }
    }

    /// Every copy that this device had is gone.
    pub(crate) fn lose_copies(&mut self, device: usize, but: &BTreeSet<EventId>) {
        let keys = self.made.keys().filter(|(of, id)| *of == device && !but.contains(id));
        self.no_copy.extend(keys.copied().collect::<Vec<_>>());
    }

    pub(crate) fn event(&self, key: &Key) -> Option<&Event> {
        self.made.get(key).map(|made| &made.new.event)
    }
}
