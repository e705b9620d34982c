//! What a replay came to, told: how its events differ from those that were
//! expected ([`EventDiff`]), a report that continuous integration reads
//! ([`junit()`]), and a trace that a person reads ([`trace_page`]).
//!
//! This crate is pure: it reads and writes text, and no file.
//!
//! # Invariants
//!
//! - A difference is told of the event itself, never of its envelope: who sent it,
//!   when, and at which place of which queue.
//! - A list that says nothing is an empty one: the same events in the same order
//!   differ in nothing, and any other list differs in something.
//! - Whatever a frame holds stands in a page or a report as text alone.

mod diff;
mod escape;
mod fields;
mod in_words;
mod junit;
mod order;
mod plain_event;
mod trace;

pub use diff::{COMPARED_MAX, Changed, EventDiff, Moved, Placed};
pub use fields::FieldChange;
pub use in_words::DIFFERENCES_TOLD_MAX;
pub use junit::{Case, Outcome, junit};
pub use plain_event::{NoEvent, PlainEvent};
pub use trace::{
    Exchange, HELD_BYTES_MAX, Happening, Promise, ReceiptLine, SILENT_FRAMES_MAX,
    TELLING_FRAMES_MAX, Trace, TraceTape, TracedEvent, TracedFrame, trace_page,
};
