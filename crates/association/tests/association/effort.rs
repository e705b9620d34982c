//! How often a match is solved, whatever somebody sends: the work that it costs.

use association::{MatchState, TimeQuality};
use uuid::Uuid;

use crate::{sketch::league, told::Told};

/// Reports of one device between two of its made-up reboots.
const REPORTS_A_CLOCK: u64 = 64;

/// Kills every ten milliseconds by a device that reboots all the time, each of its
/// clocks before the one that it told of last, and none right.
fn reboots(many: u64, accounts: u64) -> Vec<Told> {
    let told = |n: u64| {
        let mut told = Told::kill(1, 1_000_000 - n * 10, "Ana", "Bo");
        told.event_id = Uuid::from_u128(u128::from(n)).to_string();
        told.quality = TimeQuality::Low;
        told.observer = Some(format!("player {}", n % accounts));
        told.epoch = u128::from(many - n / REPORTS_A_CLOCK);
        told
    };
    (0..many).map(told).collect()
}

/// How often it was solved while this came.
fn resolves(told: &[Told]) -> u64 {
    let mut state = MatchState::new(league());
    for (position, told) in (1..).zip(told) {
        state.place(&told.report(position));
        state.resolve_if_due();
        drop(state.take_changes());
    }
    state.resolves()
}

#[test]
fn a_device_that_makes_clocks_up_has_a_match_solved_no_oftener_the_more_it_sends() {
    let (some, many) = (resolves(&reboots(1_000, 1)), resolves(&reboots(3_000, 1)));
    assert!(some <= 24, "{some}");
    assert!(many <= some + 2, "{some} and {many}");
}

#[test]
fn nor_does_one_that_speaks_for_several() {
    let many = resolves(&reboots(3_000, 4));
    assert!(many <= 32, "{many}");
}
