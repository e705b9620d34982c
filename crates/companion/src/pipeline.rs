//! From a reading to events on disk: the heart of capture and replay alike.

mod builds;
mod silence;
mod unsaved;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use event_model::{Event, EventId, Moment, Origin, Reading, Received, Source};
use game_session::{Drift, MatchNow, SourceState, Step};
use outbox::{NewEvent, Outbox, StreamKey};
use tokio::sync::Notify;

use crate::{FeedLine, Saved, Shell, feed_line::feed_line, owned_outbox::lock};
use builds::DriftOfBuilds;
use silence::silence_ms_max;
use unsaved::Unsaved;

/// One stream: its state, and where in the outbox that is kept.
struct Stream {
    key: StreamKey,
    state: SourceState,
    /// The state as it was last handed on, to see whether it changed.
    encoded: Vec<u8>,
    /// When a frame last showed a match; absent where none runs.
    match_seen_ms: Option<u64>,
    /// What the last frame says of the match, where nobody was told yet.
    untold: Option<(MatchNow, Moment)>,
}

/// How reading one source went since the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceCounts {
    pub(crate) frames: u64,
    /// Not looked at, since memory held no more events. Most of what happened in
    /// them is found in later frames.
    pub(crate) frames_skipped: u64,
    pub(crate) unreadable: u64,
    pub(crate) last_unreadable: Option<String>,
    pub(crate) faults: u64,
    pub(crate) events: u64,
    pub(crate) last_frame: Option<Moment>,
    pub(crate) drift: Drift,
    pub(crate) drift_of_builds: DriftOfBuilds,
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
    /// Given up: still in memory when the program ended.
    pub(crate) lost: u64,
}

/// Turns readings into events and appends them, state and events together.
///
/// [`Self::take`] works in memory; [`Self::commit`] makes everything taken so
/// far durable in one transaction. What cannot be made durable waits, in order,
/// for the next commit: the saved state never runs ahead of the saved events.
pub(crate) struct Pipeline {
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    shell: Arc<dyn Shell>,
    origin: Origin,
    streams: BTreeMap<Source, Stream>,
    unsaved: Unsaved,
    counts: CaptureCounts,
    sources: BTreeMap<Source, SourceCounts>,
    replayed: Option<Made>,
    wake: Option<Arc<Notify>>,
}

/// What was made since it was last asked.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// In order.
    pub(crate) events: Vec<NewEvent>,
    /// The places of those that are on disk and were new there.
    pub(crate) sequences: HashMap<EventId, u64>,
}

/// Where a stream begins.
pub(crate) enum Beginning {
    /// Where the outbox has it, or from nothing.
    Saved,
    /// With this state.
    State(SourceState),
}

impl Stream {
    fn show(&mut self, shell: &dyn Shell) {
        let Some((match_now, at)) = self.untold.take() else { return };
        match match_now {
            MatchNow::Untold => {}
            MatchNow::NoMatch => {
                if self.match_seen_ms.take().is_some() {
                    shell.glance(self.key.source, None);
                }
            }
            MatchNow::Running(glance) => {
                self.match_seen_ms = Some(at.clock.mono_ms);
                shell.glance(self.key.source, Some(*glance));
            }
        }
    }
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
            replayed: None,
            wake: None,
        }
    }

    /// Whom to tell that something was appended.
    pub(crate) fn wake_after_append(&mut self, wake: Arc<Notify>) {
        self.wake = Some(wake);
    }

    /// Remembers all events from here on: a replay reports them, and ends; live
    /// capture would remember without bound.
    pub(crate) fn remember_events(&mut self) {
        self.replayed = Some(Made::default());
    }

    /// Whether anything waits for [`Self::commit`].
    pub(crate) fn has_unsaved(&self) -> bool {
        !self.unsaved.is_empty()
    }

    /// The events remembered.
    pub(crate) fn take_events(&mut self) -> Made {
        self.replayed.take().unwrap_or_default()
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
            Beginning::Saved => self.saved_state(&key)?.unwrap_or(empty),
        };
        self.sources.entry(key.source).or_default();
        let source = key.source;
        let stream =
            Stream { key, encoded: state.encode(), state, match_seen_ms: None, untold: None };
        self.streams.insert(source, stream);
        Ok(Rules::Known)
    }

    /// The state of a source's stream, for a recording that begins in the midst
    /// of a session; nothing where none was seen yet.
    pub(crate) fn encoded_state(&self, source: Source) -> Option<&[u8]> {
        let encoded = self.streams.get(&source)?.encoded.as_slice();
        let empty = SourceState::new(source)?.encode();
        (encoded != empty).then_some(encoded)
    }

    /// Takes one reading; the events it made wait for [`Self::commit`]. Where
    /// memory holds no more it is not looked at, and counted.
    pub(crate) fn take(&mut self, received: &Received) {
        if self.look_at(received) == Looked::Away {
            self.sources.entry(received.source).or_default().frames_skipped += 1;
        }
    }

    /// The same for one that cannot be without any reading: what waits is made
    /// durable first where there is no room.
    ///
    /// # Errors
    /// Where the disk does not take that.
    pub(crate) fn take_or_commit(
        &mut self,
        received: &Received,
        now: Moment,
    ) -> Result<(), outbox::Error> {
        if self.look_at(received) == Looked::Away {
            self.commit(now)?;
            self.take(received);
        }
        Ok(())
    }

    /// The same for whoever offers it again where there is no room.
    pub(crate) fn look_at(&mut self, received: &Received) -> Looked {
        if self.unsaved.is_full() {
            return Looked::Away;
        }
        let Some(stream) = self.streams.get_mut(&received.source) else { return Looked::At };
        let mut step = stream.state.observe_at(&received.reading, received.at);
        let events = new_events(&mut step, self.origin, received.at);
        if !self.unsaved.has_room_for(&events)
            && let Ok(before) = SourceState::decode(received.source, &stream.encoded)
        {
            // As if it had not been looked at.
            stream.state = before;
            return Looked::Away;
        }
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
        counts.drift_of_builds.count(received, &step.drift);
        if step.match_now != MatchNow::Untold {
            // Of several frames that are written together each is told.
            stream.show(&*self.shell);
            stream.untold = Some((step.match_now, received.at));
        }
        self.keep(received.source, events);
        if self.unsaved.is_empty() {
            self.show_matches();
        }
        Looked::At
    }

    /// Tells how the matches stand, after what happened in them: a page that was told
    /// the numbers of a kill alone would wait for its turn to be told the kill.
    fn show_matches(&mut self) {
        for stream in self.streams.values_mut() {
            stream.show(&*self.shell);
        }
    }

    /// Shows no longer what no frame has shown for long.
    pub(crate) fn forget_silent_matches(&mut self, now: Moment) {
        // A disk that refuses what happened does not stop the match.
        self.show_matches();
        for (source, stream) in &mut self.streams {
            let seen_ms = stream.match_seen_ms.unwrap_or(u64::MAX);
            let silence_ms = now.clock.mono_ms.saturating_sub(seen_ms);
            if silence_ms > silence_ms_max(*source) {
                stream.match_seen_ms = None;
                self.shell.glance(*source, None);
            }
        }
    }

    /// The end of a source's frames: what was held back comes out.
    pub(crate) fn finish(&mut self, source: Source, at: Moment) {
        let Some(stream) = self.streams.get_mut(&source) else { return };
        let events = new_events(&mut stream.state.finish(), self.origin, at);
        self.keep(source, events);
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
        let appended = lock(&self.outbox).append(self.unsaved.group(), now);
        let committed = match appended {
            Ok(appended) => {
                self.counts.appended += appended.appended.len() as u64;
                if let Some(wake) = &self.wake {
                    wake.notify_one();
                }
                self.counts.already_known += appended.already_known;
                if let Some(made) = &mut self.replayed {
                    made.sequences.extend(appended.appended);
                }
                self.counts.not_saved = 0;
                let lines = self.unsaved.settle();
                // `cargo xtask footprint --window` has the time of an append from here.
                tracing::debug!(shown = lines.len(), "Appended");
                for entry in lines {
                    self.shell.feed(FeedLine { saved: Saved::Saved, ..entry });
                }
                Ok(())
            }
            Err(error) => {
                for entry in self.unsaved.not_yet_shown() {
                    self.shell.feed(FeedLine { saved: Saved::NotSaved, ..entry });
                }
                self.counts.not_saved = self.unsaved.len();
                Err(error)
            }
        };
        self.show_matches();
        committed
    }

    /// The end of the program: what the disk has not taken is lost, and counted
    /// as such where the disk takes at least that.
    pub(crate) fn give_up(&mut self) {
        let lost = self.unsaved.len();
        if lost > 0 {
            self.counts.lost += lost;
            self.counts.not_saved = 0;
            if let Err(error) = lock(&self.outbox).record_lost(lost) {
                tracing::error!(%error, lost, "Lost events could not be counted on disk");
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
        let bytes = match lock(&self.outbox).state(key) {
            // Nothing comes back of it, and capture goes on.
            Err(error) if error.is_damage() => {
                tracing::warn!(source = %key.source, %error, "Session begins anew");
                None
            }
            read => read?,
        };
        Ok(bytes.and_then(|bytes| match SourceState::decode(key.source, &bytes) {
            Ok(state) => Some(state),
            Err(fault) => {
                tracing::warn!(source = %key.source, %fault, "Session begins anew");
                None
            }
        }))
    }

    fn keep(&mut self, source: Source, events: Vec<NewEvent>) {
        let Some(stream) = self.streams.get_mut(&source) else { return };
        let encoded = stream.state.encode();
        if events.is_empty() && encoded == stream.encoded {
            return;
        }
        let made = events.len() as u64;
        self.counts.captured += made;
        self.sources.entry(source).or_default().events += made;
        if let Some(replayed) = &mut self.replayed {
            replayed.events.extend(events.iter().cloned());
        }
        let line = |new: &NewEvent| {
            let seen = Moment { clock: new.observed, wall: new.time };
            new.event.kind.is_occurrence().then(|| feed_line(&new.event, source, seen))
        };
        self.unsaved.push(&stream.key, encoded.clone(), events, line);
        stream.encoded = encoded;
    }
}

/// The events of a step that was made at `at`, each as of the frame that showed it.
fn new_events(step: &mut Step, origin: Origin, at: Moment) -> Vec<NewEvent> {
    let new = |event: Event| {
        let seen = step.seen.get(&event.id).filter(|seen| {
            // The state that a recording begins with has the times of another clock.
            origin == Origin::Live || seen.clock.epoch == at.clock.epoch
        });
        let Moment { wall: time, clock: observed } = *seen.unwrap_or(&at);
        NewEvent { event, origin, time, observed }
    };
    std::mem::take(&mut step.events).into_iter().map(new).collect()
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looked {
    At,
    /// Memory holds no more.
    Away,
}

/// Whether this version can read a source's frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    Known,
    Missing,
}

#[cfg(test)]
pub(crate) mod tests;
