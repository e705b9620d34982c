//! One body as the outbox kept it, read as an event of the match.

use event_model::{ClockReading, CloudEvent, EventData, EventId, Kind, MatchKey, Origin, WallTime};
use serde::{Deserialize, Serialize};

/// An event as this PC told it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) kind: Kind,
    /// Absent in bodies of others: then as good as live.
    pub(crate) origin: Origin,
    /// Position in the outbox that kept it.
    pub(crate) sequence: Option<u64>,
    /// Wall clock when its frame was received.
    pub(crate) seen: WallTime,
    /// Monotonic clock when its frame was received.
    pub(crate) observed: Option<ClockReading>,
    pub(crate) data: EventData,
}

/// Why a body is no event of the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Unreadable,
    UnknownKind,
    Elsewhere,
}

/// Bodies that the story has no use for, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UnusedBodies {
    /// Damaged, or without what every event of ours has: an id, a time, data.
    pub unreadable: u32,
    /// Whole, but of a kind that this version does not know.
    pub unknown_kind: u32,
    /// Of another match, or of no match.
    pub elsewhere: u32,
    /// Told before: the same event id again.
    pub repeated: u32,
}

impl UnusedBodies {
    pub(crate) fn count(&mut self, fault: Fault) {
        match fault {
            Fault::Unreadable => self.unreadable += 1,
            Fault::UnknownKind => self.unknown_kind += 1,
            Fault::Elsewhere => self.elsewhere += 1,
        }
    }
}

impl Event {
    /// Reads a body of the match `key`.
    pub(crate) fn read(key: &MatchKey, body: &[u8]) -> Result<Self, Fault> {
        let value = serde_json::from_slice(body).map_err(|_| Fault::Unreadable)?;
        let event = CloudEvent::parse(&value).map_err(|_| Fault::Unreadable)?;
        let kind = match event.kind() {
            None => return Err(Fault::UnknownKind),
            // It speaks of an outbox, not of a match.
            Some(Kind::SequenceGap) => return Err(Fault::Elsewhere),
            Some(kind) => kind,
        };
        let data = event.event_data().map_err(|_| Fault::Unreadable)?;
        if data.match_ref.key != *key {
            return Err(Fault::Elsewhere);
        }
        Ok(Self {
            id: event.id.parse().map_err(|_| Fault::Unreadable)?,
            kind,
            origin: event.origin.unwrap_or(Origin::Live),
            sequence: event.sequence,
            seen: event.time.ok_or(Fault::Unreadable)?,
            observed: event.observed(),
            data,
        })
    }
}
