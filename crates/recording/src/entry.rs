//! The lines of a recording after its header, and how they are written.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use event_model::{Channel, Fault, Frame, Reading, canonical_json};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, value::RawValue};

use crate::error::{Reason, without_line};

/// One line of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Milliseconds since the recording's `recorded_at`; never falls.
    pub t_ms: u64,
    /// What happened then.
    pub item: Item,
}

/// What a line holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A frame.
    Frame(Frame),
    /// A reading that failed.
    Fault(Fault),
    /// A word that a person put in.
    Mark(String),
    /// A golden event: what the frames so far should have given.
    Event(Value),
    /// The recording ended here, and why. Always the last line.
    End(String),
}

impl From<Reading> for Item {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Frame(frame) => Self::Frame(frame),
            Reading::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// A line after the header.
#[derive(Debug)]
pub(crate) enum Line {
    /// Where the session stood when the recording began.
    State(Box<RawValue>),
    Entry(Entry),
}

#[derive(Serialize)]
struct StateLine<'a> {
    state: &'a RawValue,
}

#[derive(Serialize)]
struct EntryLine<'a> {
    t_ms: u64,
    #[serde(flatten)]
    item: ItemLine<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum ItemLine<'a> {
    Frame(FrameLine<'a>),
    Fault(&'a Fault),
    Mark(&'a str),
    Event(Box<RawValue>),
    End(&'a str),
}

#[derive(Serialize)]
struct FrameLine<'a> {
    channel: Channel,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_b64: Option<String>,
}

#[derive(Deserialize)]
struct AnyLine<'a> {
    t_ms: Option<u64>,
    #[serde(borrow, default, deserialize_with = "present")]
    state: Option<&'a RawValue>,
    frame: Option<AnyFrame>,
    fault: Option<Fault>,
    mark: Option<String>,
    #[serde(borrow, default, deserialize_with = "present")]
    event: Option<&'a RawValue>,
    end: Option<String>,
}

#[derive(Deserialize)]
struct AnyFrame {
    channel: Channel,
    method: Option<String>,
    path: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    status: Option<u16>,
    file: Option<String>,
    offset: Option<u64>,
    body: Option<String>,
    body_b64: Option<String>,
}

impl Entry {
    /// The line, with its newline.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let item = match &self.item {
            Item::Frame(frame) => ItemLine::Frame(FrameLine::of(frame)),
            Item::Fault(fault) => ItemLine::Fault(fault),
            Item::Mark(text) => ItemLine::Mark(text),
            Item::Event(event) => ItemLine::Event(canonical(event)),
            Item::End(reason) => ItemLine::End(reason),
        };
        encode_line(&EntryLine { t_ms: self.t_ms, item })
    }
}

/// The `state` line, with its newline.
pub(crate) fn encode_state(state: &RawValue) -> Vec<u8> {
    encode_line(&StateLine { state })
}

/// A state as it stands in a line, in the one way that it is hashed in.
pub(crate) fn canonical_state(state: &[u8]) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::from_slice(state).map(|value| canonical(&value))
}

impl Line {
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Reason> {
        // Well-formed first: a torn line reads as such, and not as a line
        // without what the tear took away.
        let raw: &RawValue =
            serde_json::from_slice(bytes).map_err(|error| Reason::not_json(&error))?;
        let line: AnyLine<'_> =
            serde_json::from_str(raw.get()).map_err(|error| Reason::Line(without_line(&error)))?;
        line.read()
    }
}

impl AnyLine<'_> {
    fn read(self) -> Result<Line, Reason> {
        let mut items = Vec::new();
        if let Some(frame) = self.frame {
            items.push(Item::Frame(frame.read()?));
        }
        items.extend(self.fault.map(Item::Fault));
        items.extend(self.mark.map(Item::Mark));
        if let Some(event) = self.event {
            let value = serde_json::from_str(event.get()).map_err(|e| Reason::not_json(&e))?;
            items.push(Item::Event(value));
        }
        items.extend(self.end.map(Item::End));
        match (self.t_ms, self.state, items.pop()) {
            (None, Some(state), None) => canonical_state(state.get().as_bytes())
                .map(Line::State)
                .map_err(|error| Reason::not_json(&error)),
            (Some(t_ms), None, Some(item)) if items.is_empty() => {
                Ok(Line::Entry(Entry { t_ms, item }))
            }
            _ => Err(Reason::Line(
                "expected \"t_ms\" with one of frame, fault, mark, event and end".to_owned(),
            )),
        }
    }
}

impl<'a> FrameLine<'a> {
    fn of(frame: &'a Frame) -> Self {
        let text = std::str::from_utf8(&frame.body).ok();
        Self {
            channel: frame.channel,
            method: frame.method.as_deref(),
            path: frame.path.as_deref(),
            headers: &frame.headers,
            status: frame.status,
            file: frame.file.as_deref(),
            offset: frame.offset,
            body: text,
            body_b64: text.is_none().then(|| STANDARD.encode(&frame.body)),
        }
    }
}

impl AnyFrame {
    fn read(self) -> Result<Frame, Reason> {
        let body = match (self.body, self.body_b64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(base64)) => STANDARD
                .decode(base64)
                .map_err(|error| Reason::Line(format!("body_b64 is not base64: {error}")))?,
            (Some(_), Some(_)) | (None, None) => {
                return Err(Reason::Line("a frame has one of body and body_b64".to_owned()));
            }
        };
        Ok(Frame {
            channel: self.channel,
            method: self.method,
            path: self.path,
            headers: self.headers,
            status: self.status,
            file: self.file,
            offset: self.offset,
            body,
        })
    }
}

fn encode_line(line: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(line).expect("a line is plain data with string keys");
    bytes.push(b'\n');
    bytes
}

fn canonical(value: &Value) -> Box<RawValue> {
    let text = String::from_utf8(canonical_json(value)).expect("JSON is UTF-8");
    RawValue::from_string(text).expect("canonical JSON is JSON")
}

/// Tells a member that is `null` from one that is not there.
fn present<'de, D: Deserializer<'de>>(member: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(member).map(Some)
}
