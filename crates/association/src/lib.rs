//! Events to occurrences: what a stored event says really happened.
//!
//! Pure: whoever follows the log hands in one [`LoggedEvent`] after the other
//! and writes down what comes back. Here an occurrence is one event id: two
//! devices that send the same id are two witnesses of one occurrence, and
//! events with different ids are never joined. What a caller sees of that is
//! only [`Standing`] and [`Sighting`], so that the inside can decide better
//! without anybody outside noticing.
//!
//! A [`MatchState`] is one match as its reports come: each is placed at once,
//! [`solve()`] corrects from time to time, a seal lets nothing move any more, and
//! every correction is a numbered [`Change`].
//!
//! # Invariants
//!
//! - What a match holds at its seal is what [`solve()`] says of the set of its
//!   reports, whatever their order, repetition and batches.
//! - A handle that was published leads to the occurrence that has its founder,
//!   for ever; who applies the changes in their order has the record.
//! - The same set of events gives the same occurrences, witnesses and times,
//!   in any order and with any repetition.
//! - Never two event ids of one stream in one occurrence.

mod cost;
mod ids;
mod late;
mod logged_event;
mod names;
mod occurrence_id;
mod packed;
mod placing;
mod report;
mod report_set;
mod revisions;
mod row;
mod rules;
mod sealing;
mod sighting;
mod solution;
mod solve;
mod standing;
mod state;

pub use ids::{LogNo, OccurrenceNo};
pub use logged_event::LoggedEvent;
pub use names::{NameKey, Names};
pub use occurrence_id::OccurrenceId;
pub use packed::{Counter, EventKey, Packed};
pub use report::{Hints, Report};
pub use report_set::{Axis, Clock, ClockNo, Pushed, ReportNo, ReportSet, Stream, StreamNo};
pub use revisions::{Change, Changes, Revision};
pub use rules::{Place, Rule, Rules};
pub use sighting::{Sighting, TimeQuality};
pub use solution::{Cluster, ClusterNo, Evidence, Flag, Noise, Segment, Solution, Track};
pub use solve::solve;
pub use standing::{Confidence, Standing, standing};
pub use state::{
    Counts, DamagedRows, Description, MatchState, Occurrence, OccurrenceRow, Placed, ReportRow,
    Rows, StreamCounts, StreamView,
};
