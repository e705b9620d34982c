//! A thousand companions come back after an outage, and not all at once.

mod figure;
mod simulation;

use delivery::BACKOFF_MAX_MS;
use expect_test::expect_file;

use simulation::{Dice, Fault, OUTAGE_AT_S, Play, Seen, play};

/// Ten minutes without a server, in the middle of a thousand matches. The
/// minute before has a thousand requests a second, so that a second's chance
/// moves the rate by a few per cent only.
const TEN_MINUTES: Play = Play {
    seed: 1,
    companions: 1_000,
    event_every_ms: 1_000,
    outage_s: 600,
    fault: Fault::Status(503, None),
    events_max: 1_000,
};

/// Longest request: a client that hears nothing gives up after it.
const SILENT_MS: u64 = 30_000;

/// Requests a second in the minute before the outage.
fn rate_before(seen: &Seen) -> f64 {
    let outage_at = usize::try_from(OUTAGE_AT_S).expect("minutes");
    f64::from(seen.requests[outage_at - 60..outage_at].iter().sum::<u32>()) / 60.0
}

/// A seed of its own for each play; more of them in the long run.
fn seeds(first: u64) -> impl Iterator<Item = u64> {
    let many = if std::env::var_os("RINGSIDE_LONG").is_some() { 5 } else { 1 };
    let mut dice = Dice::of(first);
    std::iter::once(first).chain(std::iter::repeat_with(move || dice.next())).take(many)
}

fn comes_back_gently(of: Play) {
    for seed in seeds(of.seed) {
        checked(Play { seed, ..of });
    }
}

/// From the first second of the outage on, in no second the server sees twice
/// the rate of the minute before, and everybody is caught up in the end.
fn checked(of: Play) -> Seen {
    let seen = play(of);
    let twice = 2.0 * rate_before(&seen);
    let outage_at = usize::try_from(OUTAGE_AT_S).expect("minutes");
    let (second, most) = seen.requests[outage_at..]
        .iter()
        .enumerate()
        .max_by_key(|(_, requests)| **requests)
        .expect("there are seconds");
    assert!(
        f64::from(*most) <= twice,
        "{most} requests in second {second} of {of:?}, more than {twice}"
    );
    let last = seen.caught_up_ms.iter().max().expect("there are companions");
    assert!(*last <= BACKOFF_MAX_MS + SILENT_MS, "somebody waits {last} ms after {of:?}");
    seen
}

#[test]
fn after_refused_connections_they_come_back_gently() {
    comes_back_gently(Play { seed: 11, fault: Fault::Refused, ..TEN_MINUTES });
}

#[test]
fn after_503_they_come_back_gently_and_the_picture_shows_it() {
    let seen = checked(TEN_MINUTES);
    let drawn = figure::draw(&seen, rate_before(&seen), TEN_MINUTES.outage_s);
    expect_file!["../../../../docs/figures/recovery.svg"].assert_eq(&drawn);
}

#[test]
fn after_503_with_a_short_wait_they_come_back_gently() {
    comes_back_gently(Play { seed: 13, fault: Fault::Status(503, Some(2)), ..TEN_MINUTES });
}

#[test]
fn after_429_with_one_long_wait_for_all_they_come_back_gently() {
    comes_back_gently(Play { seed: 14, fault: Fault::Status(429, Some(200)), ..TEN_MINUTES });
}

#[test]
fn after_silence_they_come_back_gently() {
    comes_back_gently(Play { seed: 15, fault: Fault::Silent, ..TEN_MINUTES });
}

#[test]
fn through_a_proxy_that_takes_eight_events_they_come_back_gently() {
    comes_back_gently(Play { seed: 16, events_max: 8, ..TEN_MINUTES });
}

#[test]
fn after_a_short_outage_they_come_back_gently() {
    for outage_s in [1, 5, 12, 60] {
        comes_back_gently(Play { seed: 17, outage_s, ..TEN_MINUTES });
    }
}

#[test]
fn everybody_asks_five_times_at_most_in_twelve_seconds() {
    for seed in seeds(18) {
        let seen = play(Play { seed, outage_s: 12, ..TEN_MINUTES });
        let most = seen.asked_in_outage.iter().max().expect("there are companions");
        assert!(*most <= 5, "seed {seed}: {most}");
    }
}
