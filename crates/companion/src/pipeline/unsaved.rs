//! Events and states that are not on disk yet, in order.

use outbox::{Append, NewEvent, StreamKey};

use crate::FeedEntry;

/// Events that wait in memory while the disk takes none: an hour and a half of
/// a busy match, about 10 MiB.
pub(super) const NOT_SAVED_EVENTS_MAX: usize = 10_000;

/// What the next commit appends: one group a stream.
#[derive(Default)]
pub(super) struct Unsaved {
    group: Vec<Append>,
    waiting: usize,
    /// Lines for the feed, of those that are shown there.
    entries: Vec<FeedEntry>,
    /// How many of `entries` a person was already told are not saved.
    shown: usize,
    lost: u64,
}

impl Unsaved {
    /// Adds a step; how many of its events were given up.
    pub(super) fn push(
        &mut self,
        key: &StreamKey,
        state: Vec<u8>,
        mut events: Vec<NewEvent>,
        line: impl Fn(&NewEvent) -> Option<FeedEntry>,
    ) -> u64 {
        let room = NOT_SAVED_EVENTS_MAX.saturating_sub(self.waiting);
        let lost = events.len().saturating_sub(room) as u64;
        events.truncate(room);
        self.lost += lost;
        self.waiting += events.len();
        self.entries.extend(events.iter().filter_map(line));
        match self.group.iter_mut().find(|append| append.stream == *key) {
            Some(append) => {
                append.state = state;
                append.events.append(&mut events);
            }
            None => self.group.push(Append { stream: key.clone(), state, events }),
        }
        lost
    }

    pub(super) fn is_empty(&self) -> bool {
        self.group.is_empty()
    }

    /// Events that wait.
    pub(super) fn len(&self) -> u64 {
        self.waiting as u64
    }

    /// Events given up and not yet told to the outbox.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    pub(super) fn group(&self) -> &[Append] {
        &self.group
    }

    /// Everything is on disk: what to show for it.
    pub(super) fn settle(&mut self) -> Vec<FeedEntry> {
        self.group.clear();
        self.waiting = 0;
        self.shown = 0;
        self.lost = 0;
        std::mem::take(&mut self.entries)
    }

    /// What was not shown as waiting yet.
    pub(super) fn not_yet_shown(&mut self) -> Vec<FeedEntry> {
        let fresh = self.entries[self.shown..].to_vec();
        self.shown = self.entries.len();
        fresh
    }
}
