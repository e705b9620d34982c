//! The measures: what a partition of reports is worth beside the truth.
//!
//! Counts are added up over matches before anything is divided, so that a match
//! with more in it weighs more.

/// One report whose truth is known, and the occurrence that it was stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labelled {
    /// The stored occurrence.
    pub stored: u64,
    /// What it really is.
    pub truth: usize,
}

/// Counts of a partition beside the truth.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Partition {
    /// Reports.
    pub reports: u64,
    /// True occurrences that anybody told of.
    pub truths: u64,
    /// Stored occurrences.
    pub stored: u64,
    /// True ones that no stored one holds.
    pub lost: u64,
    /// Stored ones beyond the one that holds their truth.
    pub doubled: u64,
    /// Stored ones with reports of two truths or more.
    pub merged: u64,
    /// Pairs of reports that are stored as one and are one.
    pub pairs_right: u64,
    /// Pairs that are stored as one.
    pub pairs_stored: u64,
    /// Pairs that are one.
    pub pairs_true: u64,
    /// Sum over reports of B-cubed precision.
    pub cubed_precision: f64,
    /// Sum over reports of B-cubed recall.
    pub cubed_recall: f64,
}

impl Partition {
    /// Counts one match.
    #[must_use]
    pub fn of(mut reports: Vec<Labelled>) -> Self {
        reports.sort_unstable();
        let cells = runs(reports.iter().copied());
        let stored = runs(reports.iter().map(|report| report.stored));
        let mut truths: Vec<usize> = reports.iter().map(|report| report.truth).collect();
        truths.sort_unstable();
        let truths = runs(truths.into_iter());
        let held = held(&cells);
        let mut cubed = (0.0, 0.0);
        for (cell, count) in &cells {
            cubed.0 += ratio(count * count, size(&stored, &cell.stored));
            cubed.1 += ratio(count * count, size(&truths, &cell.truth));
        }
        Self {
            reports: length(&reports),
            truths: length(&truths),
            stored: length(&stored),
            lost: length(&truths) - held,
            doubled: length(&stored) - held,
            merged: merged(&cells),
            pairs_right: cells.iter().map(|(_, count)| pairs(*count)).sum(),
            pairs_stored: stored.iter().map(|(_, count)| pairs(*count)).sum(),
            pairs_true: truths.iter().map(|(_, count)| pairs(*count)).sum(),
            cubed_precision: cubed.0,
            cubed_recall: cubed.1,
        }
    }

    /// Adds another match.
    pub fn add(&mut self, other: &Self) {
        self.reports += other.reports;
        self.truths += other.truths;
        self.stored += other.stored;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.merged += other.merged;
        self.pairs_right += other.pairs_right;
        self.pairs_stored += other.pairs_stored;
        self.pairs_true += other.pairs_true;
        self.cubed_precision += other.cubed_precision;
        self.cubed_recall += other.cubed_recall;
    }

    /// Of the pairs stored as one, how many are one.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.pairs_right, self.pairs_stored)
    }

    /// Of the pairs that are one, how many are stored as one.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.pairs_right, self.pairs_true)
    }

    /// The harmonic mean of the two.
    #[must_use]
    pub fn f1(&self) -> f64 {
        harmonic(self.precision(), self.recall())
    }

    /// The same by reports instead of pairs.
    #[must_use]
    pub fn cubed_f1(&self) -> f64 {
        if self.reports == 0 {
            return 1.0;
        }
        let reports = float(self.reports);
        harmonic(self.cubed_precision / reports, self.cubed_recall / reports)
    }

    /// Stored occurrences for each true one.
    #[must_use]
    pub fn stored_per_true(&self) -> f64 {
        share(self.stored, self.truths)
    }
}

/// Counts of what a method said at arrival, and of what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Reports.
    pub reports: u64,
    /// Placed at arrival where something else was.
    pub wrong: u64,
    /// In the end under another id than the first.
    pub changed: u64,
    /// For each report: from its arrival to its last change.
    pub final_ms: Vec<u64>,
}

impl Arrival {
    /// Adds another match.
    pub fn add(&mut self, other: &Self) {
        self.reports += other.reports;
        self.wrong += other.wrong;
        self.changed += other.changed;
        self.final_ms.extend(&other.final_ms);
    }

    /// Share of reports placed where something else was.
    #[must_use]
    pub fn wrong_share(&self) -> f64 {
        share_of_none(self.wrong, self.reports)
    }

    /// Share of reports whose id changed.
    #[must_use]
    pub fn changed_share(&self) -> f64 {
        share_of_none(self.changed, self.reports)
    }

    /// Within how long so many of a hundred reports were where they stay.
    #[must_use]
    pub fn final_within_ms(&self, percent: usize) -> u64 {
        let mut sorted = self.final_ms.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or_default()
    }
}

/// Both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// After the seal.
    pub sealed: Partition,
    /// At arrival.
    pub arrival: Arrival,
}

impl Figures {
    /// Adds another match.
    pub fn add(&mut self, other: &Self) {
        self.sealed.add(&other.sealed);
        self.arrival.add(&other.arrival);
    }
}

/// Equal neighbours, and how many there are.
fn runs<T: PartialEq>(sorted: impl Iterator<Item = T>) -> Vec<(T, u64)> {
    let mut runs: Vec<(T, u64)> = Vec::new();
    for item in sorted {
        match runs.last_mut() {
            Some((last, count)) if *last == item => *count += 1,
            Some(_) | None => runs.push((item, 1)),
        }
    }
    runs
}

/// How many truths are held: each by one stored occurrence and each of those
/// for one truth, the largest overlaps first.
fn held(cells: &[(Labelled, u64)]) -> u64 {
    let mut by_overlap: Vec<&(Labelled, u64)> = cells.iter().collect();
    by_overlap.sort_by_key(|(cell, count)| (std::cmp::Reverse(*count), *cell));
    let mut stored = std::collections::BTreeSet::new();
    let mut truths = std::collections::BTreeSet::new();
    for (cell, _) in by_overlap {
        if !stored.contains(&cell.stored) && !truths.contains(&cell.truth) {
            stored.insert(cell.stored);
            truths.insert(cell.truth);
        }
    }
    u64::try_from(truths.len()).expect("a count fits into 64 bits")
}

fn merged(cells: &[(Labelled, u64)]) -> u64 {
    let truths_of = runs(cells.iter().map(|(cell, _)| cell.stored));
    length(&truths_of.iter().filter(|(_, truths)| *truths > 1).collect::<Vec<_>>())
}

fn size<T: Ord>(sizes: &[(T, u64)], of: &T) -> u64 {
    sizes.binary_search_by(|(label, _)| label.cmp(of)).map_or(1, |at| sizes[at].1)
}

fn pairs(count: u64) -> u64 {
    count * count.saturating_sub(1) / 2
}

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).expect("a count fits into 64 bits")
}

/// One where there is nothing to be wrong about.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { ratio(part, whole) }
}

fn share_of_none(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { ratio(part, whole) }
}

fn ratio(part: u64, whole: u64) -> f64 {
    float(part) / float(whole)
}

fn harmonic(one: f64, other: f64) -> f64 {
    if one + other == 0.0 { 0.0 } else { 2.0 * one * other / (one + other) }
}

/// Counts stay far below 2^52.
fn float(count: u64) -> f64 {
    count as f64
}
