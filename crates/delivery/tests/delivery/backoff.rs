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

#[test]
fn a_twelve_second_outage_costs_six_requests_at_most() {
    let mut at = 0;
    let requests_within = (1..).take_while(|&failures| {
        let sent = at;
        at += backoff_ms(failures, None, 0);
        sent < 12_000
    });
    assert!(requests_within.count() <= 6, "even where every delay is the shortest possible");
}

proptest! {
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
