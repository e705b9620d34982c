//! When what an account saw never came, as its device says itself.
//!
//! A device numbers what it sends, and says which numbers will never come. What
//! those told of was between the last report before them and the first behind
//! them: meanwhile its account is expected to have told nothing.

use std::collections::{BTreeMap, BTreeSet};

use event_model::OutboxId;

use super::{Account, Quorum, Span};
use crate::{Packed, ReportSet, Solution, Stream, row::row};

/// Numbers of an outbox that will never come, as a closed range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap {
    /// Whose numbers.
    pub outbox: OutboxId,
    /// The first of them.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// How the reports of a stream are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Numbers {
    /// The greatest number.
    newest: u64,
    /// The outbox that counts.
    outbox: Option<OutboxId>,
    /// There is more than one, and nobody knows which of them a report is from.
    is_mixed: bool,
}

/// Numbers of one stream that will never come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    numbers: Numbers,
    gaps: Vec<Gap>,
}

row!(Gap { outbox, from, to });
row!(Numbers { newest, outbox, is_mixed });

impl Numbers {
    /// Hears a report's number; whether it is less than one before.
    pub(crate) fn hear(&mut self, outbox: Option<OutboxId>, sequence: u64) -> bool {
        let goes_back = sequence < self.newest;
        self.add(&Self { newest: sequence, outbox, is_mixed: false });
        goes_back
    }

    /// Adds what another match heard of the same stream.
    pub(crate) fn add(&mut self, other: &Self) {
        self.newest = self.newest.max(other.newest);
        let differ = self.outbox.zip(other.outbox).is_some_and(|(one, two)| one != two);
        self.is_mixed |= other.is_mixed || differ;
        self.outbox = self.outbox.min(other.outbox).or(self.outbox).or(other.outbox);
    }

    /// What of its device's gaps is of these numbers.
    pub(crate) fn unsent(&self, gaps: &BTreeSet<Gap>) -> Option<Unsent> {
        let outbox = self.outbox.filter(|_| !self.is_mixed)?;
        let gaps: Vec<Gap> = gaps.iter().filter(|gap| gap.outbox == outbox).copied().collect();
        (!gaps.is_empty()).then_some(Unsent { numbers: *self, gaps })
    }

    /// The number of a report of which only the last bits are kept: the greatest
    /// that is not above the newest.
    fn of(&self, report: &Packed) -> Option<u64> {
        let last_bits = u16::try_from(self.newest & u64::from(u16::MAX)).ok()?;
        let before = last_bits.wrapping_sub(report.last_bits()?);
        self.newest.checked_sub(u64::from(before))
    }
}

/// When each account lost what it saw.
pub(super) fn lost_in(
    set: &ReportSet,
    solution: &Solution,
    quorum: &Quorum,
    unsent: &BTreeMap<Stream, Unsent>,
) -> BTreeMap<Account, Vec<Span>> {
    let mut lost: BTreeMap<Account, Vec<Span>> = BTreeMap::new();
    for (stream, unsent) in unsent {
        let Some(account) = quorum.witness(stream.device, stream.account.into()) else { continue };
        let told = told_by(set, solution, *stream, &unsent.numbers);
        let spans = unsent.gaps.iter().filter_map(|gap| span_of(*gap, &told));
        lost.entry(account).or_default().extend(spans);
    }
    lost
}

/// The numbers of a stream's reports, each with when it was what they tell.
fn told_by(
    set: &ReportSet,
    solution: &Solution,
    stream: Stream,
    numbers: &Numbers,
) -> BTreeMap<u64, i64> {
    let mut told = BTreeMap::new();
    for cluster in &solution.clusters {
        let members = cluster.members.iter().filter_map(|no| set.get(*no));
        for report in members.filter(|report| set.stream_of(report) == stream) {
            told.extend(numbers.of(report).map(|number| (number, cluster.at.at.unix_ms())));
        }
    }
    told
}

/// Before its first report and behind its last one nothing is expected of it
/// anyway.
fn span_of(gap: Gap, told: &BTreeMap<u64, i64>) -> Option<Span> {
    let (_, before) = told.range(..gap.from).next_back()?;
    let (_, behind) = told.range(gap.to.checked_add(1)?..).next()?;
    // Two of one instant may be numbered in either order.
    Some(Span { from_ms: *before.min(behind), to_ms: *before.max(behind) })
}
