//! A crowd's reports, solved at once, for what is measured beside the grid.

use std::collections::{BTreeMap, BTreeSet};

use association::{
    Pushed, ReportNo, ReportSet, Rules, Solution, solve,
    trust::{Known, Standing, judge},
};
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
        let solution = solve(&set, &Rules::of(&game_of(crowd)));
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
    fn offset_ms(&self, device_no: usize) -> Option<i64> {
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

/// The game in front of a match's key.
pub(super) fn game_of(crowd: &Crowd) -> Game {
    let subject = crowd.sent.first().map_or("none:", |sent| sent.told.subject.as_str());
    let (game, _) = subject.split_once(':').expect("a match's key begins with its game");
    Game::new(game).expect("a crowd's game has a plain name")
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

/// What liars did to a match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deceived {
    /// Occurrences of which most reports are made up and that more than half
    /// of all accounts seem to witness.
    pub confirmed: u64,
    /// Occurrences of which most reports are made up and that trust confirms.
    pub believed: u64,
    /// By how much they moved any two honest clocks against each other, at
    /// most.
    pub moved_ms: u64,
}

impl Deceived {
    /// Solves a crowd with its liars and without.
    #[must_use]
    pub fn of(crowd: &Crowd) -> Self {
        Self::and_pairs(crowd).0
    }

    /// The same, and the honest devices' reports as they are put together.
    #[must_use]
    pub fn and_pairs(crowd: &Crowd) -> (Self, Partition) {
        let with = Solved::of(crowd, |_| true);
        let without = Solved::of(crowd, |sent| !sent.by_liar);
        let (confirmed, believed) = confirmed_lies(crowd, &with);
        let moved_ms = moved_ms(crowd, &with, &without);
        (Self { confirmed, believed, moved_ms }, with.partition())
    }

    /// The worse of both, over matches.
    pub fn add(&mut self, other: Self) {
        self.confirmed += other.confirmed;
        self.believed += other.believed;
        self.moved_ms = self.moved_ms.max(other.moved_ms);
    }
}

fn confirmed_lies(crowd: &Crowd, solved: &Solved<'_>) -> (u64, u64) {
    let mut witnesses: BTreeMap<u64, (BTreeSet<usize>, usize, usize)> = BTreeMap::new();
    for (sent, stored) in solved.stored() {
        let (accounts, lies, reports) = witnesses.entry(stored).or_default();
        accounts.insert(crowd.plan.player_of(sent.device_no));
        *lies += usize::from(sent.truth.is_none());
        *reports += 1;
    }
    let is_lie = |(_, (_, lies, reports)): &(&u64, &(_, usize, usize))| 2 * lies > *reports;
    let lies: Vec<_> = witnesses.iter().filter(is_lie).collect();
    let rules = Rules::of(&game_of(crowd));
    let trust = judge(&solved.set, &rules, &solved.solution, &Known::default()).assessment;
    let is_believed = |stored: u64| {
        let at = usize::try_from(stored).expect("a cluster's number is a place in memory");
        trust.occurrences[at].standing == Standing::Confirmed
    };
    let by_count =
        lies.iter().filter(|(_, (accounts, ..))| 2 * accounts.len() > crowd.plan.devices);
    let by_trust = lies.iter().filter(|(stored, _)| is_believed(**stored));
    (number(by_count.count()), number(by_trust.count()))
}

fn number(count: usize) -> u64 {
    u64::try_from(count).expect("a count fits into 64 bits")
}

fn moved_ms(crowd: &Crowd, with: &Solved<'_>, without: &Solved<'_>) -> u64 {
    let honest = (0..crowd.plan.streams()).filter(|device| !crowd.plan.is_liar(*device));
    let moved: Vec<i64> = honest
        .filter_map(|device| Some(with.offset_ms(device)? - without.offset_ms(device)?))
        .collect();
    let (least, most) = (moved.iter().min(), moved.iter().max());
    least.zip(most).map_or(0, |(least, most)| most.abs_diff(*least))
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
