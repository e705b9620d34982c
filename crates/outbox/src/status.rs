//! What a person sees of an outbox.

use delivery::{QuarantineReason, WaitReason};
use event_model::{EventId, WallTime};
use serde::Serialize;

use crate::Salvaged;

/// The outbox in counts: `ringside outbox status --json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OutboxStatus {
    /// Waiting to be sent.
    pub pending: u64,
    /// In a request at the moment.
    pub in_flight: u64,
    /// On the server's disk, ever.
    pub settled: u64,
    /// Refused; a person can look and send again.
    pub quarantined: u64,
    /// Given up because the outbox was full, ever.
    pub pruned: u64,
    /// Captured and never saved, ever.
    pub lost: u64,
    /// Age of the oldest waiting event.
    pub oldest_pending_age_s: Option<u64>,
    /// When the next request may go out, where it has to wait.
    pub next_attempt_in_s: Option<u64>,
    /// When what was refused and set aside may go out, where the others wait less.
    #[serde(skip)]
    pub aside_in_s: Option<u64>,
    /// Why it has to wait.
    #[serde(skip)]
    pub paused: Option<WaitReason>,
    /// The same as a sentence.
    pub paused_reason: Option<String>,
    /// Whether what was settled goes out again only later: answers named another
    /// database each time.
    pub resend_put_off: bool,
    /// What became of files that were damaged, as long as they are there.
    pub salvaged: Option<Salvaged>,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// Waiting to be sent.
    Pending,
    /// In a request at the moment.
    InFlight,
    /// On the server's disk.
    Settled,
    /// A person must look.
    Quarantined,
}

/// Which events to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Every event in the file.
    All,
    /// Those in one state.
    In(EntryState),
}

/// In which order to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they will be sent.
    OldestFirst,
    /// What happened last on top.
    NewestFirst,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its place in the outbox.
    pub sequence: u64,
    /// Its id.
    pub event_id: EventId,
    /// The match, or the outbox for the news of a gap.
    pub match_key: String,
    /// Where it stands.
    pub state: EntryState,
    /// Its type; absent where the body cannot be read.
    #[serde(rename = "type")]
    pub event_type: Option<String>,
    /// When it was seen, RFC 3339.
    pub time: Option<String>,
    /// When it was saved in this file: its age counts from here. Absent where that
    /// cannot be read.
    pub appended: Option<WallTime>,
    /// Whether it was refused, and others go before it.
    pub aside: bool,
    /// Bytes of its body.
    pub bytes: u64,
    /// Why it is quarantined.
    pub reason: Option<QuarantineReason>,
    /// The server's own words.
    pub detail: Option<String>,
}

/// One event, byte for byte as this machine keeps it. Whoever sends it may write names
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownEvent {
    /// Its line.
    pub entry: Entry,
    /// The CloudEvent.
    pub body: String,
}
