//! The run of events that two sessions saw.

use super::{
    SessionSummary, ShortHash, Weight,
    bounds::{
        CLOCKS_TRIED_MAX, DEVICE_CLOCK_APART_MS, EVENTS_WEIGHT, GOOD_CLOCKS_APART_MS,
        MARKS_AGREEING_MIN, MARKS_AGREEING_TENTHS, MARKS_REFUSING_MIN,
        MARKS_REFUSING_ONE_ACCOUNT_MIN, MARKS_REFUSING_TENTHS, MATCH_CLOCK_APART_MS, REPEATS_MAX,
    },
    clocks::Axis,
    summary::Span,
};

/// What the events say about two sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// One match.
    Same(Weight),
    /// Two matches.
    Different,
    /// Nothing yet.
    Open,
}

/// The marks of one session on one axis, sorted.
type Marks = Vec<(ShortHash, i64)>;

/// How far two runs of marks agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Agreement {
    agreeing: usize,
    /// Marks of the one with fewer, in the stretch that both saw.
    of: usize,
}

/// Judges two runs of events: on the match's own clock where both have it, else
/// on the devices'.
pub(super) fn compare(one: &SessionSummary, other: &SessionSummary) -> Run {
    let on_match_clock = on_match_clock(one, other);
    if on_match_clock != Run::Open {
        return on_match_clock;
    }
    let runs = clock_pairs(one, other).map(|(a, b)| on_device_clocks(one, other, a, b));
    runs.fold(Run::Open, Run::or_stronger)
}

impl Run {
    /// The same beats different: what differs on one clock may have been set
    /// wrong, what agrees cannot.
    fn or_stronger(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same(one), Self::Same(other)) => Self::Same(one.max(other)),
            (Self::Same(weight), _) | (_, Self::Same(weight)) => Self::Same(weight),
            (Self::Different, _) | (_, Self::Different) => Self::Different,
            (Self::Open, Self::Open) => Self::Open,
        }
    }
}

impl Agreement {
    fn is_at_least(self, tenths: usize) -> bool {
        self.agreeing * 10 >= self.of * tenths
    }

    /// Whether so many and such a share agree; an offset that had to be found
    /// used one of them up.
    fn joins(self, spent: usize) -> bool {
        self.agreeing >= MARKS_AGREEING_MIN + spent && self.is_at_least(MARKS_AGREEING_TENTHS)
    }

    fn refuses(self, one_account: bool) -> bool {
        let enough = self.of >= MARKS_REFUSING_MIN && !self.is_at_least(MARKS_REFUSING_TENTHS);
        let elsewhere = self.of >= MARKS_REFUSING_ONE_ACCOUNT_MIN && self.agreeing == 0;
        enough || (one_account && elsewhere)
    }

    fn weight(self) -> Weight {
        let agreeing = i32::try_from(self.agreeing).unwrap_or(i32::MAX);
        Weight(EVENTS_WEIGHT.saturating_add(agreeing.saturating_mul(100)))
    }
}

fn on_match_clock(one: &SessionSummary, other: &SessionSummary) -> Run {
    let overlap = one.match_span.zip(other.match_span).and_then(|(a, b)| a.overlap(b));
    let Some(overlap) = overlap else { return Run::Open };
    let (ours, theirs) = comparable(one, other, Axis::Match, Axis::Match);
    let (ours, theirs) = (within(&ours, overlap, 0), within(&theirs, overlap, 0));
    let agreement = agreement(&ours, &theirs, MATCH_CLOCK_APART_MS);
    run_of(agreement, 0, one.accounts.meets(&other.accounts))
}

fn on_device_clocks(
    one: &SessionSummary,
    other: &SessionSummary,
    our_clock: ShortHash,
    their_clock: ShortHash,
) -> Run {
    let (ours, theirs) = comparable(one, other, Axis::Device(our_clock), Axis::Device(their_clock));
    let zeros = one.clocks.good_zero(our_clock).zip(other.clocks.good_zero(their_clock));
    let Some(offset) = offset_between(&ours, &theirs) else { return Run::Open };
    match zeros {
        // Their clock shows what ours shows and `offset` more at one instant.
        Some((our_zero, their_zero)) => {
            let known = our_zero.saturating_sub(their_zero);
            let found_is_right = offset.abs_diff(known) <= GOOD_CLOCKS_APART_MS.unsigned_abs();
            let offset = if found_is_right { offset } else { known };
            let agreement = shifted_agreement(&ours, &theirs, offset);
            run_of(agreement, 0, one.accounts.meets(&other.accounts))
        }
        // Where the stretch that both saw is not known, nothing can differ.
        None => match run_of(shifted_agreement(&ours, &theirs, offset), 1, false) {
            Run::Same(weight) => Run::Same(weight),
            Run::Different | Run::Open => Run::Open,
        },
    }
}

fn run_of(agreement: Agreement, spent: usize, one_account: bool) -> Run {
    if agreement.joins(spent) {
        Run::Same(agreement.weight())
    } else if agreement.refuses(one_account) {
        Run::Different
    } else {
        Run::Open
    }
}

/// The clocks that both sessions' marks were read on, the first few of each.
fn clock_pairs(
    one: &SessionSummary,
    other: &SessionSummary,
) -> impl Iterator<Item = (ShortHash, ShortHash)> {
    let theirs: Vec<_> = other.clocks.names().take(CLOCKS_TRIED_MAX).collect();
    let ours: Vec<_> = one.clocks.names().take(CLOCKS_TRIED_MAX).collect();
    ours.into_iter().flat_map(move |a| theirs.clone().into_iter().map(move |b| (a, b)))
}

/// The marks of both on these axes, of what both kept everything of.
fn comparable(
    one: &SessionSummary,
    other: &SessionSummary,
    our_axis: Axis,
    their_axis: Axis,
) -> (Marks, Marks) {
    let whole = |summary: &SessionSummary| {
        summary.marks.last().filter(|_| summary.marks.overflowed()).map(|mark| mark.what)
    };
    let below = [whole(one), whole(other)].into_iter().flatten().min();
    let marks = |summary: &SessionSummary, axis: Axis| {
        let marks = summary.marks.iter().filter(|mark| mark.at.axis == axis);
        let marks = marks.filter(|mark| below.is_none_or(|limit| mark.what < limit));
        marks.map(|mark| (mark.what, mark.at.ms)).collect()
    };
    (marks(one, our_axis), marks(other, their_axis))
}

fn within(marks: &[(ShortHash, i64)], span: Span, shift: i64) -> Marks {
    let shifted = marks.iter().map(|(what, ms)| (*what, ms.saturating_add(shift)));
    shifted.filter(|(_, ms)| (span.first..=span.last).contains(ms)).collect()
}

/// How far two runs agree once ours is shifted by `offset`.
fn shifted_agreement(ours: &Marks, theirs: &Marks, offset: i64) -> Agreement {
    let overlap = span_of(ours, offset).zip(span_of(theirs, 0)).and_then(|(a, b)| a.overlap(b));
    let Some(overlap) = overlap else { return Agreement { agreeing: 0, of: 0 } };
    // What the one saw as the first can have reached the other a little later.
    let widened = Span {
        first: overlap.first.saturating_sub(DEVICE_CLOCK_APART_MS),
        last: overlap.last.saturating_add(DEVICE_CLOCK_APART_MS),
    };
    let (ours, theirs) = (within(ours, widened, offset), within(theirs, widened, 0));
    agreement(&ours, &theirs, DEVICE_CLOCK_APART_MS)
}

fn span_of(marks: &Marks, shift: i64) -> Option<Span> {
    let first = marks.iter().map(|(_, ms)| ms).min()?.saturating_add(shift);
    let last = marks.iter().map(|(_, ms)| ms).max()?.saturating_add(shift);
    Some(Span { first, last })
}

/// Counted from both sides, and the smaller number taken: so it is the same for
/// both, and nothing is counted for two.
fn agreement(ours: &[(ShortHash, i64)], theirs: &[(ShortHash, i64)], apart_ms: i64) -> Agreement {
    let (ours, theirs) = (distinct(ours, apart_ms), distinct(theirs, apart_ms));
    Agreement {
        agreeing: found_in(&ours, &theirs, apart_ms).min(found_in(&theirs, &ours, apart_ms)),
        of: ours.len().min(theirs.len()),
    }
}

/// Several devices of one session tell one thing several times.
fn distinct(marks: &[(ShortHash, i64)], apart_ms: i64) -> Marks {
    let mut distinct: Marks = Vec::with_capacity(marks.len());
    for mark in marks {
        let again = distinct.last().is_some_and(|former| {
            former.0 == mark.0 && mark.1.abs_diff(former.1) <= apart_ms.unsigned_abs()
        });
        if !again {
            distinct.push(*mark);
        }
    }
    distinct
}

fn found_in(marks: &Marks, others: &Marks, apart_ms: i64) -> usize {
    let found = |(what, ms): &&(ShortHash, i64)| {
        let from = others.partition_point(|other| *other < (*what, ms.saturating_sub(apart_ms)));
        others
            .get(from)
            .is_some_and(|other| other.0 == *what && other.1 <= ms.saturating_add(apart_ms))
    };
    marks.iter().filter(found).count()
}

/// What their clock shows more than ours, where the most marks agree on it.
fn offset_between(ours: &Marks, theirs: &Marks) -> Option<i64> {
    let mut differences: Vec<i64> = Vec::new();
    for same in ours.chunk_by(|a, b| a.0 == b.0) {
        let (what, _) = same.first()?;
        let from = theirs.partition_point(|their| their.0 < *what);
        let repeats = theirs.get(from..)?.iter().take_while(|their| their.0 == *what);
        for their in repeats.take(REPEATS_MAX) {
            let ours = same.iter().take(REPEATS_MAX);
            differences.extend(ours.map(|our| their.1.saturating_sub(our.1)));
        }
    }
    densest(&mut differences, DEVICE_CLOCK_APART_MS)
}

/// The middle of the stretch, at most twice `apart_ms` long, that holds the most
/// differences; of several the one nearest to zero, from either side the same.
pub(super) fn densest(differences: &mut [i64], apart_ms: i64) -> Option<i64> {
    differences.sort_unstable();
    let mut best: Option<(usize, u64, i64)> = None;
    let mut first = 0;
    for last in 0..differences.len() {
        let end = *differences.get(last)?;
        while end.saturating_sub(*differences.get(first)?) > apart_ms.saturating_mul(2) {
            first += 1;
        }
        let window = differences.get(first..=last)?;
        let middle = *window.get(window.len() / 2)?;
        let candidate = (window.len(), middle.unsigned_abs(), middle);
        let better = best.is_none_or(|(count, distance, _)| {
            (candidate.0, std::cmp::Reverse(candidate.1)) > (count, std::cmp::Reverse(distance))
        });
        if better {
            best = Some(candidate);
        }
    }
    best.map(|(_, _, middle)| middle)
}
