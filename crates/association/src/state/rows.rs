//! A match in rows that a store keeps, and the match again from them.
//!
//! A match that was put away and taken out again decides as if it had stayed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    MatchState,
    bounds::StreamFacts,
    clocks::LiveClock,
    heard::Heard,
    lives::{Description, Live, LiveNo},
};
use crate::{
    Axis, Clock, LogNo, NameKey, OccurrenceNo, Packed, Pushed, ReportNo, Revision, Rules, Stream,
    revisions::Ledger,
    row::{bytes_of, row, row_of},
    trust::{Belief, Watcher},
};

/// What a match is made of, or what changed of it: every row replaces the one
/// with its key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// The match itself, with its streams and clocks.
    pub whole: Vec<u8>,
    /// Its reports.
    pub reports: Vec<ReportRow>,
    /// Its occurrences.
    pub occurrences: Vec<OccurrenceRow>,
    /// How names are written.
    pub names: Vec<(NameKey, Box<str>)>,
    /// Occurrences that are there no more.
    pub ended: Vec<OccurrenceNo>,
    /// Reports that are there no more.
    pub gone: Vec<LogNo>,
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// Its place in the log.
    pub no: LogNo,
    /// The occurrence that it is in.
    pub occurrence: OccurrenceNo,
    /// Whether it came after the seal.
    pub is_late: bool,
    /// The how-manieth public handle of the match it founded, where it did.
    pub published: Option<u32>,
    /// What it told; never changes.
    pub told: Vec<u8>,
}

/// One occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OccurrenceRow {
    /// Its handle.
    pub no: OccurrenceNo,
    /// What is known of it.
    pub kept: Vec<u8>,
}

/// The rows are not those of a match, or not all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DamagedRows;

impl std::fmt::Display for DamagedRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the rows of a match do not fit each other")
    }
}

impl std::error::Error for DamagedRows {}

/// What is written of the match itself.
pub(super) struct Whole {
    last: Revision,
    published: u32,
    resolved_at: usize,
    arrived: usize,
    asked: usize,
    is_due: bool,
    is_sealed: bool,
    overflow: u64,
    resolves: u64,
    zeros: Vec<(u32, i64)>,
    heard: Heard,
    watchers: Vec<Watcher>,
    is_unjudged: bool,
    pub(super) streams: Vec<(Stream, StreamFacts)>,
    pub(super) clocks: Vec<(Clock, LiveClock)>,
    /// How the accounts are written, by stream.
    pub(super) accounts: Vec<Option<Box<str>>>,
}

row!(Whole {
    last,
    published,
    resolved_at,
    arrived,
    asked,
    is_due,
    is_sealed,
    overflow,
    resolves,
    zeros,
    heard,
    watchers,
    is_unjudged,
    streams,
    clocks,
    accounts,
});

/// An occurrence but for its reports.
struct Kept {
    published: u32,
    place: u64,
    beside: Option<u64>,
    scope: Option<u64>,
    attacker: NameKey,
    reference: i64,
    is_provisional: bool,
    is_doubtful: bool,
    is_frozen: bool,
    said: Description,
    belief: Belief,
    linked: Box<[OccurrenceNo]>,
}

row!(Kept {
    published,
    place,
    beside,
    scope,
    attacker,
    reference,
    is_provisional,
    is_doubtful,
    is_frozen,
    said,
    belief,
    linked,
});

impl MatchState {
    /// The same match, which notes from now on what [`Self::take_rows`] is to
    /// tell.
    #[must_use]
    pub fn keeping_rows(mut self) -> Self {
        self.touched.start();
        self.lives.start_notes();
        self
    }

    /// All of it.
    #[must_use]
    pub fn rows(&self) -> Rows {
        let mut names: Vec<(NameKey, Box<str>)> = self.set.names().iter().collect();
        names.sort_unstable();
        let mut reports: Vec<ReportRow> =
            self.set.iter().filter_map(|(no, _)| self.report_row(no)).collect();
        reports.sort_unstable_by_key(|row| row.no);
        Rows {
            whole: self.whole_row(),
            reports,
            occurrences: self.lives.held().iter().map(|(no, _)| self.occurrence_row(*no)).collect(),
            names,
            ended: Vec::new(),
            gone: Vec::new(),
        }
    }

    /// What changed since this was last asked.
    pub fn take_rows(&mut self) -> Rows {
        let touched = self.touched.take();
        let ended = self.lives.take_touched();
        let mut rows = Rows { whole: self.whole_row(), ..Rows::default() };
        let mut names: BTreeSet<NameKey> = BTreeSet::new();
        // What came last stands last, and of a long match little else changed.
        let mut left = touched.len();
        let last = u32::try_from(self.set.len()).expect("a set is bounded");
        for no in (0..last).rev().map(ReportNo) {
            if left == 0 {
                break;
            }
            let report = self.packed(no);
            if touched.contains(&LogNo(report.position)) {
                left -= 1;
                rows.reports.extend(self.report_row(no));
                let account = self.set.stream_of(report).account;
                names.extend([account, report.attacker, report.victim]);
            }
        }
        rows.reports.sort_unstable_by_key(|row| row.no);
        let there: BTreeSet<LogNo> = rows.reports.iter().map(|row| row.no).collect();
        rows.gone = touched.difference(&there).copied().collect();
        let known = self.set.names();
        rows.names =
            names.into_iter().filter_map(|key| Some((key, Box::from(known.text(key)?)))).collect();
        let live: BTreeMap<OccurrenceNo, LiveNo> = self
            .lives
            .iter()
            .filter(|(_, live)| ended.contains(&live.name))
            .map(|(no, live)| (live.name, no))
            .collect();
        for name in ended {
            match live.get(&name) {
                Some(no) => rows.occurrences.push(self.occurrence_row(*no)),
                None => rows.ended.push(name),
            }
        }
        rows
    }

    /// The match that [`Self::rows`] told of, or a store that kept every
    /// [`Self::take_rows`].
    ///
    /// # Errors
    ///
    /// Rows that are not a match's.
    pub fn from_rows(rules: Rules, rows: &Rows) -> Result<Self, DamagedRows> {
        let mut state = Self::new(rules);
        state.read_whole(&rows.whole).ok_or(DamagedRows)?;
        for (key, text) in &rows.names {
            state.set.learn_name(*key, text);
        }
        let mut lives: HashMap<OccurrenceNo, LiveNo> = HashMap::new();
        for row in &rows.occurrences {
            let (live, linked) = live_of(row).ok_or(DamagedRows)?;
            let live = state.lives.add(live);
            state.lives.set_links(live, linked);
            lives.insert(row.no, live);
        }
        for row in &rows.reports {
            let live = *lives.get(&row.occurrence).ok_or(DamagedRows)?;
            state.read_report(row, live).ok_or(DamagedRows)?;
        }
        let is_whole = state.lives.iter().all(|(_, live)| live.head.is_some());
        if is_whole { Ok(state) } else { Err(DamagedRows) }
    }

    fn whole_row(&self) -> Vec<u8> {
        let streams = std::iter::zip(self.set.streams(), &self.streams);
        let clocks = std::iter::zip(self.set.clocks(), &self.clocks);
        bytes_of(&Whole {
            last: self.ledger.last(),
            published: self.published,
            resolved_at: self.resolved_at,
            arrived: self.arrived,
            asked: self.asked,
            is_due: self.is_due,
            is_sealed: self.is_sealed,
            overflow: self.counts.overflow,
            resolves: self.counts.resolves,
            heard: self.heard.clone(),
            watchers: self.watchers.clone(),
            is_unjudged: self.is_unjudged,
            zeros: self.zeros.iter().map(|(run, zero)| (*run, *zero)).collect(),
            streams: streams.map(|(stream, facts)| (*stream, facts.clone())).collect(),
            clocks: clocks.map(|(clock, live)| (*clock, live.clone())).collect(),
            accounts: self.accounts(),
        })
    }

    fn read_whole(&mut self, bytes: &[u8]) -> Option<()> {
        let whole: Whole = row_of(bytes)?;
        self.ledger = Ledger::after(whole.last);
        (self.published, self.resolved_at) = (whole.published, whole.resolved_at);
        (self.arrived, self.asked) = (whole.arrived, whole.asked);
        (self.is_due, self.is_sealed) = (whole.is_due, whole.is_sealed);
        (self.counts.overflow, self.counts.resolves) = (whole.overflow, whole.resolves);
        self.zeros = whole.zeros.into_iter().collect();
        (self.heard, self.is_unjudged) = (whole.heard, whole.is_unjudged);
        self.watchers = whole.watchers;
        let is_there = |no: u16| usize::from(no) < self.watchers.len();
        if !whole.streams.iter().all(|(_, facts)| facts.witness.is_none_or(is_there)) {
            return None;
        }
        for (stream, mut facts) in whole.streams {
            self.set.numbered_stream(stream)?;
            facts.kept = 0;
            self.streams.push(facts);
        }
        for (clock, live) in whole.clocks {
            let stream = *self.set.streams().get(usize::from(clock.stream.0))?;
            self.set.numbered_clock(stream, clock.axis)?;
            self.clocks.push(live);
        }
        Some(())
    }

    fn report_row(&self, no: ReportNo) -> Option<ReportRow> {
        let (packed, seat) = (self.packed(no), self.seats.get(no));
        Some(ReportRow {
            no: LogNo(packed.position),
            occurrence: self.lives.get(seat.live()?).name,
            is_late: seat.is_late,
            published: seat.published(),
            told: bytes_of(packed),
        })
    }

    fn read_report(&mut self, row: &ReportRow, live: LiveNo) -> Option<()> {
        let packed: Packed = row_of(&row.told)?;
        let clock: Clock = *self.set.clocks().get(usize::from(packed.clock.0))?;
        let stream = *self.set.streams().get(usize::from(clock.stream.0))?;
        let (axis, kept): (Axis, usize) = (clock.axis, usize::from(clock.stream.0));
        let Pushed::Added(no) = self.set.take_over(packed, axis, stream) else { return None };
        self.streams.get_mut(kept)?.kept += 1;
        self.seats.push();
        let head = self.lives.get(live).head;
        self.seats.link(no, live, head);
        self.lives.get_mut(live).head = Some(no);
        let seat = self.seats.get_mut(no);
        seat.is_late = row.is_late;
        if let Some(published) = row.published {
            seat.publish(published);
        }
        Some(())
    }

    fn occurrence_row(&self, no: LiveNo) -> OccurrenceRow {
        let live = self.lives.get(no);
        let kept = bytes_of(&Kept {
            published: live.published,
            place: live.place,
            beside: live.beside,
            scope: live.scope,
            attacker: live.attacker,
            reference: live.reference,
            is_provisional: live.is_provisional,
            is_doubtful: live.is_doubtful,
            is_frozen: live.is_frozen,
            said: live.said,
            belief: live.belief,
            linked: self.lives.links(no).into(),
        });
        OccurrenceRow { no: live.name, kept }
    }
}

fn live_of(row: &OccurrenceRow) -> Option<(Live, Box<[OccurrenceNo]>)> {
    let kept: Kept = row_of(&row.kept)?;
    let live = Live {
        name: row.no,
        published: kept.published,
        head: None,
        place: kept.place,
        beside: kept.beside,
        scope: kept.scope,
        attacker: kept.attacker,
        reference: kept.reference,
        is_provisional: kept.is_provisional,
        is_doubtful: kept.is_doubtful,
        is_frozen: kept.is_frozen,
        said: kept.said,
        belief: kept.belief,
    };
    Some((live, kept.linked))
}
