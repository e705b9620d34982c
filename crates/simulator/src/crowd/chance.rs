//! Delays and errors of a known shape, in whole numbers: a logarithm may differ
//! in its last bit between two systems, and a seed must not.

use crate::Prng;

/// How finely a part of one is told.
const FRACTION: u64 = 1 << 20;

/// How many even numbers make a bell curve: their sum has variance 1.
const BELL: u64 = 12;

/// An exponential delay with this mean, by von Neumann's comparisons alone: a
/// falling run of odd length keeps its first number, an even one adds one mean.
pub(super) fn exponential_ms(prng: &mut Prng, mean_ms: u64) -> u64 {
    let mut means = 0;
    loop {
        let first = prng.below(FRACTION);
        let mut last = first;
        let mut length = 1_u32;
        loop {
            let next = prng.below(FRACTION);
            if next >= last {
                break;
            }
            last = next;
            length += 1;
        }
        if length % 2 == 1 {
            return mean_ms * (means * FRACTION + first) / FRACTION;
        }
        means += 1;
    }
}

/// An error around 0 with this standard deviation: twelve even numbers, of
/// which none lies beyond six deviations.
pub(super) fn bell_ms(prng: &mut Prng, deviation_ms: u64) -> i64 {
    let sum: u64 = (0..BELL).map(|_| prng.below(FRACTION)).sum();
    let around = signed(sum) - signed(BELL * FRACTION / 2);
    signed(deviation_ms) * around / signed(FRACTION)
}

/// An even error up to this far to either side.
pub(super) fn even_ms(prng: &mut Prng, most_ms: u64) -> i64 {
    signed(prng.below(2 * most_ms + 1)) - signed(most_ms)
}

/// A time as a difference of times.
pub(super) fn signed(ms: u64) -> i64 {
    i64::try_from(ms).expect("a match and its faults fit into 63 bits of milliseconds")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u32 = 20_000;

    fn mean(draw: impl Fn(&mut Prng) -> i64) -> i64 {
        let mut prng = Prng::new(1, "mean");
        (0..DRAWS).map(|_| draw(&mut prng)).sum::<i64>() / i64::from(DRAWS)
    }

    #[test]
    fn an_exponential_delay_has_its_mean_and_its_tail() {
        assert!((980..1_020).contains(&mean(|prng| signed(exponential_ms(prng, 1_000)))));
        let late = |prng: &mut Prng| i64::from(exponential_ms(prng, 1_000) > 3_000) * 10_000;
        assert!((470..530).contains(&mean(late)), "e^-3 is 498 in ten thousand");
    }

    #[test]
    fn a_bell_curve_has_its_width() {
        assert!(mean(|prng| bell_ms(prng, 1_000)).abs() < 20);
        let within = |prng: &mut Prng| i64::from(bell_ms(prng, 1_000).abs() < 1_000) * 10_000;
        assert!((6_700..6_950).contains(&mean(within)), "683 in a thousand lie within one");
    }

    #[test]
    fn an_even_error_stays_within_its_bound() {
        let mut prng = Prng::new(1, "even");
        assert!((0..DRAWS).all(|_| even_ms(&mut prng, 5).abs() <= 5));
    }
}
