//! Frames: raw readings of a game's local API, byte for byte as received.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Moment, Source};

/// How a frame reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The game posted to our listener.
    Http,
    /// We asked the game's own server.
    Poll,
    /// A stream of messages over TCP.
    Tcp,
    /// A WebSocket message.
    WebSocket,
    /// A piece of a file that the game writes.
    File,
}

/// The bytes of a frame, exactly as they came.
pub type Body = Vec<u8>;

/// One raw reading from a source. What is not known for its channel is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// How it came.
    pub channel: Channel,
    /// HTTP method of a request to us or by us.
    pub method: Option<String>,
    /// Path of that request.
    pub path: Option<String>,
    /// Headers of that request or response, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// HTTP status of a response to us.
    pub status: Option<u16>,
    /// The file it was read from, by name and without its folder.
    pub file: Option<String>,
    /// Where in that file it starts, in bytes.
    pub offset: Option<u64>,
    /// The bytes.
    pub body: Body,
}

impl Frame {
    /// A frame with nothing known but its channel and bytes.
    #[must_use]
    pub fn new(channel: Channel, body: impl Into<Body>) -> Self {
        Self {
            channel,
            method: None,
            path: None,
            headers: BTreeMap::new(),
            status: None,
            file: None,
            offset: None,
            body: body.into(),
        }
    }
}

/// A reading that failed: a normal state of a game that is loading or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The channel that failed.
    pub channel: Channel,
    /// What went wrong, for a person.
    pub error: String,
}

/// What a source gives: a frame, or the news that there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A frame.
    Frame(Frame),
    /// A failed reading.
    Fault(Fault),
}

/// A reading with its source and the instant it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Which local API it came from.
    pub source: Source,
    /// When, on both clocks.
    pub at: Moment,
    /// What was read.
    pub reading: Reading,
}
