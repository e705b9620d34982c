//! How a solution differs from the truth.

use std::collections::{BTreeMap, BTreeSet};

use association::{ClusterNo, ReportNo, Solution};

use crate::crowd::Witnessed;

/// What was found and what was not, summed over matches.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measure {
    found_pairs: u64,
    put_pairs: u64,
    true_pairs: u64,
    pub(crate) stored: u64,
    pub(crate) truths: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) merged: u64,
}

impl Measure {
    /// Adds a match: pairs of honest reports of what happened.
    pub(crate) fn add(&mut self, reports: &[Witnessed], solution: &Solution) {
        let mut shared: BTreeMap<(ClusterNo, usize), u64> = BTreeMap::new();
        for (no, report) in (0..).map(ReportNo).zip(reports) {
            if let (Some(truth), false) = (report.truth, report.is_liar) {
                *shared.entry((solution.cluster_of(no).unwrap(), truth)).or_default() += 1;
            }
        }
        let (mut stored, mut truths) = (BTreeMap::new(), BTreeMap::new());
        for ((cluster, truth), count) in &shared {
            self.found_pairs += pairs(*count);
            let entry = stored.entry(*cluster).or_insert((0, 0));
            *entry = (entry.0 + count, entry.1 + 1);
            *truths.entry(*truth).or_insert(0) += count;
        }
        self.put_pairs += stored.values().map(|(count, _)| pairs(*count)).sum::<u64>();
        self.true_pairs += truths.values().map(|count| pairs(*count)).sum::<u64>();
        self.stored += u64::try_from(stored.len()).unwrap();
        self.truths += u64::try_from(truths.len()).unwrap();
        self.merged += u64::try_from(stored.values().filter(|entry| entry.1 > 1).count()).unwrap();
        let held = held(&shared);
        self.lost += u64::try_from(truths.len() - held).unwrap();
        self.doubled += u64::try_from(stored.len() - held).unwrap();
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a test")]
    pub(crate) fn precision(&self) -> f64 {
        self.found_pairs as f64 / self.put_pairs as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a test")]
    pub(crate) fn recall(&self) -> f64 {
        self.found_pairs as f64 / self.true_pairs as f64
    }

    pub(crate) fn f1(&self) -> f64 {
        2.0 * self.precision() * self.recall() / (self.precision() + self.recall())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a test")]
    pub(crate) fn stored_per_true(&self) -> f64 {
        self.stored as f64 / self.truths as f64
    }
}

fn pairs(count: u64) -> u64 {
    count * count.saturating_sub(1) / 2
}

/// How many truths a cluster of their own holds, greatest overlap first.
fn held(shared: &BTreeMap<(ClusterNo, usize), u64>) -> usize {
    let mut overlaps: Vec<_> = shared.iter().collect();
    overlaps.sort_by_key(|(pair, count)| (std::cmp::Reverse(**count), **pair));
    let (mut clusters, mut truths) = (BTreeSet::new(), BTreeSet::new());
    for ((cluster, truth), _) in overlaps {
        if !clusters.contains(cluster) && !truths.contains(truth) {
            clusters.insert(*cluster);
            truths.insert(*truth);
        }
    }
    truths.len()
}
