//! What liars reach.

use std::collections::BTreeSet;

use association::{Occurrence, trust::Standing};

use super::{
    Labelled, Miss, Partition, Solved,
    ours::{place_of, record},
};
use crate::crowd::{Crowd, Sent};

/// What a clock may be moved by without anybody seeing it: 1.48 times the median
/// deviation of one report in these crowds.
const CLOCK_NOISE_MS: u64 = 330;

/// Of a hundred true occurrences so many may be stored twice, and of those that
/// most players honestly tell of so many may be confirmed no more: honest reports
/// that a lie drew away.
const DRAWN_AWAY_PCT: u64 = 3;

/// What liars did to a match, or to several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deceived {
    /// How the honest devices' reports are put together.
    pub pairs: Partition,
    /// Occurrences of which most reports are made up and that more than half
    /// of all accounts seem to witness.
    pub seeming: u64,
    /// Occurrences of which most reports are made up and that the record calls
    /// confirmed.
    pub believed: u64,
    /// Matches with one such at least.
    pub fooled: u64,
    /// True occurrences that more than half of all devices honestly tell of.
    pub seen_by_most: u64,
    /// Of these, those that the record does not call confirmed.
    pub doubted: u64,
    /// True occurrences that the honest reports are stored as twice, or lost in
    /// another one, beyond those that are so without the liars.
    pub drawn_away: u64,
    /// Confirmed occurrences of something true that another confirmed one is.
    pub twice: u64,
    /// By how much they moved any two honest clocks against each other, at
    /// most.
    pub moved_ms: u64,
}

impl Deceived {
    /// Seals a crowd's match, and solves its reports with the liars and without.
    #[must_use]
    pub fn of(crowd: &Crowd) -> Self {
        let record = record(crowd);
        let with = Solved::of(crowd, |_| true);
        let without = Solved::of(crowd, |sent| !sent.by_liar);
        let pairs = honest_pairs(crowd, &record);
        let wrong = |pairs: &Partition| pairs.doubled + pairs.lost;
        let mut deceived = Self {
            moved_ms: moved_ms(crowd, &with, &without),
            drawn_away: wrong(&pairs).saturating_sub(wrong(&without.partition())),
            twice: confirmed_twice(crowd, &record),
            pairs,
            ..Self::default()
        };
        for occurrence in &record {
            deceived.count(crowd, occurrence);
        }
        deceived.fooled = u64::from(deceived.believed > 0);
        deceived
    }

    fn count(&mut self, crowd: &Crowd, occurrence: &Occurrence) {
        let reports: Vec<&Sent> =
            occurrence.reports.iter().map(|no| &crowd.sent[place_of(no.0)]).collect();
        let made_up = reports.iter().filter(|sent| sent.truth.is_none()).count();
        let is_confirmed = occurrence.belief.standing == Standing::Confirmed;
        let is_most = |accounts: BTreeSet<usize>| 2 * accounts.len() > crowd.plan.devices;
        let account = |sent: &&Sent| crowd.plan.player_of(sent.device_no);
        if 2 * made_up > reports.len() {
            self.seeming += u64::from(is_most(reports.iter().map(account).collect()));
            self.believed += u64::from(is_confirmed);
        } else if is_most(reports.iter().filter(|sent| !sent.by_liar).map(account).collect()) {
            self.seen_by_most += 1;
            self.doubted += u64::from(!is_confirmed);
        }
    }

    /// Adds another match: its counts, and the worse of the clocks.
    pub fn add(&mut self, other: &Self) {
        self.pairs.add(&other.pairs);
        self.seeming += other.seeming;
        self.believed += other.believed;
        self.fooled += other.fooled;
        self.seen_by_most += other.seen_by_most;
        self.doubted += other.doubted;
        self.drawn_away += other.drawn_away;
        self.twice += other.twice;
        self.moved_ms = self.moved_ms.max(other.moved_ms);
    }

    /// What one liar must not reach and does: the record holds a lie, or a second
    /// record of what is true, for confirmed, or an honest clock is moved beyond
    /// its noise.
    #[must_use]
    pub fn misses(&self, cell: &str) -> Vec<Miss> {
        let most = |figure: &str, measured: f64, aim: f64| {
            let (cell, figure) = (cell.to_owned(), figure.to_owned());
            let miss = Miss { cell, figure, aim, measured, clocks_known: None };
            (measured > aim).then_some(miss)
        };
        let believed = most("inventions believed", self.believed as f64, 0.0);
        let twice = most("confirmed twice", self.twice as f64, 0.0);
        let moved_s = self.moved_ms as f64 / 1_000.0;
        let noise_s = CLOCK_NOISE_MS as f64 / 1_000.0;
        let moved = most("an honest clock moved, s", moved_s, noise_s);
        [believed, twice, moved].into_iter().flatten().collect()
    }

    /// Whether nothing made up is believed, what is true is believed as before
    /// and stored once, no honest clock is moved beyond its noise, and honest reports are not put
    /// together that do not belong together.
    #[must_use]
    pub fn is_withstood(&self) -> bool {
        self.believed == 0
            && self.twice == 0
            && self.doubted * 100 <= self.seen_by_most * DRAWN_AWAY_PCT
            && self.drawn_away * 100 <= self.pairs.truths * DRAWN_AWAY_PCT
            && self.moved_ms <= CLOCK_NOISE_MS
            && self.pairs.precision() >= super::PRECISION_MIN
    }
}

/// How many confirmed occurrences are what another one is that has more of its
/// honest reports.
fn confirmed_twice(crowd: &Crowd, record: &[Occurrence]) -> u64 {
    let confirmed = record.iter().filter(|found| found.belief.standing == Standing::Confirmed);
    let truth = |found: &Occurrence| {
        let mut truths: Vec<usize> =
            found.reports.iter().filter_map(|no| crowd.sent[place_of(no.0)].truth).collect();
        truths.sort_unstable();
        let runs = truths.chunk_by(|one, other| one == other);
        runs.max_by_key(|run| run.len()).map(|run| run[0])
    };
    let mut truths: Vec<usize> = confirmed.filter_map(truth).collect();
    let all = truths.len();
    truths.sort_unstable();
    truths.dedup();
    u64::try_from(all - truths.len()).expect("a count fits into 64 bits")
}

fn honest_pairs(crowd: &Crowd, record: &[Occurrence]) -> Partition {
    let seated = record.iter().flat_map(|occurrence| {
        occurrence.reports.iter().map(|no| (place_of(no.0), occurrence.no.0))
    });
    let labelled = seated.filter_map(|(report, stored)| {
        let sent = &crowd.sent[report];
        let truth = sent.truth.filter(|_| !sent.by_liar)?;
        Some(Labelled { stored, truth })
    });
    Partition::of(labelled.collect())
}

fn moved_ms(crowd: &Crowd, with: &Solved<'_>, without: &Solved<'_>) -> u64 {
    let honest = (0..crowd.plan.streams()).filter(|device| !crowd.plan.is_liar(*device));
    let moved: Vec<i64> = honest
        .filter_map(|device| Some(with.offset_ms(device)? - without.offset_ms(device)?))
        .collect();
    let (least, most) = (moved.iter().min(), moved.iter().max());
    least.zip(most).map_or(0, |(least, most)| most.abs_diff(*least))
}
