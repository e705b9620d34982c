//! Events to occurrences: what a stored event says really happened.
//!
//! Pure: whoever follows the log hands in one [`LoggedEvent`] after the other
//! and writes down what comes back. Here an occurrence is one event id: two
//! devices that send the same id are two witnesses of one occurrence, and
//! events with different ids are never joined. What a caller sees of that is
//! only [`Standing`] and [`Sighting`], so that the inside can decide better
//! without anybody outside noticing.
//!
//! # Invariants
//!
//! - The same set of events gives the same occurrences, witnesses and times,
//!   in any order and with any repetition.
//! - Never two event ids of one stream in one occurrence.

pub mod joining;
mod logged_event;
mod occurrence_id;
mod report;
mod sighting;
mod standing;

pub use logged_event::LoggedEvent;
pub use occurrence_id::OccurrenceId;
pub use report::{Hints, Report};
pub use sighting::{Sighting, TimeQuality};
pub use standing::{Confidence, Standing, standing};
