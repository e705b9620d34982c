//! Where differences crowd.

use super::AGREE_MS;

/// How wide a crowd is: one offset shows spread by both witnesses' noise.
const WINDOW_MS: i64 = 1_200;
/// The same where there are few: as far as two may lie apart that agree with one offset.
const WINDOW_OF_FEW_MS: i64 = 2 * AGREE_MS;
/// What one report's vote is divided from: whole for every number to ten.
pub(super) const VOTE: i64 = 5_040;

/// A difference and its weight.
pub(super) type Weighed = (i64, i64);

/// A crowd of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peak {
    pub(super) middle: i64,
    pub(super) weight: i64,
}

/// The heaviest window of differences in order, at the one in its middle; the earliest of
/// equals.
pub(super) fn heaviest(sorted: &[Weighed]) -> Option<Peak> {
    let (first, last, weight) = heaviest_within(sorted, WINDOW_MS)?;
    let middle = first + (last - first).div_ceil(2);
    Some(Peak { middle: sorted[middle].0, weight })
}

/// The heaviest window of few differences, halfway between its ends: most of them agree
/// with that, and the one in the middle may be off.
fn heaviest_of_few(sorted: &[Weighed]) -> Option<Peak> {
    let (first, last, weight) = heaviest_within(sorted, WINDOW_OF_FEW_MS)?;
    Some(Peak { middle: i64::midpoint(sorted[first].0, sorted[last].0), weight })
}

/// The first and the last in the heaviest window, and its weight.
fn heaviest_within(sorted: &[Weighed], window_ms: i64) -> Option<(usize, usize, i64)> {
    let (mut first, mut weight) = (0, 0);
    let mut best: Option<(i64, usize, usize)> = None;
    for (last, (value, own)) in sorted.iter().enumerate() {
        weight += own;
        while value - sorted[first].0 > window_ms {
            weight -= sorted[first].1;
            first += 1;
        }
        if best.is_none_or(|(heaviest, ..)| weight > heaviest) {
            best = Some((weight, first, last));
        }
    }
    best.map(|(weight, first, last)| (first, last, weight))
}

/// The heaviest windows that do not overlap, heaviest first.
pub(super) fn peaks(sorted: Vec<Weighed>, most: usize, least: i64) -> Vec<Peak> {
    apart(sorted, most, least, heaviest)
}

/// The same of few differences.
pub(super) fn peaks_of_few(sorted: Vec<Weighed>, most: usize, least: i64) -> Vec<Peak> {
    apart(sorted, most, least, heaviest_of_few)
}

fn apart(
    mut sorted: Vec<Weighed>,
    most: usize,
    least: i64,
    heaviest: impl Fn(&[Weighed]) -> Option<Peak>,
) -> Vec<Peak> {
    let mut peaks = Vec::new();
    while peaks.len() < most {
        let Some(peak) = heaviest(&sorted).filter(|peak| peak.weight >= least) else { break };
        peaks.push(peak);
        sorted.retain(|(value, _)| (value - peak.middle).abs() > WINDOW_MS);
    }
    peaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_window_is_found_and_then_the_next() {
        let list = vec![(0, VOTE), (5_000, VOTE), (5_400, VOTE), (5_900, VOTE), (9_000, 1)];
        let found = peaks(list, 6, VOTE);
        let middles: Vec<i64> = found.iter().map(|peak| peak.middle).collect();
        assert_eq!(middles, [5_400, 0]);
    }
}
