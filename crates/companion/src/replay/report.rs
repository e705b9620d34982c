//! What a replay came to.

use std::collections::BTreeMap;

use event_model::Moment;
use replay_report::Trace;
use serde::Serialize;

use super::{FaultsReport, ReplayedEvents, lives::Lived, tape::Tape, totals::Totals};
use crate::{Error, upload::Drained};

/// The closing summary of a replay.
#[derive(Debug, Serialize)]
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
    /// The line in which the file of a crashed writer breaks off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub torn_line: Option<u64>,
    /// The rules that the recording was made under, where they are newer than ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newer_session_logic: Option<u32>,
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
    /// What went wrong on purpose, and whether what must hold did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults_played: Option<FaultsReport>,
    /// Whether everything that was to be sent is with the server.
    #[serde(skip)]
    pub drained: Drained,
    /// Events that the server refused during this run.
    #[serde(skip)]
    pub refused: u64,
    /// The events themselves, where they were asked for.
    #[serde(skip)]
    pub events: Option<ReplayedEvents>,
    /// What a trace shows, where one was asked for.
    #[serde(skip)]
    pub trace: Option<Box<Trace>>,
}

impl ReplayReport {
    pub(super) fn gather(tape: &Tape, lived: &Lived, now: Moment) -> Result<Self, Error> {
        let status = lived.outbox().status(now).map_err(Error::Outbox)?;
        let Totals { counts, read } = &lived.totals;
        let made_under = tape.recording.header().session_logic;
        Ok(Self {
            file: tape.recording.path().display().to_string(),
            source: tape.key.source.to_string(),
            frames: read.frames,
            unreadable: read.unreadable,
            last_unreadable: read.last_unreadable.clone(),
            faults: read.faults,
            drift: read.drift.iter().map(|(name, times)| (name.to_owned(), times)).collect(),
            torn_line: tape.torn_line,
            newer_session_logic: Some(made_under)
                .filter(|made_under| *made_under > game_session::SESSION_LOGIC),
            captured: counts.captured,
            appended: counts.appended,
            already_known: counts.already_known,
            uploaded: lived.sent.stored + lived.sent.duplicates,
            stored: lived.sent.stored,
            duplicates: lived.sent.duplicates,
            quarantined: status.quarantined,
            pending: status.pending + status.in_flight,
            lost: counts.lost,
            // What stands in the way of a token says more than that there is none.
            paused_reason: lived.trouble.clone().or(status.paused_reason),
            faults_played: None,
            drained: lived.drained,
            refused: lived.sent.refused,
            events: None,
            trace: None,
        })
    }

    /// What a trace says of the whole.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let mut facts = vec![
            ("Source", self.source.clone()),
            ("Frames", self.frames.to_string()),
            ("Unreadable", self.unreadable.to_string()),
            ("Not read, as recorded", self.faults.to_string()),
            ("Unknown names", self.drift.len().to_string()),
            ("Events", self.captured.to_string()),
            ("New in the queue", self.appended.to_string()),
            ("Known before", self.already_known.to_string()),
        ];
        if self.drained != Drained::NothingToSend {
            facts.push(("Stored", self.stored.to_string()));
            facts.push(("Duplicates", self.duplicates.to_string()));
            facts.push(("Waiting", self.pending.to_string()));
            facts.push(("Refused", self.refused.to_string()));
        }
        if let Some(faults) = &self.faults_played {
            facts.push(("Seed of faults", faults.seed.to_string()));
            facts.push(("Faults played", faults.count().to_string()));
        }
        facts.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
    }
}
