//! What crosses to the page. Mirrors the companion's types, so that the page's
//! contract changes only where somebody changes it here.

use std::collections::BTreeMap;

use companion::{CompanionStatus, FeedEntry, SourceStatus, UploadStatus};
use serde::Serialize;

/// One line of the live feed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct FeedLine {
    /// Tells lines apart: a line that comes again replaces the first.
    pub(crate) event_id: String,
    /// The source's name, such as `cs2`.
    pub(crate) source: String,
    /// The match.
    pub(crate) match_key: String,
    /// The kind's word, such as `kill`.
    pub(crate) kind: String,
    /// Who did it.
    pub(crate) attacker: Option<String>,
    /// To whom.
    pub(crate) victim: Option<String>,
    /// The player at this PC.
    pub(crate) observer: Option<String>,
    /// Counted from 1.
    pub(crate) round: Option<u32>,
    /// The game's own clock.
    pub(crate) match_clock_ms: Option<i64>,
    /// When it was seen, RFC 3339.
    pub(crate) time: String,
    /// Whether it is on disk.
    pub(crate) saved: Saved,
}

/// Whether a captured event is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Saved {
    /// In the outbox.
    Saved,
    /// In memory alone: the disk does not take it.
    NotSaved,
}

/// Everything in the window that is not the feed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Status {
    /// Whether the companion runs.
    pub(crate) capture: Capture,
    /// One per game that is read.
    pub(crate) sources: Vec<Source>,
    /// The upload queue.
    pub(crate) upload: Upload,
}

/// Whether the companion behind the window runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Capture {
    /// Not yet.
    #[default]
    Starting,
    /// It reads games and keeps what it reads.
    Running,
    /// It could not start; nothing is captured.
    Failed {
        /// Why, for a person.
        problem: String,
    },
}

/// How reading one game goes.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Source {
    /// The source's name, such as `cs2`.
    pub(crate) source: String,
    /// One sentence: what is going on.
    pub(crate) state: String,
    /// Frames read since the start.
    pub(crate) frames: u64,
    /// Frames that could not be read.
    pub(crate) unreadable: u64,
    /// Why the last of them could not.
    pub(crate) last_unreadable: Option<String>,
    /// Posts to the local listener that no game of this PC made.
    pub(crate) refused_posts: u64,
    /// Events made.
    pub(crate) events: u64,
    /// When the last frame came, RFC 3339.
    pub(crate) last_frame_at: Option<String>,
    /// Unknown names and how often each was seen.
    pub(crate) drift: BTreeMap<String, u64>,
}

/// The upload queue in counts, and what the upload is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Upload {
    /// Waiting to be sent.
    pub(crate) pending: u64,
    /// In a request at the moment.
    pub(crate) in_flight: u64,
    /// On the server's disk.
    pub(crate) settled: u64,
    /// Refused by the server.
    pub(crate) quarantined: u64,
    /// Given up because the queue was full.
    pub(crate) pruned: u64,
    /// Captured but never saved.
    pub(crate) lost: u64,
    /// Captured and kept in memory, since the disk does not take them.
    pub(crate) not_saved: u64,
    /// Age of the oldest waiting event.
    pub(crate) oldest_pending_age_s: Option<u64>,
    /// When the next request may go out.
    pub(crate) next_attempt_in_s: Option<u64>,
    /// Why nothing is sent, where nothing is.
    pub(crate) paused_reason: Option<String>,
    /// The server's address; absent where nothing leaves this machine.
    pub(crate) server: Option<String>,
}

impl Status {
    /// The companion's word, with what the shell knows of the companion itself.
    pub(crate) fn of(capture: Capture, companion: CompanionStatus) -> Self {
        Self {
            capture,
            sources: companion.sources.into_iter().map(Source::from).collect(),
            upload: companion.upload.into(),
        }
    }
}

impl From<FeedEntry> for FeedLine {
    fn from(entry: FeedEntry) -> Self {
        Self {
            event_id: entry.event_id,
            source: entry.source,
            match_key: entry.match_key,
            kind: entry.kind,
            attacker: entry.attacker,
            victim: entry.victim,
            observer: entry.observer,
            round: entry.round,
            match_clock_ms: entry.match_clock_ms,
            time: entry.time,
            saved: entry.saved.into(),
        }
    }
}

impl From<companion::Saved> for Saved {
    fn from(saved: companion::Saved) -> Self {
        match saved {
            companion::Saved::Saved => Self::Saved,
            companion::Saved::NotSaved => Self::NotSaved,
        }
    }
}

impl From<SourceStatus> for Source {
    fn from(status: SourceStatus) -> Self {
        Self {
            source: status.source,
            state: status.state,
            frames: status.frames,
            unreadable: status.unreadable,
            last_unreadable: status.last_unreadable,
            refused_posts: status.refused_posts,
            events: status.events,
            last_frame_at: status.last_frame_at,
            drift: status.drift,
        }
    }
}

impl From<UploadStatus> for Upload {
    fn from(status: UploadStatus) -> Self {
        Self {
            pending: status.pending,
            in_flight: status.in_flight,
            settled: status.settled,
            quarantined: status.quarantined,
            pruned: status.pruned,
            lost: status.lost,
            not_saved: status.not_saved,
            oldest_pending_age_s: status.oldest_pending_age_s,
            next_attempt_in_s: status.next_attempt_in_s,
            paused_reason: status.paused_reason,
            server: status.server,
        }
    }
}
