//! Events on the wire: CloudEvents 1.0 in JSON.

mod own;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    ClockReading, DeviceId, Envelope, Event, EventData, Kind, Origin, SequenceGap, WallTime,
};

/// The version of CloudEvents that we write and accept.
pub const SPEC_VERSION: &str = "1.0";
/// Media type of a batch.
pub const BATCH_CONTENT_TYPE: &str = "application/cloudevents-batch+json";
/// Media type of `data`.
pub const DATA_CONTENT_TYPE: &str = "application/json";

/// One event with its envelope, as JSON carries it.
///
/// [`Self::parse`] takes what a server may be sent by anybody: it names the
/// first attribute that is wrong, and leaves `data` to the reader of its type.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudEvent {
    /// The event id; for our own kinds a UUID.
    pub id: String,
    /// The sender's URN.
    pub source: String,
    /// `ringside.<kind>.v1`, or a type of somebody else's.
    pub event_type: String,
    /// The match.
    pub subject: Option<String>,
    /// What must stay in order together: the match again.
    pub partition_key: Option<String>,
    /// Wall clock when it was seen.
    pub time: Option<WallTime>,
    /// Position in the sender's outbox.
    pub sequence: Option<u64>,
    /// Live or replayed; ours always say.
    pub origin: Option<Origin>,
    /// What happened.
    pub data: Value,
}

/// Why a JSON value is not a CloudEvent that can be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloudEventFault {
    /// Not even an object.
    #[error("an event must be a JSON object")]
    NotAnObject,
    /// A required attribute is absent or empty.
    #[error("attribute {0:?} is missing")]
    Missing(&'static str),
    /// An attribute has the wrong type or an impossible value.
    #[error("attribute {attribute:?} is wrong: expected {expected}")]
    Wrong {
        /// Which.
        attribute: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}

impl CloudEvent {
    /// An event of ours, ready to be sent.
    #[must_use]
    pub fn from_event(event: &Event, envelope: &Envelope) -> Self {
        let mut data = to_value(&event.data);
        data["observed"] = to_value(&envelope.observed);
        let subject = event.subject().as_str().to_owned();
        Self::sent(event.id.to_string(), event.kind, subject, data, envelope)
    }

    /// The news of a range that will never come, ready to be sent.
    #[must_use]
    pub fn from_gap(gap: &SequenceGap, envelope: &Envelope) -> Self {
        let mut data = to_value(gap);
        data["observed"] = to_value(&envelope.observed);
        let id = gap.event_id().to_string();
        Self::sent(id, Kind::SequenceGap, gap.subject(), data, envelope)
    }

    fn sent(id: String, kind: Kind, subject: String, data: Value, envelope: &Envelope) -> Self {
        Self {
            id,
            source: envelope.device.urn(),
            event_type: kind.event_type(),
            partition_key: Some(subject.clone()),
            subject: Some(subject),
            time: Some(envelope.time),
            sequence: Some(envelope.sequence),
            origin: Some(envelope.origin),
            data,
        }
    }

    /// The JSON text: attributes in a fixed order, `data` with sorted names.
    ///
    /// The same event and envelope always give the same bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let wire = Wire {
            specversion: SPEC_VERSION,
            id: &self.id,
            source: &self.source,
            event_type: &self.event_type,
            subject: self.subject.as_deref(),
            partitionkey: self.partition_key.as_deref(),
            time: self.time,
            sequence: self.sequence.map(|number| number.to_string()),
            sequencetype: self.sequence.map(|_| "Integer"),
            origin: self.origin,
            datacontenttype: DATA_CONTENT_TYPE,
            data: &self.data,
        };
        serde_json::to_string(&wire).expect("a CloudEvent of plain values is always JSON")
    }

    /// Reads one event of a batch.
    ///
    /// # Errors
    /// Names the first attribute that is missing or wrong.
    pub fn parse(value: &Value) -> Result<Self, CloudEventFault> {
        let object = value.as_object().ok_or(CloudEventFault::NotAnObject)?;
        if required(object, "specversion")? != SPEC_VERSION {
            return Err(CloudEventFault::Wrong { attribute: "specversion", expected: "1.0" });
        }
        Ok(Self {
            id: required(object, "id")?.to_owned(),
            source: required(object, "source")?.to_owned(),
            event_type: required(object, "type")?.to_owned(),
            subject: optional(object, "subject")?.map(str::to_owned),
            partition_key: optional(object, "partitionkey")?.map(str::to_owned),
            time: parsed(object, "time", "an RFC 3339 time", |text| text.parse().ok())?,
            sequence: parsed(object, "sequence", "an integer from 1 as a string", sequence)?,
            origin: parsed(object, "origin", "live or replay", origin)?,
            data: object.get("data").cloned().unwrap_or(Value::Null),
        })
    }

    /// The kind, where the type is one of ours that this version knows.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_event_type(&self.event_type)
    }

    /// Whether the type claims our namespace, known to us or not.
    #[must_use]
    pub fn is_ringside(&self) -> bool {
        self.event_type.starts_with(Kind::NAMESPACE)
    }

    /// The sending device.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        DeviceId::from_urn(&self.source).ok()
    }

    /// `data` of one of our kinds.
    ///
    /// # Errors
    /// What is wrong with it, from the JSON reader.
    pub fn event_data(&self) -> Result<EventData, serde_json::Error> {
        EventData::deserialize(&self.data)
    }

    /// `data` of a sequence gap.
    ///
    /// # Errors
    /// What is wrong with it, from the JSON reader.
    pub fn sequence_gap(&self) -> Result<SequenceGap, serde_json::Error> {
        SequenceGap::deserialize(&self.data)
    }

    /// The reading of the sender's monotonic clock, where it gave one.
    #[must_use]
    pub fn observed(&self) -> Option<ClockReading> {
        ClockReading::deserialize(self.data.get("observed")?).ok()
    }
}

/// The attributes in the order they are written.
#[derive(Serialize)]
struct Wire<'a, D> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partitionkey: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<WallTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequencetype: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    datacontenttype: &'static str,
    data: D,
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("plain data with string keys is always JSON")
}

fn optional<'o>(
    object: &'o Map<String, Value>,
    attribute: &'static str,
) -> Result<Option<&'o str>, CloudEventFault> {
    match object.get(attribute) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(CloudEventFault::Wrong { attribute, expected: "a string" })
        }
    }
}

fn required<'o>(
    object: &'o Map<String, Value>,
    attribute: &'static str,
) -> Result<&'o str, CloudEventFault> {
    optional(object, attribute)?
        .filter(|text| !text.is_empty())
        .ok_or(CloudEventFault::Missing(attribute))
}

fn parsed<T>(
    object: &Map<String, Value>,
    attribute: &'static str,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, CloudEventFault> {
    match optional(object, attribute)? {
        None => Ok(None),
        Some(text) => read(text).map(Some).ok_or(CloudEventFault::Wrong { attribute, expected }),
    }
}

fn sequence(text: &str) -> Option<u64> {
    // SQLite keeps signed 64-bit integers: a larger number could not be stored.
    text.parse().ok().filter(|number| (1..=i64::MAX.unsigned_abs()).contains(number))
}

fn origin(text: &str) -> Option<Origin> {
    match text {
        "live" => Some(Origin::Live),
        "replay" => Some(Origin::Replay),
        _ => None,
    }
}
