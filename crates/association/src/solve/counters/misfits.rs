//! Counters that lag: the times of clocks that otherwise agree tell of them.

use super::{
    super::{
        clocks::Clocks,
        view::{Bucket, View},
    },
    Buckets, Counted,
};
use crate::median::median;

/// A strict clock's report this far from the others' has the wrong counter.
const MISFIT_MS: i64 = 2_700;
/// This close to another value of the counter, it belongs there.
const FITS_MS: i64 = 2_000;
/// This far from the others and near to nothing, it is one of its own.
const ALONE_MS: i64 = 9_000;
/// A clock agrees with a bucket within this.
const AGREES_MS: i64 = 1_500;
/// Fewest buckets that make a clock strict, and their least share in percent.
const STRICT_MIN: usize = 8;
const STRICT_SHARE: usize = 85;

/// The clocks that agree with the others' counters.
pub(super) fn strict(view: &View, clocks: &Clocks, buckets: &Buckets) -> Vec<bool> {
    let mut tally = vec![(0, 0); view.clocks.len()];
    for units in buckets.values().filter(|units| units.len() > 1) {
        for unit in units {
            let own = &view.units[*unit];
            let account = |unit: usize| view.account(view.units[unit].witness);
            let others = |other: usize| account(other) != account(*unit);
            let Some(middle) = middle(view, units, others) else { continue };
            let (fit, all) = &mut tally[usize::from(own.clock)];
            *all += 1;
            *fit += usize::from((own.x - middle).abs() <= AGREES_MS);
        }
    }
    let holds = |(fit, all): (usize, usize)| fit >= STRICT_MIN && fit * 100 >= all * STRICT_SHARE;
    tally.into_iter().zip(&clocks.locked).map(|(tally, locked)| *locked && holds(tally)).collect()
}

/// The median of the placed times of those units that are wanted.
pub(super) fn middle(view: &View, units: &[usize], wanted: impl Fn(usize) -> bool) -> Option<i64> {
    let placed = units.iter().filter(|unit| view.units[**unit].is_placed && wanted(**unit));
    let mut times: Vec<i64> = placed.map(|unit| view.units[*unit].x).collect();
    median(&mut times)
}

/// Moves every misfit to the value that it fits, then sets those free that fit
/// nowhere.
pub(super) fn move_misfits(view: &View, buckets: &mut Buckets, counted: &mut Counted) {
    let lagging: Vec<Bucket> = buckets.keys().copied().filter(|bucket| bucket.can_lag).collect();
    for sets_free in [false, true] {
        for bucket in &lagging {
            for unit in buckets[bucket].clone() {
                let Some(distance) = misfit(view, &counted.strict, &buckets[bucket], unit) else {
                    continue;
                };
                let better = fitting(view, buckets, &lagging, *bucket, unit);
                if better.is_none() && !(sets_free && distance > ALONE_MS) {
                    continue;
                }
                take(buckets, *bucket, unit);
                counted.contradicted.push(unit);
                match better {
                    Some(better) => {
                        counted.lag_seen = true;
                        put(buckets, better, unit);
                    }
                    None => counted.free.push(unit),
                }
            }
        }
    }
}

fn take(buckets: &mut Buckets, bucket: Bucket, unit: usize) {
    if let Some(units) = buckets.get_mut(&bucket) {
        units.retain(|other| *other != unit);
    }
}

fn put(buckets: &mut Buckets, bucket: Bucket, unit: usize) {
    let units = buckets.entry(bucket).or_default();
    let at = units.partition_point(|other| *other < unit);
    units.insert(at, unit);
}

/// How far a unit is from the others of its bucket, where enough of them say
/// so that can be believed.
fn misfit(view: &View, strict: &[bool], units: &[usize], unit: usize) -> Option<i64> {
    let own = &view.units[unit];
    let is_strict = |unit: usize| strict[usize::from(view.units[unit].clock)];
    if !is_strict(unit) {
        return None;
    }
    let middle = middle(view, units, |other| other != unit)?;
    let distance = (own.x - middle).abs().min((own.x_alt - middle).abs());
    let agreeing = units
        .iter()
        .filter(|other| **other != unit && is_strict(**other))
        .filter(|other| (view.units[**other].x - middle).abs() < FITS_MS)
        .count();
    // Two devices alone: either clock speaks against either counter.
    let believed = agreeing >= 2 || (agreeing == 1 && units.len() == 2);
    (believed && distance > MISFIT_MS).then_some(distance)
}

/// The nearest other value of the same counter that a unit fits.
fn fitting(
    view: &View,
    buckets: &Buckets,
    lagging: &[Bucket],
    bucket: Bucket,
    unit: usize,
) -> Option<Bucket> {
    let own = &view.units[unit];
    let from = lagging.partition_point(|other| other.counter < bucket.counter);
    lagging[from..]
        .iter()
        .take_while(|other| other.counter == bucket.counter)
        .filter(|other| **other != bucket)
        .filter_map(|other| {
            let units = &buckets[other];
            let is_in = units.iter().any(|unit| view.units[*unit].witness == own.witness);
            let distance = (own.x - middle(view, units, |_| true)?).abs();
            (!is_in && distance < FITS_MS).then_some((distance, *other))
        })
        .min()
        .map(|(_, other)| other)
}
