//! A crowd's reports, solved at once, for what is measured beside the grid.

use std::collections::{BTreeMap, BTreeSet};

use association::{Pushed, ReportNo, ReportSet, Rules, Solution, solve};
use event_model::{Game, Kind};

use super::{Labelled, Partition};
use crate::crowd::{Crowd, Sent};

/// What `solve` makes of some of a crowd's reports.
#[derive(Debug)]
pub struct Solved<'a> {
    /// The reports that were taken, in the order of arrival.
    taken: Vec<&'a Sent>,
    numbers: Vec<Option<ReportNo>>,
    set: ReportSet,
    solution: Solution,
}

impl<'a> Solved<'a> {
    /// Solves the reports of a crowd that `is_taken`.
    #[must_use]
    pub fn of(crowd: &'a Crowd, is_taken: impl Fn(&Sent) -> bool) -> Self {
        let mut set = ReportSet::new();
        let taken: Vec<&Sent> = crowd.sent.iter().filter(|sent| is_taken(sent)).collect();
        let numbers = taken.iter().map(|sent| pushed(&mut set, sent)).collect();
        let solution = solve(&set, &rules_of(crowd));
        Self { taken, numbers, set, solution }
    }

    /// How the honest devices' true reports are put together.
    #[must_use]
    pub fn partition(&self) -> Partition {
        let honest = self.stored().filter(|(sent, _)| !sent.by_liar);
        let labelled =
            honest.filter_map(|(sent, stored)| Some(Labelled { stored, truth: sent.truth? }));
        Partition::of(labelled.collect())
    }

    /// Which stored occurrence each taken report is in.
    fn stored(&self) -> impl Iterator<Item = (&'a Sent, u64)> + '_ {
        self.taken.iter().zip(&self.numbers).filter_map(|(sent, number)| {
            let cluster = self.solution.cluster_of[place(*number.as_ref()?)];
            Some((*sent, u64::from(cluster.0)))
        })
    }

    /// By how much a device's clock is said to be off, at the middle of its
    /// reports, in the frame of this solution.
    pub(super) fn offset_ms(&self, device_no: usize) -> Option<i64> {
        let own = self.taken.iter().zip(&self.numbers);
        let mut offsets: Vec<i64> = own
            .filter(|(sent, _)| sent.device_no == device_no)
            .filter_map(|(_, number)| {
                let packed = self.set.get((*number)?)?;
                let track = &self.solution.tracks[usize::from(packed.clock.0)];
                track.offset_at(packed.t)
            })
            .collect();
        offsets.sort_unstable();
        offsets.get(offsets.len() / 2).copied()
    }
}

fn pushed(set: &mut ReportSet, sent: &Sent) -> Option<ReportNo> {
    match set.push(&sent.report()) {
        Pushed::Added(number) | Pushed::Known(number) => Some(number),
        Pushed::Silent | Pushed::Full => None,
    }
}

fn place(number: ReportNo) -> usize {
    usize::try_from(number.0).expect("a set's number is a place in memory")
}

/// The rules of a crowd's game.
pub(super) fn rules_of(crowd: &Crowd) -> Rules {
    let game = crowd.sent.first().map(|sent| sent.told.game());
    Rules::of(&game.unwrap_or_else(Game::league))
}

/// How the others' pairs agree when one device is left out: the partition of
/// their reports without it, with the one with it as the truth.
#[must_use]
pub fn without_device(crowd: &Crowd, device_no: usize) -> Partition {
    let (whole, without) =
        (Solved::of(crowd, |_| true), Solved::of(crowd, |sent| sent.device_no != device_no));
    let name = |sent: &Sent| (sent.device_no, sent.told.sequence);
    let with: BTreeMap<_, u64> =
        whole.stored().map(|(sent, stored)| (name(sent), stored)).collect();
    let labelled = without.stored().filter_map(|(sent, stored)| {
        let truth = usize::try_from(*with.get(&name(sent))?).ok()?;
        Some(Labelled { stored, truth })
    });
    Partition::of(labelled.collect())
}

/// What became of Counter-Strike's kills: each is two halves, told by the
/// killer's and by the victim's companion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Halves {
    /// Kills of which both halves were told.
    pub told: u64,
    /// Of these, stored as one.
    pub paired: u64,
    /// Of the others, those whose halves name each other as possible.
    pub linked: u64,
    /// Stored occurrences with halves of two kills.
    pub wrong: u64,
}

impl Halves {
    /// Counts a crowd's.
    #[must_use]
    pub fn of(crowd: &Crowd) -> Self {
        let solved = Solved::of(crowd, |_| true);
        let mut stored_of: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        let mut truths_of: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
        for (sent, stored) in solved.stored() {
            let Some(truth) = sent.truth.filter(|_| is_half(sent)) else { continue };
            stored_of.entry(truth).or_default().push(stored);
            truths_of.entry(stored).or_default().insert(truth);
        }
        let mut halves = Self::default();
        for stored in stored_of.values() {
            let [one, other] = stored[..] else { continue };
            halves.told += 1;
            halves.paired += u64::from(one == other);
            halves.linked += u64::from(one != other && solved.links(one, other));
        }
        let wrong = truths_of.values().filter(|truths| truths.len() > 1).count();
        halves.wrong = u64::try_from(wrong).expect("a count fits into 64 bits");
        halves
    }

    /// Adds another match.
    pub fn add(&mut self, other: Self) {
        self.told += other.told;
        self.paired += other.paired;
        self.linked += other.linked;
        self.wrong += other.wrong;
    }
}

impl Solved<'_> {
    fn links(&self, one: u64, other: u64) -> bool {
        let cluster = self.solution.clusters.iter().zip(0_u64..).find(|(_, no)| *no == one);
        cluster.is_some_and(|(found, _)| {
            found.linked.iter().any(|linked| u64::from(linked.0) == other)
        })
    }
}

fn is_half(sent: &Sent) -> bool {
    matches!(sent.told.kind, Kind::Kill | Kind::Death)
}
