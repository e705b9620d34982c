//! Events to occurrences: what a stored event says really happened.
//!
//! Pure: whoever follows the log hands in one [`Report`] after the other as a
//! [`ReportSet`], and [`solve()`] divides it into what happened. The strongest
//! evidence decides: equal ids, then the game's own counters, then what can
//! happen only once in a round or a match, then times on clocks that were
//! placed by what they saw, with names as weights. Witnesses are late and never
//! early, so a late report of the first of two kills is told from an early one
//! of the second by likelihood and not by a gate; and who should have seen a
//! thing and did not speaks against it.
//!
//! [`standing()`] is the decision by ids alone, for one event at a time.
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
//! - The same set of reports gives the same occurrences, witnesses and times,
//!   in any order and with any repetition, on any machine: all loops run in
//!   canonical order and no decision uses a floating-point number.
//! - Never two events of one device in one occurrence.
//! - Where a clock began to count changes no occurrence; nor does it by how much a clock
//!   is wrong that claims nothing, where it shares three happenings with others to whom
//!   clocks are held, and no other three: what only a liar tells as well places nobody. Two
//!   place it where they agree with nothing else, and what is open otherwise is as its
//!   wall clock has it.

mod cost;
mod ids;
pub mod joining;
mod keys;
mod late;
mod logged_event;
mod median;
mod names;
mod occurrence_id;
mod packed;
mod placing;
mod replayed;
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
mod tally;
pub mod trust;

pub use ids::{LogNo, OccurrenceNo};
pub use logged_event::LoggedEvent;
pub use names::{NameKey, Names};
pub use occurrence_id::OccurrenceId;
pub use packed::{Counter, EventKey, Packed};
pub use replayed::{REPLAYED, is_replayed, replayed};
pub use report::{Hints, Report};
pub use report_set::{Axis, Clock, ClockNo, Pushed, ReportNo, ReportSet, Stream, StreamNo};
pub use revisions::{Change, Changes, Revision};
pub use rules::{Place, Rule, Rules};
pub use sighting::{Sighting, TimeQuality};
pub use solution::{Cluster, ClusterNo, Evidence, Flag, Noise, Segment, Solution, Track};
pub use solve::solve;
pub(crate) use solve::solve_knowing;
pub use standing::{Confidence, Standing, standing};
pub use state::{
    ClockView, Counts, DamagedRows, Description, MatchState, Occurrence, OccurrenceRow, Placed,
    ReportRow, Rows, SegmentView, StreamCounts, StreamFlag, StreamView, Streams,
};
pub use tally::{Facts, Grounds, Tally, tally};
