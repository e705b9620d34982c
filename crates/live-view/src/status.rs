//! The companion's state in numbers and words, all of it from the outbox and
//! the sources themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that a page shows beside the feed and the match.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Status {
    /// Whether the companion runs.
    pub capture: Capture,
    /// What it says of itself.
    #[serde(flatten)]
    pub companion: CompanionStatus,
}

/// Whether the companion behind a window runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Capture {
    /// Not yet.
    #[default]
    Starting,
    /// It reads games and keeps what it reads.
    Running,
    /// It does so with the defaults and sends nothing: the settings file cannot be
    /// read, and stays as it is.
    WithoutSettings {
        /// Which file, what is wrong in it and where; for a person.
        problem: String,
    },
    /// It could not start; nothing is captured.
    Failed {
        /// Why, for a person.
        problem: String,
    },
}

/// Everything that a status line or window shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct CompanionStatus {
    /// One per source that is read.
    pub sources: Vec<SourceStatus>,
    /// The outbox and the upload.
    pub upload: UploadStatus,
    /// What keeps readings from being recorded, where recording is on.
    pub recording_problem: Option<String>,
}

/// How reading one game goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SourceStatus {
    /// The source's name.
    pub source: String,
    /// One sentence: what is going on.
    pub state: String,
    /// Frames read since the start.
    pub frames: u64,
    /// Frames that could not be read.
    pub unreadable: u64,
    /// Why the last of them could not.
    pub last_unreadable: Option<String>,
    /// Posts to the local listener that no game of this PC made.
    pub refused_posts: u64,
    /// Frames of the game that were not looked at: the queue or memory was full.
    pub frames_dropped: u64,
    /// Events made.
    pub events: u64,
    /// When the last frame came, RFC 3339.
    pub last_frame_at: Option<String>,
    /// Unknown names and how often each was seen.
    pub drift: BTreeMap<String, u64>,
}

/// The outbox in counts, and what the upload is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UploadStatus {
    /// Waiting to be sent.
    pub pending: u64,
    /// In a request at the moment.
    pub in_flight: u64,
    /// On the server's disk.
    pub settled: u64,
    /// Refused by the server; a person can look and send again.
    pub quarantined: u64,
    /// Given up because the outbox was full.
    pub pruned: u64,
    /// Captured but never saved.
    pub lost: u64,
    /// Captured and kept in memory, since the disk does not take them.
    pub not_saved: u64,
    /// Age of the oldest waiting event.
    pub oldest_pending_age_s: Option<u64>,
    /// When the next request may go out.
    pub next_attempt_in_s: Option<u64>,
    /// Why nothing is sent, where nothing is.
    pub paused_reason: Option<String>,
    /// Whether the player holds the upload back.
    pub held: bool,
    /// The server's address; absent where nothing leaves this machine.
    pub server: Option<String>,
}
