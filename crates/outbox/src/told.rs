//! Events that another program told: appended as they are, under types of its own.

use event_model::{CloudEvent, DeviceId, EventId, Kind, Moment, Origin, WallTime};
use rusqlite::Connection;
use serde_json::Value;

use crate::{
    Error,
    append::{Appended, Maker, NewRow, RowWriter},
    known_ids::KnownIds,
};

/// An event of another program's, which no rule of ours made. Its type lies outside
/// `ringside.`: a server stores it under its subject and associates it with nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldEvent {
    id: EventId,
    event_type: String,
    subject: String,
    time: WallTime,
    data: Value,
}

/// The type is one of ours, which only our own rules may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("types in `ringside.` are Ringside's own")]
pub struct OwnType;

impl ToldEvent {
    /// An event as it was told; `subject` is what a server keeps it under.
    ///
    /// # Errors
    /// Where the type is one of ours.
    pub fn new(
        id: EventId,
        event_type: String,
        subject: String,
        time: WallTime,
        data: Value,
    ) -> Result<Self, OwnType> {
        if event_type.starts_with(Kind::NAMESPACE) {
            return Err(OwnType);
        }
        Ok(Self { id, event_type, subject, time, data })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.id
    }

    fn body(&self, device: DeviceId, sequence: u64) -> String {
        let event = CloudEvent {
            id: self.id.to_string(),
            source: device.urn(),
            event_type: self.event_type.clone(),
            subject: Some(self.subject.clone()),
            partition_key: Some(self.subject.clone()),
            time: Some(self.time),
            sequence: Some(sequence),
            origin: Some(Origin::Live),
            data: self.data.clone(),
        };
        event.to_json()
    }
}

/// Appends them in their order; the caller's transaction makes it durable or undoes it.
pub(crate) fn append(
    db: &Connection,
    known: &mut KnownIds,
    device: DeviceId,
    told: &[ToldEvent],
    now: Moment,
) -> Result<Appended, Error> {
    let mut rows = RowWriter::begin(db)?;
    let mut done = Appended::default();
    for event in told {
        let row = NewRow {
            maker: Maker::Program,
            id: event.id,
            match_key: &event.subject,
            origin: Origin::Live,
            appended: now.wall,
        };
        match rows.write(known, &row, |sequence| event.body(device, sequence))? {
            Some(sequence) => done.appended.push((event.id, sequence)),
            None => done.already_known += 1,
        }
    }
    rows.finish()?;
    Ok(done)
}
