//! Events and states that are not on disk yet, in order.

use outbox::{Append, NewEvent, StreamKey};

use crate::FeedEntry;

/// Events that wait in memory while the disk takes none: an hour and a half of
/// a busy match, about 10 MiB. With so many no further frame is looked at: the
/// state stays where it is, and what the game still shows afterwards is found.
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
}

impl Unsaved {
    /// Adds a step.
    pub(super) fn push(
        &mut self,
        key: &StreamKey,
        state: Vec<u8>,
        mut events: Vec<NewEvent>,
        line: impl Fn(&NewEvent) -> Option<FeedEntry>,
    ) {
        self.waiting += events.len();
        self.entries.extend(events.iter().filter_map(line));
        match self.group.iter_mut().find(|append| append.stream == *key) {
            Some(append) => {
                append.state = state;
                append.events.append(&mut events);
            }
            None => self.group.push(Append { stream: key.clone(), state, events }),
        }
    }

    /// Whether no further frame may be looked at.
    pub(super) fn is_full(&self) -> bool {
        self.waiting >= NOT_SAVED_EVENTS_MAX
    }

    pub(super) fn is_empty(&self) -> bool {
        self.group.is_empty()
    }

    /// Events that wait.
    pub(super) fn len(&self) -> u64 {
        self.waiting as u64
    }

    pub(super) fn group(&self) -> &[Append] {
        &self.group
    }

    /// Everything is on disk: what to show for it.
    pub(super) fn settle(&mut self) -> Vec<FeedEntry> {
        self.group.clear();
        self.waiting = 0;
        self.shown = 0;
        std::mem::take(&mut self.entries)
    }

    /// What was not shown as waiting yet.
    pub(super) fn not_yet_shown(&mut self) -> Vec<FeedEntry> {
        let fresh = self.entries[self.shown..].to_vec();
        self.shown = self.entries.len();
        fresh
    }
}

#[cfg(test)]
mod tests {
    use event_model::{
        ClockEpoch, ClockReading, Event, EventData, EventId, Game, Kind, MatchKey, MatchOrigin,
        MatchRef, Origin, Source, WallTime,
    };
    use uuid::Uuid;

    use super::*;

    fn event(number: u128) -> NewEvent {
        let match_ref = MatchRef { key: MatchKey::from_text("cs2:1"), origin: MatchOrigin::Native };
        let data = EventData::of_match(Game::cs2(), match_ref);
        NewEvent {
            event: Event { id: EventId(Uuid::from_u128(number)), kind: Kind::Kill, data },
            origin: Origin::Live,
            time: WallTime::from_unix_ms(0),
            observed: ClockReading { epoch: ClockEpoch(Uuid::nil()), mono_ms: 0 },
        }
    }

    fn key(stream: &str) -> StreamKey {
        StreamKey { source: Source::Cs2, stream: stream.to_owned() }
    }

    #[test]
    fn memory_has_a_bound() {
        let mut unsaved = Unsaved::default();
        let events: Vec<_> = (0..NOT_SAVED_EVENTS_MAX as u128 - 1).map(event).collect();
        unsaved.push(&key("live"), vec![1], events, |_| None);
        assert!(!unsaved.is_full());
        unsaved.push(&key("live"), vec![2], vec![event(1)], |_| None);
        assert!(unsaved.is_full());
        unsaved.settle();
        assert!(!unsaved.is_full());
    }

    #[test]
    fn each_stream_keeps_its_latest_state_and_all_its_events() {
        let mut unsaved = Unsaved::default();
        unsaved.push(&key("a"), vec![1], vec![event(1)], |_| None);
        unsaved.push(&key("b"), vec![9], vec![], |_| None);
        unsaved.push(&key("a"), vec![2], vec![event(2)], |_| None);
        let states: Vec<_> = unsaved.group().iter().map(|append| append.state.clone()).collect();
        assert_eq!(states, [[2], [9]]);
        assert_eq!(unsaved.group()[0].events.len(), 2);
        unsaved.settle();
        assert!(unsaved.is_empty());
    }
}
