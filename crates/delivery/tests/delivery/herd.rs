//! A thousand companions come back after an outage, and not all at once.

mod figure;
mod simulation;

use delivery::BACKOFF_MAX_MS;
use expect_test::expect_file;

use simulation::{Dice, Fault, OUTAGE_AT_S, Play, Seen, play};

/// Ten minutes without a server, in the middle of a thousand matches. Twice the
/// rate of the minute before is then two hundred a second: were all to come back
/// within some seconds, they would be more.
const TEN_MINUTES: Play = Play {
    seed: 1,
    companions: 1_000,
    event_every_ms: 10_000,
    outage_s: 600,
    fault: Fault::Status(503, None),
    events_max: 1_000,
    jitter: true,
};

/// The mean time between two events: of a fight, of a match, and of a quiet one.
const EVENT_EVERY_MS: [u64; 3] = [1_000, 10_000, 30_000];

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
    for event_every_ms in EVENT_EVERY_MS {
        for seed in seeds(of.seed) {
            checked(Play { seed, event_every_ms, ..of });
        }
    }
}

/// Most requests in a second since the outage ended.
fn most_after(seen: &Seen, of: Play) -> u32 {
    let back_at = usize::try_from(OUTAGE_AT_S + of.outage_s).expect("minutes");
    *seen.requests[back_at..].iter().max().expect("there are seconds")
}

/// In no second since the outage ended does the server see more than twice the
/// rate of the minute before it, and everybody is caught up in the end.
fn checked(of: Play) -> Seen {
    let seen = play(of);
    let (most, before) = (most_after(&seen, of), rate_before(&seen));
    assert!(f64::from(most) <= 2.0 * before, "{most} in a second, {before:.0} before: {of:?}");
    let last = seen.caught_up_ms.iter().max().expect("there are companions");
    assert!(*last <= BACKOFF_MAX_MS + SILENT_MS, "somebody waits {last} ms after {of:?}");
    seen
}

#[test]
fn after_refused_connections_they_come_back_gently() {
    comes_back_gently(Play { seed: 11, fault: Fault::Refused, ..TEN_MINUTES });
}

#[test]
fn after_503_they_come_back_gently() {
    comes_back_gently(Play { seed: 12, ..TEN_MINUTES });
}

#[test]
fn after_one_date_for_all_they_come_back_gently_and_the_picture_shows_it() {
    let of = Play { fault: Fault::BackAtDate, ..TEN_MINUTES };
    comes_back_gently(of);
    let together = play(Play { jitter: false, ..of });
    let seen = checked(of);
    let drawn = figure::draw(&seen, &together, rate_before(&seen), of.outage_s);
    expect_file!["../../../../docs/figures/recovery.svg"].assert_eq(&drawn);
}

#[test]
fn without_the_random_part_one_date_for_all_is_a_wave() {
    let of = Play { fault: Fault::BackAtDate, jitter: false, ..TEN_MINUTES };
    let seen = play(of);
    let (most, before) = (most_after(&seen, of), rate_before(&seen));
    assert!(f64::from(most) > 2.0 * before, "{most} in a second, {before:.0} before");
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

/// Only of a fight: after seconds the first delays are seconds, and where a
/// hundred events a second are usual all who met the outage are more than twice
/// that for a moment.
#[test]
fn after_a_short_outage_in_a_fight_they_come_back_gently() {
    for outage_s in [1, 5, 12, 60] {
        for seed in seeds(17) {
            checked(Play { seed, outage_s, event_every_ms: 1_000, ..TEN_MINUTES });
        }
    }
}

#[test]
fn everybody_asks_five_times_at_most_in_twelve_seconds() {
    for seed in seeds(18) {
        let seen = play(Play { seed, outage_s: 12, event_every_ms: 1_000, ..TEN_MINUTES });
        let most = seen.asked_in_outage.iter().max().expect("there are companions");
        assert!(*most <= 5, "seed {seed}: {most}");
    }
}
