//! The companion's state in numbers and words, all of it from the outbox and
//! the sources themselves.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::SourceState;

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
    /// What keeps the history of matches from being filled. The upload queue forgets
    /// nothing by its age meanwhile.
    pub history_problem: Option<String>,
    /// Why no other program is listened to, where the player wants it.
    pub programs_problem: Option<String>,
}

impl CompanionStatus {
    /// What keeps Ringside from something beside games and upload, in sentences.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        let problems = [&self.recording_problem, &self.history_problem, &self.programs_problem];
        problems.into_iter().filter_map(|problem| problem.as_deref())
    }
}

/// How reading one game goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SourceStatus {
    /// The source's name.
    pub source: String,
    /// What is going on.
    pub state: SourceState,
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
    /// The same by the game's build, where the source tells it.
    #[serde(default)]
    pub drift_by_build: BTreeMap<String, BTreeMap<String, u64>>,
    /// Games that it could tell of, and that are not read for now.
    #[serde(default)]
    pub games_off: Vec<GameOff>,
}

/// A game that is turned off in every source that gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct GameOff {
    /// The game's name.
    pub game: String,
    /// Why, in whoever's words that turned it off.
    pub reason: String,
    /// The server that did; none where it was the file of this PC.
    pub server: Option<String>,
}

impl fmt::Display for GameOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { game, reason, server } = self;
        let by = server.as_deref().unwrap_or("kill-switch.toml");
        write!(f, "{game} is turned off by {by}: {reason}")
    }
}

/// The outbox in counts, and what the upload is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct UploadStatus {
    /// Waiting to be sent.
    pub pending: u64,
    /// Of games that the player keeps here: they wait for another decision.
    pub kept: u64,
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
    /// When what was refused and set aside may go out, where the others wait less.
    pub aside_in_s: Option<u64>,
    /// When what the server asked for again goes again.
    pub asked_again_in_s: Option<u64>,
    /// Why nothing is sent, where nothing is: a page has words for it.
    pub paused: Option<PauseCode>,
    /// The same with its particulars, in English.
    pub paused_reason: Option<String>,
    /// Whether the player holds the upload back.
    pub held: bool,
    /// The server's address; absent where nothing leaves this machine.
    pub server: Option<String>,
}

impl UploadStatus {
    /// Events that no server will ever have: the queue was full, or they could not be
    /// saved. Their count stays.
    #[must_use]
    pub fn given_up(&self) -> u64 {
        self.pruned.saturating_add(self.lost)
    }
}

/// Why nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum PauseCode {
    /// The disk does not take what was captured.
    NotSaved,
    /// There is no server, or the player did not agree to it.
    NoServer,
    /// The player holds it back.
    Held,
    /// This device is being enrolled.
    Enrolling,
    /// The server is being asked for its key of pseudonyms.
    AskingNamesKey,
    /// The server has no key of pseudonyms.
    NamesNotHidden,
    /// This device has no token for the server.
    NotEnrolled,
    /// The server gave this device a token that is not here.
    AlreadyEnrolled,
    /// The server does not take the enrolment key.
    KeyRefused,
    /// The server does not know this device's token.
    TokenRefused,
    /// The server knows the token and does not let it in.
    NotLetIn,
    /// The server needs a newer version of Ringside.
    TooOldVersion,
    /// No answer.
    ServerNotReached,
    /// The other end could not show that it is the server.
    Certificate,
    /// What answers is no Ringside server.
    NotOurServer,
    /// The server takes nothing at the moment.
    ServerBusy,
    /// The server takes nothing that was sent so.
    ServerRefused,
    /// The server wants some events again later.
    AskedAgain,
    /// The upload queue cannot be read or written.
    QueueUnreadable,
    /// Something else: its particulars say what.
    Other,
}

impl PauseCode {
    /// Whether it neither passes by itself nor is as the player wants it.
    #[must_use]
    pub fn needs_player(self) -> bool {
        match self {
            Self::NoServer
            | Self::Held
            | Self::Enrolling
            | Self::AskingNamesKey
            | Self::ServerNotReached
            | Self::ServerBusy
            | Self::AskedAgain => false,
            Self::NotSaved
            | Self::NamesNotHidden
            | Self::NotEnrolled
            | Self::AlreadyEnrolled
            | Self::KeyRefused
            | Self::TokenRefused
            | Self::NotLetIn
            | Self::TooOldVersion
            | Self::Certificate
            | Self::NotOurServer
            | Self::ServerRefused
            | Self::QueueUnreadable
            | Self::Other => true,
        }
    }
}
