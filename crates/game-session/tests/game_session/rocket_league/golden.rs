//! A simulated match and the events that must come of it, on any system.

use expect_test::expect_file;

use super::support::{bytes, empty};
use crate::golden_event;

/// The messages are the simulator's (`ringside-sim match --game rocket-league --seed 5
/// --seconds 10`), of its states every third and the last.
#[test]
fn a_simulated_match_is_told_as_it_always_was() {
    let mut state = empty();
    let mut told = String::new();
    for body in include_str!("../../fixtures/rocket_league/simulated_match.jsonl").lines() {
        let step = state.observe(&bytes(body));
        assert_eq!(step.unreadable, None);
        assert!(step.drift.is_empty(), "{:?}", step.drift);
        told.extend(step.events.iter().map(golden_event::line));
    }
    told.extend(state.finish().events.iter().map(golden_event::line));
    expect_file!["../../fixtures/rocket_league/simulated_match.events.ndjson"].assert_eq(&told);
}
