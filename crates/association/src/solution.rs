//! What really happened, as far as a set of reports tells.

use crate::{ClockNo, ReportNo, Sighting};

/// A cluster's number in its solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterNo(pub u32);

/// A set of reports, divided into what really happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Solution {
    /// What happened, by time.
    pub clusters: Vec<Cluster>,
    /// The cluster of each report, by the report's number.
    pub cluster_of: Vec<ClusterNo>,
    /// How each clock stands to the server's, by the clock's number.
    pub tracks: Vec<Track>,
    /// The noise that the reports taught.
    pub noise: Noise,
    /// Reports that something is odd about, by number.
    pub flags: Vec<(ReportNo, Flag)>,
}

/// One happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The reports that tell of it, in canonical order: it does not depend on
    /// their numbers.
    pub members: Vec<ReportNo>,
    /// When: the earliest that its witnesses make plausible.
    pub at: Sighting,
    /// When on the match's own clock.
    pub match_clock_ms: Option<i64>,
    /// The report that names the attacker as most witnesses do.
    pub attacker_from: ReportNo,
    /// The same for the victim.
    pub victim_from: ReportNo,
    /// The same for the helpers.
    pub assists_from: ReportNo,
    /// The round that most witnesses tell.
    pub round: Option<u16>,
    /// What put its members together.
    pub evidence: Evidence,
    /// The other halves that may belong to it, where more than one pairing is
    /// possible.
    pub linked: Vec<ClusterNo>,
}

/// The strongest reason for which reports are one happening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// Only one witness.
    Lone,
    /// Their times and names.
    Time,
    /// It happens once in a round or a match.
    Scope,
    /// The game's own counter.
    Counter,
}

/// How one clock stands to the frame, the server's time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Track {
    /// Where it is known, in the order of its own time.
    pub segments: Vec<Segment>,
    /// Whether its times may join reports.
    pub locked: bool,
    /// Whether it agrees so often with others that it may speak against a
    /// counter.
    pub strict: bool,
}

/// A stretch of a clock with one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// From here on its own time, in milliseconds.
    pub from: i64,
    /// What is added to its time.
    pub offset_ms: i64,
}

/// How late and how early the witnesses of this match are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noise {
    /// Mean of those behind the reference, in milliseconds.
    pub late_ms: i64,
    /// Mean of those before it.
    pub early_ms: i64,
    /// The shortest time between two happenings of one place, as single
    /// witnesses saw it.
    pub floor_ms: i64,
}

/// What is odd about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Others' times speak against its counter.
    CounterContradicted,
}

impl Track {
    /// The offset at an instant of the clock's own.
    #[must_use]
    pub fn offset_at(&self, t: i64) -> Option<i64> {
        let next = self.segments.partition_point(|segment| segment.from <= t);
        self.segments.get(next.saturating_sub(1)).map(|segment| segment.offset_ms)
    }

    /// How many steps were found in it.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.segments.len().saturating_sub(1)
    }
}

impl Solution {
    /// The cluster of a report.
    #[must_use]
    pub fn cluster_of(&self, no: ReportNo) -> Option<ClusterNo> {
        self.cluster_of.get(usize::try_from(no.0).ok()?).copied()
    }

    /// A cluster.
    #[must_use]
    pub fn cluster(&self, no: ClusterNo) -> Option<&Cluster> {
        self.clusters.get(usize::try_from(no.0).ok()?)
    }

    /// The track of a clock.
    #[must_use]
    pub fn track(&self, no: ClockNo) -> Option<&Track> {
        self.tracks.get(usize::from(no.0))
    }
}

impl Default for Noise {
    /// What a match is taken for until it taught otherwise: readings every
    /// half second, a third of a second on the way.
    fn default() -> Self {
        Self { late_ms: 450, early_ms: 150, floor_ms: 3_000 }
    }
}
