//! The wire contract, version 1, between a companion and the ingest server.
//!
//! Types and constants only: what a receipt, a problem and a limit are, and how
//! they are written. What a client does with an answer is crate `delivery`; how
//! a server comes to one is `ingest-server`. Events themselves are
//! [`event_model::CloudEvent`].

mod clock_header;
mod device;
mod feed;
mod idempotency_key;
mod invitation;
mod limits;
mod problem;
mod reads;
mod receipt;
mod sources;

pub use clock_header::{InvalidClockHeader, SentClock};
pub use device::{Enrolled, Enrolment, WISHED_TOKEN_CHARS};
pub use feed::FeedEvent;
pub use idempotency_key::{IdempotencyKey, InvalidIdempotencyKey};
pub use invitation::{HostKind, Invitation, InvitationFault};
pub use limits::{Lifetimes, Limits};
pub use problem::{PROBLEM_CONTENT_TYPE, Problem, ProblemKind};
pub use reads::{
    ClockAxis, ClockQuality, ClockSegment, ClockView, GameCounts, MatchList, MatchStatistics,
    MatchView, OccurrenceList, OccurrenceView, PlayerCounts, PlayerStatistics, Standing,
    StandingCounts, StreamList, StreamView, WitnessView,
};
pub use receipt::{RECEIPT_VERSION, Receipt, ReceiptCode, ReceiptPage, ReceiptStatus};
pub use sources::{REASON_CHARS_MAX, SourcePolicy, Switch, TurnedOff, UnknownSwitch, shown_reason};

/// Where batches go.
pub const EVENTS_PATH: &str = "/v1/events";
/// Where devices enrol.
pub const DEVICES_PATH: &str = "/v1/devices";
/// What devices are asked not to read.
pub const SOURCES_PATH: &str = "/v1/sources";
/// Request header: which outbox the sequences count in.
pub const OUTBOX_HEADER: &str = "ringside-outbox";
/// Request header: the sender's clock at the moment of sending.
pub const CLOCK_HEADER: &str = "ringside-clock";
/// Request header: draft-ietf-httpapi-idempotency-key-header.
pub const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";
/// Response header: the answer was given before and is repeated byte for byte.
pub const IDEMPOTENT_REPLAYED_HEADER: &str = "idempotent-replayed";
