//! Delays are bounded, grow, and are spread.

use delivery::{BACKOFF_MAX_MS, PAUSE_MAX_MS, RETRY_AFTER_MAX_MS, backoff_ms, pause_ms};
use proptest::prelude::*;

#[test]
fn the_delay_doubles_from_one_second_to_its_cap() {
    let shortest: Vec<u64> = (1..=11).map(|failures| backoff_ms(failures, None, 0)).collect();
    assert_eq!(
        shortest,
        [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 150_000, 150_000]
    );
}

/// When a client asks that is refused again and again, in milliseconds since
/// its first request; `random` is drawn for each delay.
fn asks(mut random: impl FnMut() -> u64) -> impl Iterator<Item = u64> {
    let mut failures = 0;
    std::iter::successors(Some(0), move |at| {
        failures += 1;
        Some(at + backoff_ms(failures, None, random()))
    })
}

/// A random number that makes every delay the longest possible: `d / 2` of it.
fn longest_of(failures: u32) -> u64 {
    1_000_u64.saturating_mul(1 << (failures - 1)).min(BACKOFF_MAX_MS) / 2
}

#[test]
fn a_twelve_second_outage_costs_four_or_five_requests() {
    let within = |asks: Vec<u64>| asks.into_iter().take_while(|at| *at < 12_000).count();
    assert_eq!(within(asks(|| 0).take(20).collect()), 5, "every delay the shortest possible");
    let mut failures = 0;
    let longest = || {
        failures += 1;
        longest_of(failures)
    };
    assert_eq!(within(asks(longest).take(20).collect()), 4, "every delay the longest possible");
}

proptest! {
    /// The worst case is a request just before the end; the next one comes at
    /// the latest after as long again as it all took, twice, and a second.
    #[test]
    fn after_an_outage_the_next_request_is_not_long_in_coming(
        outage_ms in 0..86_400_000_u64,
        seed in prop::collection::vec(any::<u64>(), 400),
    ) {
        let mut random = seed.iter().copied().cycle();
        let back = asks(|| random.next().unwrap()).find(|at| *at >= outage_ms).unwrap();
        let late = back - outage_ms;
        prop_assert!(late <= 2 * outage_ms + 1_000, "{late} ms after {outage_ms} ms");
        prop_assert!(late <= BACKOFF_MAX_MS, "{late} ms");
    }

    #[test]
    fn a_delay_lies_between_half_of_d_and_d(failures in 1..40_u32, random: u64) {
        let d = 1_000_u64.saturating_mul(1 << (failures - 1)).min(BACKOFF_MAX_MS);
        let delay = backoff_ms(failures, None, random);
        prop_assert!((d / 2..=d).contains(&delay), "{delay} for d = {d}");
    }

    #[test]
    fn what_the_server_asks_for_is_waited_for(
        failures: u32,
        asked in 0..=RETRY_AFTER_MAX_MS,
        random: u64,
    ) {
        let delay = backoff_ms(failures, Some(asked), random);
        prop_assert!(delay >= asked);
        prop_assert!(delay <= asked.max(BACKOFF_MAX_MS) + asked.max(BACKOFF_MAX_MS) / 2, "bounded");
    }

    #[test]
    fn what_the_server_asks_for_is_spread(asked in 10_000..=RETRY_AFTER_MAX_MS) {
        let latest = (0..asked).rev().map(|random| backoff_ms(1, Some(asked), random)).take(100_000).max();
        prop_assert!(latest.unwrap() > asked + asked / 4, "not all in the second it named");
    }

    #[test]
    fn a_pause_is_five_seconds_to_a_minute(failures: u32, random: u64) {
        prop_assert!((5_000..=PAUSE_MAX_MS).contains(&pause_ms(failures, random)));
    }

    #[test]
    fn a_pause_grows(failures in 1..1_000_u32) {
        prop_assert!(pause_ms(failures + 1, 0) >= pause_ms(failures, 0));
    }
}
