//! Events and states that are not on disk yet, in order.

mod weight;

use outbox::{Append, NewEvent, StreamKey};

use crate::FeedLine;

/// Events that wait in memory while the disk takes none: an hour and a half of
/// a busy match. With so many no further frame is looked at: the state stays
/// where it is, and what the game still shows afterwards is found.
pub(super) const NOT_SAVED_EVENTS_MAX: usize = 10_000;
/// And so much memory, as it is weighed: so many usual events take half of it,
/// and a game may say much more of each.
pub(super) const NOT_SAVED_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What the next commit appends: one group a stream.
#[derive(Default)]
pub(super) struct Unsaved {
    group: Vec<Append>,
    waiting: usize,
    /// About what those take.
    bytes: usize,
    /// Lines for the feed, of those that are shown there.
    entries: Vec<FeedLine>,
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
        line: impl Fn(&NewEvent) -> Option<FeedLine>,
    ) {
        self.waiting += events.len();
        self.bytes += weight::of_all(&events);
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
        self.waiting >= NOT_SAVED_EVENTS_MAX || self.bytes >= NOT_SAVED_BYTES_MAX
    }

    /// Whether these may wait too. Where nothing waits any may: they come from
    /// one frame, which has bounds of its own.
    pub(super) fn has_room_for(&self, events: &[NewEvent]) -> bool {
        self.waiting == 0
            || (self.waiting + events.len() <= NOT_SAVED_EVENTS_MAX
                && self.bytes + weight::of_all(events) <= NOT_SAVED_BYTES_MAX)
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
    pub(super) fn settle(&mut self) -> Vec<FeedLine> {
        self.group.clear();
        self.waiting = 0;
        self.bytes = 0;
        self.shown = 0;
        std::mem::take(&mut self.entries)
    }

    /// What was not shown as waiting yet.
    pub(super) fn not_yet_shown(&mut self) -> Vec<FeedLine> {
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
    fn what_a_game_says_of_an_event_counts_too() {
        let wordy = |number| {
            let mut wordy = event(number);
            let said = serde_json::Value::from("x".repeat(1024 * 1024));
            wordy.event.data.details.insert("said".to_owned(), said);
            wordy
        };
        let mut unsaved = Unsaved::default();
        let mut held = 0;
        while unsaved.has_room_for(&[wordy(held)]) {
            unsaved.push(&key("live"), vec![1], vec![wordy(held)], |_| None);
            held += 1;
        }
        assert_eq!(held, 31, "a MiB each, and a little");
        assert!(!unsaved.is_full() && unsaved.has_room_for(&[event(held)]), "of small ones more");
        unsaved.settle();
        let many: Vec<_> = (0..40).map(wordy).collect();
        assert!(unsaved.has_room_for(&many), "one frame's are taken where nothing waits");
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
