//! What a replay came to.

use std::collections::BTreeMap;

use event_model::{CloudEvent, DeviceId, Envelope, Moment};
use outbox::{NewEvent, Outbox};
use recording::Recording;
use serde::Serialize;

use crate::{
    Error,
    pipeline::Pipeline,
    upload::{Drained, Sent},
};

/// The closing summary of a replay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayReport {
    /// The file.
    pub file: String,
    /// The game's local API it was recorded from.
    pub source: String,
    /// Frames played.
    pub frames: u64,
    /// Frames that could not be read.
    pub unreadable: u64,
    /// Why the last of them could not.
    pub last_unreadable: Option<String>,
    /// Recorded failures of the game's API.
    pub faults: u64,
    /// Names that this version does not know, and how often each was seen.
    pub drift: BTreeMap<String, u64>,
    /// Events made from the frames.
    pub captured: u64,
    /// Of these, new in the upload queue.
    pub appended: u64,
    /// Of these, in the upload queue before.
    pub already_known: u64,
    /// Events that a receipt settled during this run.
    pub uploaded: u64,
    /// Of these, new to the server.
    pub stored: u64,
    /// Of these, on the server before.
    pub duplicates: u64,
    /// Events in the queue that the server refused.
    pub quarantined: u64,
    /// Events that still wait to be sent.
    pub pending: u64,
    /// Events given up.
    pub lost: u64,
    /// Why events still wait, where they do.
    pub paused_reason: Option<String>,
    /// Whether everything that was to be sent is with the server.
    #[serde(skip)]
    pub drained: Drained,
    /// Events that the server refused during this run.
    #[serde(skip)]
    pub refused: u64,
    /// The events as they are sent, in order: made now, whatever the queue holds
    /// from earlier runs.
    #[serde(skip)]
    pub events: Vec<String>,
}

impl ReplayReport {
    pub(super) fn gather(
        recording: &Recording,
        pipeline: &Pipeline,
        outbox: &Outbox,
        now: Moment,
        sent: Sent,
        drained: Drained,
    ) -> Result<Self, Error> {
        let status = outbox.status(now).map_err(Error::Outbox)?;
        let source = recording.header().source;
        let counts = pipeline.counts();
        let read = pipeline.sources().get(&source).cloned().unwrap_or_default();
        Ok(Self {
            file: recording.path().display().to_string(),
            source: source.to_string(),
            frames: read.frames,
            unreadable: read.unreadable,
            last_unreadable: read.last_unreadable,
            faults: read.faults,
            drift: read.drift.iter().map(|(name, times)| (name.to_owned(), times)).collect(),
            captured: counts.captured,
            appended: counts.appended,
            already_known: counts.already_known,
            uploaded: sent.stored + sent.duplicates,
            stored: sent.stored,
            duplicates: sent.duplicates,
            quarantined: status.quarantined,
            pending: status.pending + status.in_flight,
            lost: counts.lost,
            paused_reason: status.paused_reason,
            drained,
            refused: sent.refused,
            events: Vec::new(),
        })
    }

    pub(super) fn with_events(
        self,
        outbox: &Outbox,
        device: DeviceId,
        events: Vec<NewEvent>,
    ) -> Result<Self, Error> {
        let sent = |new: NewEvent| -> Result<String, Error> {
            let known = outbox.view().show(new.event.id).map_err(Error::Outbox)?;
            let sequence = known.map(|known| known.entry.sequence);
            let envelope = Envelope {
                device,
                sequence: sequence.unwrap_or_default(),
                origin: new.origin,
                time: new.time,
                observed: new.observed,
            };
            // An event that the queue has forgotten has no place in it.
            let event = CloudEvent::from_event(&new.event, &envelope);
            Ok(CloudEvent { sequence, ..event }.to_json())
        };
        let events = events.into_iter().map(sent).collect::<Result<_, _>>()?;
        Ok(Self { events, ..self })
    }

    /// What stands in the way of a token says more than that there is none.
    pub(super) fn with_trouble(self, trouble: Option<String>) -> Self {
        Self { paused_reason: trouble.or(self.paused_reason), ..self }
    }
}
