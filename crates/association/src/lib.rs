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

mod cost;
pub mod joining;
mod logged_event;
mod names;
mod occurrence_id;
mod packed;
mod report;
mod report_set;
mod rules;
mod sighting;
mod solution;
mod solve;
mod standing;
pub mod trust;

pub use logged_event::LoggedEvent;
pub use names::{NameKey, Names};
pub use occurrence_id::OccurrenceId;
pub use packed::{Counter, EventKey, Packed};
pub use report::{Hints, Report};
pub use report_set::{Axis, Clock, ClockNo, Pushed, ReportNo, ReportSet, Stream, StreamNo};
pub use rules::{Place, Rule, Rules};
pub use sighting::{Sighting, TimeQuality};
pub use solution::{Cluster, ClusterNo, Evidence, Flag, Noise, Segment, Solution, Track};
pub use solve::solve;
pub use standing::{Confidence, Standing, standing};
