//! What one stream may take up, and what is odd about it.

use event_model::{Kind, Origin, WallTime};

use super::MatchState;
use crate::{
    Axis, ClockNo, EventKey, Packed, Report, ReportNo, ReportSet, Stream, StreamNo,
    report_set::{Room, clock_told, counts_too_far},
    row::row,
    trust::Numbers,
};

/// The order of a stream's reports: by clock, by its time, by id.
type Rank = (Axis, i64, EventKey);

/// What is known of a stream besides its reports.
#[derive(Debug, Clone, Default)]
pub(crate) struct StreamFacts {
    /// Reports of it in the set.
    pub(crate) kept: usize,
    /// Nothing behind this is kept any more.
    limit: Option<Rank>,
    pub(crate) numbers: Numbers,
    has_ended: bool,
    pub(crate) counts: StreamCounts,
    /// Whose word it is, among the watchers, where it counts.
    pub(crate) witness: Option<u16>,
    pub(crate) is_outsider: bool,
    pub(crate) has_second_account: bool,
    pub(crate) has_second_device: bool,
    pub(crate) is_listed_otherwise: bool,
    pub(crate) has_no_vote: bool,
    pub(crate) invents: bool,
}

row!(StreamFacts {
    kept,
    limit,
    numbers,
    has_ended,
    counts,
    witness,
    is_outsider,
    has_second_account,
    has_second_device,
    is_listed_otherwise,
    has_no_vote,
    invents,
});
row!(StreamCounts {
    reports,
    replayed,
    overflow,
    went_back,
    absurd_times,
    contradicted_counters,
    inventions,
});

/// What is odd about a stream, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamCounts {
    /// Reports that came.
    pub reports: u64,
    /// Of them, those that a recording was read for.
    pub replayed: u64,
    /// Of them, those beyond what one stream may have: they are in the log and
    /// in no occurrence.
    pub overflow: u64,
    /// Reports whose number in the outbox is less than one before.
    pub went_back: u64,
    /// Reports of a year in which nobody played this, or on a clock that has
    /// counted longer than any can.
    pub absurd_times: u64,
    /// Reports whose counter others' times speak against.
    pub contradicted_counters: u64,
    /// Occurrences that its account tells and others rather would have seen.
    pub inventions: u64,
}

/// The first instant that a report can be of, and the first that it cannot:
/// the years 2020 to 2100.
const YEARS_MS: std::ops::Range<i64> = 1_577_836_800_000..4_102_444_800_000;

/// Streams that share the room of a match evenly, even where there are fewer:
/// ten players, so that none has to give up what it had when another comes.
const SHARES_MIN: usize = 10;

/// Reports beyond a stream's share before they are cut off together.
const SLACK: usize = 32;

/// Reports that one of `streams` may have in the set.
pub(crate) fn share(streams: usize) -> usize {
    (ReportSet::REPORTS_MAX - 2 * SLACK * SHARES_MIN) / streams.max(SHARES_MIN)
}

fn is_absurd(time: WallTime) -> bool {
    !YEARS_MS.contains(&time.unix_ms())
}

impl StreamFacts {
    /// Counts a report that came; whether it is the first to tell the end.
    fn hear(&mut self, report: &Report<'_>) -> bool {
        self.counts.reports += 1;
        self.counts.replayed += u64::from(report.origin == Some(Origin::Replay));
        if let Some(sequence) = report.sequence {
            self.counts.went_back += u64::from(self.numbers.hear(report.outbox, sequence));
        }
        let is_odd = is_absurd(report.corrected.at)
            || report.time.is_some_and(is_absurd)
            || counts_too_far(report);
        self.counts.absurd_times += u64::from(is_odd);
        let is_end = report.kind == Some(Kind::MatchEnded);
        is_end && !std::mem::replace(&mut self.has_ended, true)
    }

    /// Adds what another match counted of the same stream.
    pub(super) fn add(&mut self, other: &Self) {
        self.counts.reports += other.counts.reports;
        self.counts.replayed += other.counts.replayed;
        self.counts.overflow += other.counts.overflow;
        self.counts.went_back += other.counts.went_back;
        self.counts.absurd_times += other.counts.absurd_times;
        self.numbers.add(&other.numbers);
        self.has_ended |= other.has_ended;
        self.limit = match (self.limit, other.limit) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
    }
}

impl MatchState {
    pub(crate) fn axis_of(&self, report: &Packed) -> Axis {
        self.set.clocks()[usize::from(report.clock.0)].axis
    }

    pub(crate) fn stream_no(&self, report: &Packed) -> usize {
        usize::from(self.set.clocks()[usize::from(report.clock.0)].stream.0)
    }

    fn rank(&self, report: &Packed) -> Rank {
        (self.axis_of(report), report.t, report.key)
    }

    /// Counts a report that the set took in; whether it may stay there.
    pub(crate) fn admit(&mut self, no: ReportNo, report: &Report<'_>) -> bool {
        let Some(packed) = self.set.get(no) else { return false };
        let (stream, rank) = (self.stream_no(packed), self.rank(packed));
        for new in self.streams.len()..self.set.streams().len() {
            let witness = self.witness_of(new);
            self.streams.push(StreamFacts { witness, ..StreamFacts::default() });
        }
        let facts = &mut self.streams[stream];
        facts.kept += 1;
        let has_room = facts.limit.is_none_or(|limit| rank <= limit);
        self.count(stream, report, has_room);
        has_room
    }

    fn count(&mut self, stream: usize, report: &Report<'_>, has_room: bool) {
        let facts = &mut self.streams[stream];
        let ends = facts.hear(report);
        facts.counts.overflow += u64::from(!has_room);
        self.is_due |= ends && (self.is_sealed || self.has_ended());
    }

    /// Makes room for a clock of a stream by ending the one behind all its
    /// others; the stream, where there is none. What is sealed keeps its clocks.
    pub(crate) fn make_clock_room(&mut self, stream: Stream, axis: Axis) -> Result<(), StreamNo> {
        match self.set.room(stream, axis) {
            Room::Free => Ok(()),
            Room::None(stream) => Err(stream),
            Room::InsteadOf(no) if self.is_sealed => {
                Err(self.set.clocks()[usize::from(no.0)].stream)
            }
            Room::InsteadOf(no) => {
                self.end_clock(no);
                self.set.reuse_clock(no, axis);
                self.clocks[usize::from(no.0)].begin_anew();
                Ok(())
            }
        }
    }

    /// Makes room for a report that the set has none for; whether there is.
    pub(crate) fn make_room(&mut self, report: &Report<'_>) -> bool {
        let (stream, axis) = clock_told(report);
        match self.make_clock_room(stream, axis) {
            Ok(()) => self.cut_to_shares(),
            Err(stream) => self.count(usize::from(stream.0), report, false),
        }
        self.set.room(stream, axis) == Room::Free
    }

    /// Takes out all that is on a clock.
    fn end_clock(&mut self, clock: ClockNo) {
        let stream = usize::from(self.set.clocks()[usize::from(clock.0)].stream.0);
        let count = self.set.iter().filter(|(_, report)| report.clock == clock).count();
        self.streams[stream].counts.overflow += u64::try_from(count).expect("a set is bounded");
        self.take_out_all(|report| report.clock == clock);
    }

    /// Whether every stream has told the end.
    pub(crate) fn has_ended(&self) -> bool {
        self.streams.iter().all(|facts| facts.has_ended)
    }

    /// Cuts a report's stream where it has much more than its share; whether it
    /// did.
    pub(crate) fn cut_if_over(&mut self, report: &Packed) -> bool {
        let (stream, share) = (self.stream_no(report), share(self.streams.len()));
        let is_over = self.streams[stream].kept >= share + SLACK;
        if is_over {
            self.cut(stream, share);
        }
        is_over
    }

    /// Cuts every stream to its share: what is kept is the canonically first,
    /// so that it is the same in whatever order they came.
    pub(crate) fn cut_to_shares(&mut self) {
        let share = share(self.streams.len());
        for stream in 0..self.streams.len() {
            if self.streams[stream].kept > share {
                self.cut(stream, share);
            }
        }
    }

    fn cut(&mut self, stream: usize, share: usize) {
        let mut ranks: Vec<Rank> = self
            .set
            .iter()
            .filter(|(_, report)| self.stream_no(report) == stream)
            .map(|(_, report)| self.rank(report))
            .collect();
        if ranks.len() <= share {
            return;
        }
        let limit = *ranks.select_nth_unstable(share - 1).1;
        let device = self.set.streams()[stream].device;
        self.streams[stream].limit = Some(limit);
        // What is behind the limit, in an order that does not depend on how it came.
        let mut behind: Vec<Rank> = ranks.into_iter().filter(|rank| *rank > limit).collect();
        behind.sort_unstable();
        for (.., key) in behind {
            if let Some(no) = self.set.number_of(device, key) {
                self.streams[stream].counts.overflow += 1;
                self.take_out(no);
            }
        }
    }
}
