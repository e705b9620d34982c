//! The ingest server's tables, in one SQLite file.
//!
//! The `log` table is gate and log at once: one row per (device, event id), so
//! that the row which makes an event durable is also the row which recognises
//! it when it comes again. Association follows that log with a cursor, kept in
//! the transaction of what it writes.
//!
//! This crate knows no HTTP and no clock: what comes in was judged before
//! ([`Item`]), and time is an argument.
//!
//! # Invariants
//!
//! - An event whose receipt says `stored` is on disk: WAL with
//!   `synchronous=FULL`, and the answer is written after the commit.
//! - The first stored event stands; its corrected time never changes.
//! - The same events in any batches, order and repetition leave the same set.
//! - No token is in the file, only its hash.
//! - Nothing here deletes a log row, so the gate remembers at least as long as
//!   `gate_retention` promises.

mod account;
mod answer;
mod backup;
mod batch;
mod error;
mod follow;
mod gate;
mod ingest;
mod ranges;
mod reads;
mod schema;
mod store;
mod token;

pub use account::{
    DeviceRow, EnrolOutcome, EnrolmentKeyRow, KeyFault, NewEnrolmentKey, Principal, ReaderRole,
    ReaderRow, Validity,
};
pub use answer::{Answer, IdempotencyClaim, Outcome, Replayed};
pub use backup::{BackupError, Restored};
pub use batch::{Batch, Item, SoundEvent, Tally, Verdict};
pub use error::{Error, Result};
pub use ingest::IngestTerms;
pub use reads::{Cursor, InvalidCursor, MatchPage, OccurrencePage, PageRequest, Viewer};
pub use store::{Store, StoreOptions};
pub use token::{Token, TokenHash, TokenKind};
