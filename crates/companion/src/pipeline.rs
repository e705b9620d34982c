//! From a reading to events on disk: the heart of capture and replay alike.

mod unsaved;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use event_model::{Event, EventId, Moment, Origin, Reading, Received, Source};
use game_session::{Drift, SourceState};
use outbox::{NewEvent, Outbox, StreamKey};
use tokio::sync::Notify;

use crate::{FeedEntry, Saved, Shell, owned_outbox::lock};
use unsaved::Unsaved;

/// One stream: its state, and where in the outbox that is kept.
struct Stream {
    key: StreamKey,
    state: SourceState,
    /// The state as it was last handed on, to see whether it changed.
    encoded: Vec<u8>,
}

/// How reading one source went since the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceCounts {
    pub(crate) frames: u64,
    pub(crate) unreadable: u64,
    pub(crate) last_unreadable: Option<String>,
    pub(crate) faults: u64,
    pub(crate) events: u64,
    pub(crate) last_frame: Option<Moment>,
    pub(crate) drift: Drift,
}

/// What became of the events so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CaptureCounts {
    /// Made from frames.
    pub(crate) captured: u64,
    /// New in the outbox.
    pub(crate) appended: u64,
    /// In the outbox before.
    pub(crate) already_known: u64,
    /// In memory, since the disk does not take them.
    pub(crate) not_saved: u64,
    /// Given up: more than memory holds.
    pub(crate) lost: u64,
}

/// Turns readings into events and appends them, state and events together.
///
/// [`Self::take`] works in memory; [`Self::commit`] makes everything taken so
/// far durable in one transaction. What cannot be made durable waits, in order,
/// for the next commit: the saved state never runs ahead of the saved events.
pub(crate) struct Pipeline {
    outbox: Arc<Mutex<Outbox>>,
    shell: Arc<dyn Shell>,
    origin: Origin,
    streams: BTreeMap<Source, Stream>,
    unsaved: Unsaved,
    counts: CaptureCounts,
    sources: BTreeMap<Source, SourceCounts>,
    event_ids: Option<Vec<EventId>>,
    wake: Option<Arc<Notify>>,
}

/// Where a stream begins.
pub(crate) enum Beginning {
    /// Where the outbox has it, or from nothing.
    Saved,
    /// With this state.
    State(SourceState),
    /// From nothing, whatever was saved.
    Empty,
}

impl Pipeline {
    pub(crate) fn new(outbox: Arc<Mutex<Outbox>>, shell: Arc<dyn Shell>, origin: Origin) -> Self {
        Self {
            outbox,
            shell,
            origin,
            streams: BTreeMap::new(),
            unsaved: Unsaved::default(),
            counts: CaptureCounts::default(),
            sources: BTreeMap::new(),
            event_ids: None,
            wake: None,
        }
    }

    /// Whom to tell that something was appended.
    pub(crate) fn wake_after_append(&mut self, wake: Arc<Notify>) {
        self.wake = Some(wake);
    }

    /// Remembers the ids of all events from here on: a replay reports them, and
    /// ends; live capture would remember without bound.
    pub(crate) fn remember_event_ids(&mut self) {
        self.event_ids = Some(Vec::new());
    }

    /// The ids remembered, in order.
    pub(crate) fn take_event_ids(&mut self) -> Vec<EventId> {
        self.event_ids.take().unwrap_or_default()
    }

    /// Adds a stream; whether this version has rules for its source.
    pub(crate) fn begin(
        &mut self,
        key: StreamKey,
        beginning: Beginning,
    ) -> Result<Rules, outbox::Error> {
        let Some(empty) = SourceState::new(key.source) else { return Ok(Rules::Missing) };
        let state = match beginning {
            Beginning::State(state) => state,
            Beginning::Empty => empty,
            Beginning::Saved => self.saved_state(&key)?.unwrap_or(empty),
        };
        self.sources.entry(key.source).or_default();
        self.streams.insert(key.source, Stream { key, encoded: state.encode(), state });
        Ok(Rules::Known)
    }

    /// The state of a source's stream, for a recording that begins in its midst.
    pub(crate) fn encoded_state(&self, source: Source) -> Option<&[u8]> {
        self.streams.get(&source).map(|stream| stream.encoded.as_slice())
    }

    /// Takes one reading; the events it made wait for [`Self::commit`].
    pub(crate) fn take(&mut self, received: &Received) {
        let Some(stream) = self.streams.get_mut(&received.source) else { return };
        let step = stream.state.observe(&received.reading);
        let counts = self.sources.entry(received.source).or_default();
        match &received.reading {
            Reading::Frame(_) => {
                counts.frames += 1;
                counts.last_frame = Some(received.at);
            }
            Reading::Fault(_) => counts.faults += 1,
        }
        if let Some(why) = &step.unreadable {
            counts.unreadable += 1;
            counts.last_unreadable = Some(why.to_string());
        }
        counts.drift.merge(&step.drift);
        self.keep(received.source, step.events, received.at);
    }

    /// The end of a source's frames: what was held back comes out.
    pub(crate) fn finish(&mut self, source: Source, at: Moment) {
        let Some(stream) = self.streams.get_mut(&source) else { return };
        let events = stream.state.finish().events;
        self.keep(source, events, at);
    }

    /// Makes everything taken so far durable.
    ///
    /// # Errors
    /// Where the disk does not take it: it is kept, and the next commit tries
    /// again.
    pub(crate) fn commit(&mut self, now: Moment) -> Result<(), outbox::Error> {
        if self.unsaved.is_empty() {
            return Ok(());
        }
        let appended = {
            let mut outbox = lock(&self.outbox);
            let result = outbox.append(self.unsaved.group(), now);
            if result.is_ok() && self.unsaved.lost() > 0 {
                outbox.record_lost(self.unsaved.lost())?;
            }
            result
        };
        match appended {
            Ok(appended) => {
                self.counts.appended += appended.appended.len() as u64;
                if let Some(wake) = &self.wake {
                    wake.notify_one();
                }
                self.counts.already_known += appended.already_known;
                self.counts.not_saved = 0;
                for entry in self.unsaved.settle() {
                    self.shell.feed(FeedEntry { saved: Saved::Saved, ..entry });
                }
                Ok(())
            }
            Err(error) => {
                for entry in self.unsaved.not_yet_shown() {
                    self.shell.feed(FeedEntry { saved: Saved::NotSaved, ..entry });
                }
                self.counts.not_saved = self.unsaved.len();
                Err(error)
            }
        }
    }

    pub(crate) fn counts(&self) -> CaptureCounts {
        self.counts
    }

    pub(crate) fn sources(&self) -> &BTreeMap<Source, SourceCounts> {
        &self.sources
    }

    fn saved_state(&self, key: &StreamKey) -> Result<Option<SourceState>, outbox::Error> {
        let bytes = lock(&self.outbox).state(key)?;
        Ok(bytes.and_then(|bytes| match SourceState::decode(key.source, &bytes) {
            Ok(state) => Some(state),
            Err(fault) => {
                tracing::warn!(source = %key.source, %fault, "Session begins anew");
                None
            }
        }))
    }

    fn keep(&mut self, source: Source, events: Vec<Event>, at: Moment) {
        let Some(stream) = self.streams.get_mut(&source) else { return };
        let encoded = stream.state.encode();
        if events.is_empty() && encoded == stream.encoded {
            return;
        }
        let made = events.len() as u64;
        if let Some(ids) = &mut self.event_ids {
            ids.extend(events.iter().map(|event| event.id));
        }
        self.counts.captured += made;
        self.sources.entry(source).or_default().events += made;
        let events = events.into_iter().map(|event| NewEvent {
            event,
            origin: self.origin,
            time: at.wall,
            observed: at.clock,
        });
        let line = |new: &NewEvent| {
            new.event.kind.is_occurrence().then(|| FeedEntry::of(&new.event, source, at))
        };
        let lost = self.unsaved.push(&stream.key, encoded.clone(), events.collect(), line);
        self.counts.lost += lost;
        stream.encoded = encoded;
    }
}

/// Whether this version can read a source's frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    Known,
    Missing,
}

#[cfg(test)]
mod tests;
