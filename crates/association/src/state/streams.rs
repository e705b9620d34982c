//! The streams of a match as a reader sees them: who sent what, on which
//! clocks, and what is odd about it.
//!
//! They are read from what a store keeps of the match itself, so that nobody has
//! to take the match out to look at them.

use std::collections::{BTreeMap, BTreeSet};

use event_model::{Origin, WallTime};

use super::{
    MatchState,
    bounds::{StreamCounts, StreamFacts},
    clocks::{LiveClock, Trust},
    rows::Whole,
};
use crate::{
    Axis, Clock, LogNo, Packed, Segment, Sighting, Stream, TimeQuality, row::row_of,
    state::describe::sighting,
};

/// The streams and clocks of a match.
#[derive(Debug, Clone)]
pub struct Streams {
    streams: Vec<(Stream, StreamFacts)>,
    clocks: Vec<(Clock, LiveClock)>,
    /// How the accounts are written, by stream.
    accounts: Vec<Option<Box<str>>>,
}

/// A stream as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamView {
    /// Whose.
    pub stream: Stream,
    /// The account as it is written, where the game names one.
    pub account: Option<Box<str>>,
    /// A recording was read again, or the game was watched.
    pub origin: Origin,
    /// What there is of it, and what of that is odd.
    pub counts: StreamCounts,
    /// When its first report is of, in the server's time.
    pub first_at: Option<WallTime>,
    /// The same of the last.
    pub last_at: Option<WallTime>,
    /// What is odd about it.
    pub flags: Vec<StreamFlag>,
    /// Its clocks.
    pub clocks: Vec<ClockView>,
}

/// A clock as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockView {
    /// What it counts.
    pub axis: Axis,
    /// Whether the times that came with its reports can be trusted.
    pub quality: TimeQuality,
    /// Whether its times join reports to others.
    pub is_placed: bool,
    /// Its offset, stretch by stretch.
    pub segments: Vec<SegmentView>,
    /// How far its reports are from the others', in the middle.
    pub residual_ms: Option<i64>,
    /// Reports on it.
    pub reports: u32,
}

/// A stretch of a clock with one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentView {
    /// From when, in the server's time.
    pub from: WallTime,
    /// By how much the times that it told are corrected.
    pub offset_ms: i64,
}

/// Something odd about a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamFlag {
    /// Its account is not among the players: its word counts for nothing.
    Outsider,
    /// Its device tells of another account too.
    SecondAccount,
    /// Another device tells of its account too: they are one witness.
    SecondDevice,
    /// It lists other players than the others do.
    ContradictoryRoster,
    /// It tells what others rather would have seen.
    Inventions,
    /// Its word and its clocks do not count, since they drift or it invents.
    NoVote,
    /// A clock of it stepped and nobody said so.
    ClockSplit,
    /// A clock of it could not be placed among the others.
    ClockUnlocked,
    /// It has times of years in which nobody played this.
    AbsurdTimes,
    /// A counter of it was contradicted by others' times.
    CounterContradicted,
    /// Numbers of its outbox went back.
    SequenceWentBack,
    /// It sent more than one stream may have.
    Overflow,
}

impl StreamFlag {
    /// Each of them.
    pub const ALL: [Self; 12] = [
        Self::Outsider,
        Self::SecondAccount,
        Self::SecondDevice,
        Self::ContradictoryRoster,
        Self::Inventions,
        Self::NoVote,
        Self::ClockSplit,
        Self::ClockUnlocked,
        Self::AbsurdTimes,
        Self::CounterContradicted,
        Self::SequenceWentBack,
        Self::Overflow,
    ];

    /// Those that are said of the match too, since they tell of more than a clock
    /// or of who is no player.
    pub const OF_MATCHES: [Self; 6] = [
        Self::ContradictoryRoster,
        Self::Inventions,
        Self::AbsurdTimes,
        Self::CounterContradicted,
        Self::SequenceWentBack,
        Self::Overflow,
    ];

    /// As a reader's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outsider => "outsider",
            Self::SecondAccount => "second_account",
            Self::SecondDevice => "second_device",
            Self::ContradictoryRoster => "contradictory_roster",
            Self::Inventions => "inventions",
            Self::NoVote => "no_vote",
            Self::ClockSplit => "clock_split",
            Self::ClockUnlocked => "clock_unlocked",
            Self::AbsurdTimes => "absurd_times",
            Self::CounterContradicted => "counter_contradicted",
            Self::SequenceWentBack => "sequence_went_back",
            Self::Overflow => "overflow",
        }
    }
}

impl Streams {
    /// From [`Rows::whole`](crate::Rows), where it is a match's.
    #[must_use]
    pub fn read(whole: &[u8]) -> Option<Self> {
        let Whole { streams, clocks, accounts, .. } = row_of(whole)?;
        Some(Self { streams, clocks, accounts })
    }

    /// Every stream.
    #[must_use]
    pub fn views(&self) -> Vec<StreamView> {
        let accounts = self.accounts.iter().cloned().chain(std::iter::repeat(None));
        let streams = self.streams.iter().zip(accounts).zip(0..);
        streams
            .map(|(((stream, facts), account), no)| self.view(*stream, facts, account, no))
            .collect()
    }

    /// When a report was seen, as its own clock has it in the server's time;
    /// from [`ReportRow::told`](crate::ReportRow).
    #[must_use]
    pub fn at(&self, told: &[u8]) -> Option<Sighting> {
        let report: Packed = row_of(told)?;
        let (_, clock) = self.clocks.get(usize::from(report.clock.0))?;
        let is_good = report.is_good() || clock.trust == Trust::Learnt;
        Some(if clock.is_placed() {
            sighting(clock.x(report.t), is_good)
        } else {
            report.sighting()
        })
    }

    fn view(
        &self,
        stream: Stream,
        facts: &StreamFacts,
        account: Option<Box<str>>,
        no: u16,
    ) -> StreamView {
        let clocks = || self.clocks.iter().filter(|(clock, _)| clock.stream.0 == no);
        let spans = clocks().filter_map(|(_, clock)| span_of(clock));
        let (firsts, lasts): (Vec<i64>, Vec<i64>) = spans.unzip();
        let views: Vec<ClockView> = clocks().map(|(clock, live)| view_of(clock, live)).collect();
        StreamView {
            stream,
            account,
            origin: facts.origin(),
            counts: facts.counts,
            first_at: firsts.into_iter().min().map(WallTime::from_unix_ms),
            last_at: lasts.into_iter().max().map(WallTime::from_unix_ms),
            flags: flags(facts, &views),
            clocks: views,
        }
    }
}

impl StreamFacts {
    fn origin(&self) -> Origin {
        let is_replay = self.counts.reports > 0 && self.counts.replayed == self.counts.reports;
        if is_replay { Origin::Replay } else { Origin::Live }
    }
}

impl MatchState {
    /// Every stream, with what is odd about it.
    #[must_use]
    pub fn streams(&self) -> Streams {
        let facts = self.set.streams().iter().copied().zip(self.streams.iter().cloned());
        let clocks = self.set.clocks().iter().copied().zip(self.clocks.iter().cloned());
        Streams { streams: facts.collect(), clocks: clocks.collect(), accounts: self.accounts() }
    }

    /// When these reports are of, in the server's time: of those that it has on
    /// clocks that are placed.
    #[must_use]
    pub fn placed_ms(&self, wanted: &BTreeSet<LogNo>) -> BTreeMap<LogNo, i64> {
        if wanted.is_empty() {
            return BTreeMap::new();
        }
        let placed = self.set.iter().filter_map(|(_, report)| {
            let no = Some(LogNo(report.position)).filter(|no| wanted.contains(no))?;
            let clock = &self.clocks[usize::from(report.clock.0)];
            clock.is_placed().then(|| (no, clock.x(report.t)))
        });
        placed.collect()
    }

    /// What about any of its streams is not as it should be: not what their
    /// clocks do, nor who is no player.
    #[must_use]
    pub fn oddities(&self) -> BTreeSet<StreamFlag> {
        let of_all = self.streams.iter().flat_map(flags_of);
        of_all.filter(|flag| StreamFlag::OF_MATCHES.contains(flag)).collect()
    }

    /// How the streams' accounts are written.
    pub(super) fn accounts(&self) -> Vec<Option<Box<str>>> {
        // One whose reports were all withdrawn is told by nobody any more.
        let written = |(stream, facts): (&Stream, &StreamFacts)| {
            let text = self.set.names().text(stream.account).filter(|_| facts.kept > 0);
            text.map(Box::from)
        };
        std::iter::zip(self.set.streams(), &self.streams).map(written).collect()
    }
}

/// The first and the last instant on a clock, in the server's time.
fn span_of(clock: &LiveClock) -> Option<(i64, i64)> {
    let (first, last) = clock.facts.span?;
    let at = |t: i64| {
        let offset = if clock.is_placed() { clock.x(t) } else { t + clock.facts.prior };
        crate::report_set::bounded(offset)
    };
    Some((at(first), at(last)))
}

fn view_of(clock: &Clock, live: &LiveClock) -> ClockView {
    let facts = &live.facts;
    let segment = |Segment { from, offset_ms }: Segment| SegmentView {
        from: WallTime::from_unix_ms(crate::report_set::bounded(from.saturating_add(offset_ms))),
        offset_ms: offset_ms.saturating_sub(facts.prior),
    };
    ClockView {
        axis: clock.axis,
        quality: if facts.is_good { TimeQuality::Good } else { TimeQuality::Low },
        is_placed: live.is_placed(),
        segments: live.segments().into_iter().map(segment).collect(),
        residual_ms: facts.residual,
        reports: facts.reports,
    }
}

fn flags(facts: &StreamFacts, clocks: &[ClockView]) -> Vec<StreamFlag> {
    let is_split = clocks.iter().any(|clock| clock.segments.len() > 1);
    let is_unlocked = clocks.iter().any(|clock| !clock.is_placed);
    let of_clocks = [(is_split, StreamFlag::ClockSplit), (is_unlocked, StreamFlag::ClockUnlocked)];
    let of_clocks = of_clocks.into_iter().filter_map(|(holds, flag)| holds.then_some(flag));
    let all: BTreeSet<StreamFlag> = flags_of(facts).chain(of_clocks).collect();
    all.into_iter().collect()
}

fn flags_of(facts: &StreamFacts) -> impl Iterator<Item = StreamFlag> {
    let counts = &facts.counts;
    [
        (facts.is_outsider, StreamFlag::Outsider),
        (facts.has_second_account, StreamFlag::SecondAccount),
        (facts.has_second_device, StreamFlag::SecondDevice),
        (facts.is_listed_otherwise, StreamFlag::ContradictoryRoster),
        (facts.invents, StreamFlag::Inventions),
        (facts.has_no_vote, StreamFlag::NoVote),
        (counts.absurd_times > 0, StreamFlag::AbsurdTimes),
        (counts.contradicted_counters > 0, StreamFlag::CounterContradicted),
        (counts.went_back > 0, StreamFlag::SequenceWentBack),
        (counts.overflow > 0, StreamFlag::Overflow),
    ]
    .into_iter()
    .filter_map(|(holds, flag)| holds.then_some(flag))
}
