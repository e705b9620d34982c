//! A recording that was read through once, so that no fault in it can turn up
//! half-way.

use std::path::Path;

use event_model::{ClockEpoch, ClockReading, Moment, Reading, Received};
use game_session::SourceState;
use outbox::StreamKey;
use recording::{Entry, Item, Recording};

use super::section::{Finding, Section, Span};
use crate::Error;

pub(super) struct Tape {
    pub(super) recording: Recording,
    pub(super) key: StreamKey,
    pub(super) entries: u64,
    /// The line in which the file of a crashed writer breaks off.
    pub(super) torn_line: Option<u64>,
    beginning: Option<SourceState>,
    epoch: ClockEpoch,
}

impl Tape {
    pub(super) fn open(file: &Path) -> Result<Self, Error> {
        let recording = recording::import(file, None).map_err(Error::BadInput)?;
        let hash = recording.hash().map_err(Error::BadInput)?;
        let source = recording.header().source;
        if SourceState::new(source).is_none() {
            return Err(Error::NoRules { file: file.to_owned(), source_name: source });
        }
        let made_under = recording.header().session_logic;
        if made_under > game_session::SESSION_LOGIC {
            tracing::warn!(
                made_under,
                known = game_session::SESSION_LOGIC,
                "The recording was made by a newer Ringside: its events may differ"
            );
        }
        let beginning = recording
            .state()
            .map(|state| SourceState::decode(source, state))
            .transpose()
            .unwrap_or_else(|fault| {
                tracing::warn!(%fault, "The recording's state cannot be read; it begins anew");
                None
            });
        let mut reading = recording.entries().map_err(Error::BadInput)?;
        let entries = reading.by_ref().count() as u64;
        let torn_line = reading.truncation().map(|truncation| truncation.line);
        Ok(Self {
            // Its state is never continued: one row for all replays will do.
            key: StreamKey { source, stream: "replay".to_owned() },
            epoch: hash.clock_epoch(),
            beginning,
            entries,
            torn_line,
            recording,
        })
    }

    /// Which entries a section has.
    ///
    /// # Errors
    /// Where the recording has no such part.
    pub(super) fn span(&self, section: &Section) -> Result<Span, Error> {
        if *section == Section::default() {
            return Ok(Span::ALL);
        }
        let mut finding = Finding::of(section);
        for (index, entry) in self.indexed()? {
            finding.look_at(index, &entry?);
        }
        finding.found().map_err(Error::NoSuchSection)
    }

    /// Where the session stands before the first entry of `span`, whose frames before
    /// that are read for its sake alone.
    pub(super) fn state_before(&self, span: Span) -> Result<SourceState, Error> {
        let source = self.key.source;
        let empty = || SourceState::new(source).expect("a tape of a source without rules is none");
        let mut state = self.beginning.clone().unwrap_or_else(empty);
        if span.first > 0 {
            for (index, entry) in self.indexed()? {
                let entry = entry?;
                if index >= span.first {
                    break;
                }
                if let Some(received) = self.received(entry.t_ms, entry) {
                    state.observe(&received.reading);
                }
            }
        }
        Ok(state)
    }

    /// Its entries, counted from 0.
    pub(super) fn indexed(
        &self,
    ) -> Result<impl Iterator<Item = (u64, Result<Entry, Error>)> + Send + use<>, Error> {
        let entries = self.recording.entries().map_err(Error::BadInput)?;
        Ok((0..).zip(entries.map(|entry| entry.map_err(Error::BadInput))))
    }

    /// The entry's reading, had at `t_ms`; `None` where it is none.
    pub(super) fn received(&self, t_ms: u64, entry: Entry) -> Option<Received> {
        let reading = match entry.item {
            Item::Frame(frame) => Reading::Frame(frame),
            Item::Fault(fault) => Reading::Fault(fault),
            Item::Mark(_) | Item::Event(_) | Item::End(_) => return None,
        };
        Some(Received { source: self.key.source, at: self.moment(t_ms), reading })
    }

    /// The recording's own clock: a replay has the times of the match.
    pub(super) fn moment(&self, t_ms: u64) -> Moment {
        let offset = i64::try_from(t_ms).unwrap_or(i64::MAX);
        Moment {
            clock: ClockReading { epoch: self.epoch, mono_ms: t_ms },
            wall: self.recording.header().recorded_at.plus_ms(offset),
        }
    }
}
