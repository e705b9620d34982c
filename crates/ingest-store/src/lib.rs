//! The ingest server's tables.
//!
//! `ingest.sqlite` has the log: a row a batch with the evidence of each stored
//! event (id, fingerprint, corrected time) and a row with the events' bytes as
//! they were sent. The commit that makes an event durable writes the evidence
//! by which it is recognised when it comes again. `index.sqlite` has what can be
//! made anew from that: where the gate finds an id, and association. It is opened
//! when it is needed, and set aside where it is damaged.
//! (`docs/decisions/0009-a-batch-is-a-row.md`) What depends on when somebody asked,
//! a seal and a reopening, is in the log.
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
//! - Evidence stays for `gate_retention`, also where the bytes are dropped
//!   before, and as long as the bytes where they stay longer. What the log has
//!   and the index has not is in memory, or nothing is taken: the gate asks the
//!   index with each commit how far it goes, so one that was lost, emptied or
//!   put back stores nothing twice.
//! - What is erased is in neither file, and what is sealed then is as in an index
//!   made anew.
//! - The log followed in steps of any size gives the same rows of association:
//!   matches, occurrences, ids, revisions.

mod account;
mod answer;
mod backup;
mod batch;
mod body;
mod changes;
mod columns;
mod decisions;
mod erase;
mod error;
mod event_key;
mod evidence;
mod follower;
mod gate;
mod index;
mod ingest;
mod ranges;
mod reads;
mod receipt_page;
mod retention;
mod schema;
mod segment;
mod statistics;
mod store;
mod token;
mod varint;

pub use account::{
    DeviceRow, EnrolOutcome, EnrolmentKeyRow, KeyFault, NewEnrolmentKey, Principal, ReaderRole,
    ReaderRow, Validity,
};
pub use answer::{Answer, IdempotencyClaim, Outcome, Replayed};
pub use backup::{BackupError, Rescued, Restored};
pub use batch::{Batch, Item, SoundEvent, Tally, Verdict};
pub use body::Body;
pub use decisions::{Decided, Decision, SealReason};
pub use erase::{Erased, ErasedPart, Erasure};
pub use error::{Ailment, Error, Result};
pub use follower::{Counted, Followed, Follower, SealDue, SealRules, Withdrawn};
pub use gate::Recent;
pub use ingest::{Fullness, IngestTerms};
pub use reads::{
    AssociationFigures, Cursor, FeedPage, FeedStart, Generation, InvalidCursor, Looked, MatchPage,
    OccurrenceLooked, OccurrencePage, PageRequest, Viewer,
};
pub use retention::{Retention, Retired};
pub use store::{Place, Store, StoreOptions};
pub use token::{Token, TokenHash, TokenKind};
