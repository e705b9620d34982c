//! The durable queue between capture and upload: append, claim, settle, prune.
//!
//! An [`Outbox`] is one SQLite file with one owner process. [`Outbox::append`]
//! takes events and the session states that they came from in one transaction;
//! [`Outbox::claim`] hands out a batch; [`Outbox::conclude`] does with it what
//! crate `delivery` decided. Other processes look at the file, and act on
//! single events, through an [`OutboxView`].
//!
//! This crate neither sends nor decides what a reply means, and it never asks
//! for the time: `now` is an argument.
//!
//! # The file
//!
//! - `event` is the history: the complete CloudEvent as it will be sent, with a
//!   checksum; written once, and found by its sequence alone. To find an event
//!   by its id, which only a person asks for, the history is read through:
//!   100,000 events in some 50 ms. An index of random ids would write a page
//!   for every event.
//! - `queue` holds what is still to be sent, in the order of the sequence and in
//!   spans: neighbours of one match are one row. An event in it is pending, and
//!   in flight while `in_flight` has it too; `settled` (in spans) and
//!   `quarantine` hold the events that left it. `suspect` holds what is known of
//!   batches that were refused as a whole.
//! - `match_span` says which sequences a match has. An id is known within its
//!   match: both come from one session key.
//! - `known_id` remembers the ids of events whose history is gone, so that
//!   reading the same frames again does not bring them back. It has a mark of each
//!   event that a program told, whose id is known under any subject.
//!
//! # Invariants
//!
//! - What [`Outbox::append`] returned for is on disk: WAL, `synchronous=EXTRA`,
//!   and a log that is made anew after the disk failed.
//! - State never advances past an append that failed: same transaction.
//! - Sequences are gap-free from 1. A row that goes without having been settled
//!   leaves a `sequence_gap` event behind.
//! - A row whose checksum does not fit is never handed out.
//! - A damaged file is set aside and salvaged from, never deleted.

mod append;
mod bounds;
mod changes;
mod checksum;
mod claim;
mod conclude;
mod connection;
mod counters;
mod error;
mod folder;
mod gaps;
mod kept;
mod known_ids;
mod lately;
mod live_matches;
mod lock;
mod matches;
mod meta;
mod origin;
mod outbox;
mod presence;
mod prune;
mod refuse;
mod removal;
mod resends;
mod salvage;
mod schema;
mod shrink;
mod spans;
mod status;
mod told;
mod view;
mod wall_steps;

pub use append::{Append, Appended, NewEvent, StreamKey};
pub use bounds::Bounds;
pub use changes::{Deleted, Selection};
pub use claim::Claimed;
pub use error::{Error, wants_room};
pub use lock::{HeldStill, hold_still};
pub use matches::{Captured, CapturedPage, MatchStanding};
pub use outbox::{Forgetting, Inquired, Outbox, Standing};
pub use prune::Pruned;
pub use salvage::{Salvaged, device_of};
pub use status::{Entry, EntryState, Filter, Order, OutboxStatus, ShownEvent};
pub use told::{OwnType, ToldEvent};
pub use view::{Export, OutboxView};
