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

#[cfg(test)]
mod tests {
    use event_model::{
        Actors, ClockEpoch, ClockReading, Event, EventData, EventId, Game, Identity, Kind,
        MatchKey, MatchOrigin, MatchRef, Origin, Source, WallTime,
    };
    use uuid::Uuid;

    use super::*;

    fn event(number: u128) -> NewEvent {
        let data = EventData {
            game: Game::cs2(),
            match_ref: MatchRef { key: MatchKey::from_text("cs2:1"), origin: MatchOrigin::Native },
            observer: None,
            actors: Actors::default(),
            actor_ids: None,
            round: None,
            ordinal: None,
            identity: Identity::Native,
            match_clock_ms: None,
            details: std::collections::BTreeMap::new(),
        };
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
    fn beyond_what_memory_holds_events_are_counted_lost() {
        let mut unsaved = Unsaved::default();
        let events: Vec<_> = (0..NOT_SAVED_EVENTS_MAX as u128 + 3).map(event).collect();
        assert_eq!(unsaved.push(&key("live"), vec![1], events, |_| None), 3);
        assert_eq!(unsaved.push(&key("live"), vec![2], vec![event(1)], |_| None), 1);
        assert_eq!((unsaved.len(), unsaved.lost()), (NOT_SAVED_EVENTS_MAX as u64, 4));
        let [append] = unsaved.group() else { panic!("one stream, one group") };
        assert_eq!(append.events[0].event.id, event(0).event.id, "the oldest are kept");
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
