//! The life of one match: its reports, and what they say happened, kept up as
//! they come.
//!
//! What is decided at arrival is a guess that names things at once; a resolve
//! asks the solver, which knows the whole set, and corrects. What stands at the
//! seal is the solver's word alone.

mod absorbing;
mod bounds;
pub(crate) mod clocks;
mod describe;
mod heard;
mod judging;
pub(crate) mod lives;
mod occurrences;
pub(crate) mod resolving;
mod rows;
pub(crate) mod seats;
mod streams;
mod touched;

use std::collections::{BTreeMap, BTreeSet};

pub use self::{
    bounds::StreamCounts,
    lives::Description,
    occurrences::Occurrence,
    rows::{DamagedRows, OccurrenceRow, ReportRow, Rows},
    streams::{ClockView, SegmentView, StreamFlag, StreamView, Streams},
};
use self::{
    bounds::StreamFacts,
    clocks::LiveClock,
    heard::Heard,
    lives::{Live, LiveNo, Lives},
    seats::Seats,
    touched::Touched,
};
use crate::{
    Change, Changes, LogNo, OccurrenceNo, Packed, Pushed, Report, ReportNo, ReportSet, Revision,
    Rules, revisions::Ledger, trust::Watcher,
};

/// What became of a report at its arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// It expresses this occurrence, perhaps with others, until it is corrected.
    Expresses(OccurrenceNo),
    /// The same after the seal.
    Late(OccurrenceNo),
    /// The same event of the same device came before, and stands.
    Known,
    /// A type of somebody else's: readable, and shared with nobody.
    Alone(OccurrenceNo),
    /// Evidence about sessions and sequences: nothing that happened.
    Silent,
    /// The match, or its stream, has more than it may have: it is counted, and
    /// in no occurrence.
    Overflow,
}

/// What a match counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Reports in occurrences.
    pub reports: u64,
    /// Of them, those that came after the seal.
    pub late: u64,
    /// Reports that are in none, since there were too many.
    pub overflow: u64,
    /// Occurrences.
    pub occurrences: u64,
    /// How often the whole was solved anew.
    pub resolves: u64,
}

/// One match.
#[derive(Debug, Clone)]
pub struct MatchState {
    pub(crate) rules: Rules,
    pub(crate) set: ReportSet,
    pub(crate) seats: Seats,
    pub(crate) lives: Lives,
    pub(crate) clocks: Vec<LiveClock>,
    pub(crate) ledger: Ledger,
    pub(crate) is_sealed: bool,
    streams: Vec<StreamFacts>,
    heard: Heard,
    /// The accounts that tell of it, as they were judged.
    watchers: Vec<Watcher>,
    /// More is known than when all was judged.
    pub(crate) is_unjudged: bool,
    /// What each run of the match's own clock showed at zero, on the server's.
    pub(crate) zeros: BTreeMap<u32, i64>,
    /// Handles published so far.
    pub(crate) published: u32,
    /// Reports at the last resolve.
    pub(crate) resolved_at: usize,
    /// Reports that came since.
    pub(crate) arrived: usize,
    /// Resolves for the sake of a clock or a stream's end.
    pub(crate) asked: usize,
    pub(crate) is_due: bool,
    pub(crate) counts: Counts,
    /// Reports whose rows changed.
    pub(crate) touched: Touched<LogNo>,
}

impl MatchState {
    /// Reports beyond an eighth more that make a resolve due.
    const RESOLVE_SLACK: usize = 64;
    /// Each resolve for a clock's sake has to wait for this part of the set more
    /// than the one before: liars with many clocks ask for ever fewer. An honest
    /// match asks ten times, the last time after one report in a hundred.
    const PATIENCE: usize = 1_024;

    /// A match of which nothing is known yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            set: ReportSet::new(),
            seats: Seats::default(),
            lives: Lives::default(),
            clocks: Vec::new(),
            ledger: Ledger::after(Revision(0)),
            is_sealed: false,
            streams: Vec::new(),
            heard: Heard::default(),
            watchers: Vec::new(),
            is_unjudged: false,
            zeros: BTreeMap::new(),
            published: 0,
            resolved_at: 0,
            arrived: 0,
            asked: 0,
            is_due: false,
            counts: Counts::default(),
            touched: Touched::default(),
        }
    }

    /// The same empty match, whose changes are numbered from behind this one on:
    /// where another had its name before.
    #[must_use]
    pub fn after(mut self, revision: Revision) -> Self {
        self.ledger = Ledger::after(revision);
        self
    }

    /// Takes a report in and says where it stands.
    ///
    /// Whoever wants the same handles from the same log calls
    /// [`Self::resolve_if_due`] after each.
    pub fn place(&mut self, report: &Report<'_>) -> Placed {
        if report.kind.is_none() {
            return self.place_alone(report);
        }
        let mut pushed = self.set.push(report);
        if pushed == Pushed::Full {
            if !self.make_room(report) {
                return Placed::Overflow;
            }
            pushed = self.set.push(report);
        }
        match pushed {
            Pushed::Added(no) => self.seat(no, report),
            Pushed::Known(_) => Placed::Known,
            Pushed::Silent => Placed::Silent,
            Pushed::Full => {
                self.counts.overflow += 1;
                Placed::Overflow
            }
        }
    }

    /// Solves anew where enough came since it was last done.
    pub fn resolve_if_due(&mut self) {
        let is_asked = self.is_due && self.arrived > self.set.len() * self.asked / Self::PATIENCE;
        if is_asked || (!self.is_sealed && self.has_grown()) {
            self.asked += usize::from(is_asked);
            self.resolve();
        }
        self.judge_if_due();
    }

    /// Whether enough came since the last resolve. Where somebody sends more than
    /// there is room for, most of it is cut, and the next of it asks again: then
    /// it has to be more.
    fn has_grown(&self) -> bool {
        let grown = self.set.len().saturating_sub(self.resolved_at);
        grown >= self.resolved_at / 8 + Self::RESOLVE_SLACK
            && (grown >= self.resolved_at / 2 || self.overflow() == 0)
    }

    /// Takes reports out for good, as if they had never come; where the match is
    /// sealed, nothing else moves. Numbers that are not in the match are passed
    /// over: what is in the log alone has nothing to take out.
    pub fn withdraw(&mut self, reports: &[LogNo]) {
        let mut gone: Vec<LogNo> = reports.to_vec();
        gone.sort_unstable();
        let is_gone = |no: LogNo| gone.binary_search(&no).is_ok();
        self.take_out_all(|report| is_gone(LogNo(report.position)));
        if self.is_sealed {
            self.judge(self.ledger.mark(), BTreeSet::new());
        } else {
            self.resolve();
        }
    }

    /// Says that an occurrence of a type of somebody else's is here now, which came
    /// with the match that it was in.
    pub fn take_alone(&mut self, occurrence: OccurrenceNo) {
        self.ledger.push(Change::Created { occurrence, report: occurrence.founder() });
    }

    /// Ends an occurrence of a type of somebody else's, which is kept nowhere
    /// but in the log.
    pub fn withdraw_alone(&mut self, occurrence: OccurrenceNo) {
        self.ledger.push(Change::Retracted { occurrence });
    }

    /// What changed since this was last asked.
    pub fn take_changes(&mut self) -> Changes {
        self.ledger.take()
    }

    /// The revision of the last change.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.ledger.last()
    }

    /// What the match counts.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let seated = self.seats.iter().filter(|(_, seat)| seat.live().is_some());
        let (reports, late) = seated.fold((0, 0), |(reports, late), (_, seat)| {
            (reports + 1, late + u64::from(seat.is_late))
        });
        Counts {
            reports,
            late,
            overflow: self.overflow(),
            occurrences: number(self.lives.len()),
            resolves: self.counts.resolves,
        }
    }

    fn overflow(&self) -> u64 {
        let of_streams: u64 = self.streams.iter().map(|stream| stream.counts.overflow).sum();
        self.counts.overflow + of_streams
    }

    /// How often the whole was solved anew.
    #[must_use]
    pub fn resolves(&self) -> u64 {
        self.counts.resolves
    }

    /// Whether it is sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    /// The reports that the occurrences are made of.
    #[must_use]
    pub fn reports(&self) -> &ReportSet {
        &self.set
    }

    /// Bytes on the heap, nearly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.set.bytes()
            + self.seats.bytes()
            + self.lives.bytes()
            + self.clocks.capacity() * size_of::<LiveClock>()
            + self.clocks.iter().map(LiveClock::bytes).sum::<usize>()
            + self.streams.capacity() * size_of::<StreamFacts>()
            + self.watchers.capacity() * size_of::<Watcher>()
            + self.watchers.iter().map(Watcher::bytes).sum::<usize>()
            + self.ledger.bytes()
    }

    pub(crate) fn log_no(&self, no: ReportNo) -> LogNo {
        LogNo(self.packed(no).position)
    }

    pub(crate) fn packed(&self, no: ReportNo) -> &Packed {
        self.set.get(no).expect("a number that the set gave")
    }

    /// Takes all such reports out, the last of the log first: the numbers in the set
    /// depend on what was taken out before.
    pub(crate) fn take_out_all(&mut self, is_gone: impl Fn(&Packed) -> bool) {
        let gone = self.set.iter().filter(|(_, report)| is_gone(report));
        let mut gone: BTreeMap<LogNo, ReportNo> =
            gone.map(|(no, report)| (LogNo(report.position), no)).collect();
        while let Some((_, no)) = gone.pop_last() {
            let last = ReportNo(u32::try_from(self.set.len() - 1).expect("a set is bounded"));
            let last = self.log_no(last);
            self.take_out(no);
            // Where that was another, it has this number now.
            if let Some(moved) = gone.get_mut(&last) {
                *moved = no;
            }
        }
    }

    /// Takes a report out of its occurrence and of the set.
    pub(crate) fn take_out(&mut self, no: ReportNo) {
        if let Some(live) = self.seats.get(no).live() {
            self.unseat(no, live);
        }
        let stream = self.stream_no(self.packed(no));
        self.touched.add(self.log_no(no));
        self.streams[stream].kept -= 1;
        let last = self.set.remove(no);
        let live = last.and_then(|last| self.seats.get(last).live());
        let head = live.and_then(|live| self.lives.get(live).head);
        let head = self.seats.swap_remove(no, last, head);
        if let Some(live) = live {
            self.lives.get_mut(live).head = head;
        }
    }

    fn unseat(&mut self, no: ReportNo, live: LiveNo) {
        let report = self.log_no(no);
        let Live { name: occurrence, head, is_frozen, .. } = *self.lives.get(live);
        let head = self.seats.unlink(no, head);
        if head.is_none() {
            let linked = self.lives.unlink(live);
            self.lives.remove(live);
            self.ledger.push(Change::Retracted { occurrence });
            for occurrence in linked {
                self.ledger.push(Change::Retimed { occurrence });
            }
            return;
        }
        self.lives.get_mut(live).head = head;
        self.ledger.push(Change::Unwitnessed { occurrence, report });
        if !is_frozen {
            self.refresh(live);
        }
        self.believe(live);
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).expect("a count in memory fits 64 bits")
}
