//! A simulated match and the events that must come of it, on any system.

use expect_test::expect_file;

use super::support::{empty, reading};
use crate::golden_event;

/// The frames are the simulator's (`ringside-sim match --game dota2 --seed 5
/// --seconds 20`), the bodies alone and without their token.
#[test]
fn a_simulated_match_is_told_as_it_always_was() {
    let mut state = empty();
    let mut told = String::new();
    for body in include_str!("../../fixtures/dota2/simulated_match.jsonl").lines() {
        let step = state.observe(&reading(body));
        assert_eq!(step.unreadable, None);
        assert!(step.drift.is_empty(), "{:?}", step.drift);
        told.extend(step.events.iter().map(golden_event::line));
    }
    expect_file!["../../fixtures/dota2/simulated_match.events.ndjson"].assert_eq(&told);
}
