//! The first line of a recording.

use event_model::{Source, WallTime};
use game_session::SESSION_LOGIC;
use serde::{Deserialize, Serialize};

use crate::error::{Reason, without_line};

/// The version of the format that is written and read.
pub const FORMAT_VERSION: u64 = 1;

/// What a recording says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The local API that the frames came from.
    pub source: Source,
    /// The instant that `t_ms` counts from. The Unix epoch where an imported
    /// file knows no wall time.
    pub recorded_at: WallTime,
    /// What wrote it; `import` for an imported file.
    #[serde(default)]
    pub app: String,
    /// The version of the rules that were in force.
    #[serde(default = "first_logic")]
    pub session_logic: u32,
    /// What was taken out of the frames.
    #[serde(default)]
    pub redaction: Redaction,
}

/// What was taken out of the frames, secrets aside: those always are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Redaction {
    /// Nothing.
    #[default]
    None,
    /// Player names were replaced.
    Names,
}

#[derive(Serialize, Deserialize)]
struct HeaderLine<H> {
    ringside_recording: u64,
    #[serde(flatten)]
    header: H,
}

#[derive(Deserialize)]
struct Version {
    ringside_recording: Option<u64>,
}

impl Header {
    /// A header under the session logic of this version, nothing redacted.
    #[must_use]
    pub fn new(source: Source, recorded_at: WallTime, app: impl Into<String>) -> Self {
        Self {
            source,
            recorded_at,
            app: app.into(),
            session_logic: SESSION_LOGIC,
            redaction: Redaction::None,
        }
    }

    /// The line, with its newline.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let line = HeaderLine { ringside_recording: FORMAT_VERSION, header: self };
        let mut bytes = serde_json::to_vec(&line).expect("a header is plain data");
        bytes.push(b'\n');
        bytes
    }

    pub(crate) fn decode(line: &[u8]) -> Result<Self, Reason> {
        let bad = |error: serde_json::Error| Reason::Header(without_line(&error));
        let version: Version = serde_json::from_slice(line).map_err(bad)?;
        match version.ringside_recording {
            Some(FORMAT_VERSION) => {}
            Some(other) => return Err(Reason::Version(other)),
            None => return Err(Reason::Header("it has no \"ringside_recording\"".to_owned())),
        }
        let line: HeaderLine<Self> = serde_json::from_slice(line).map_err(bad)?;
        Ok(line.header)
    }
}

fn first_logic() -> u32 {
    1
}
