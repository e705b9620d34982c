//! Whole hand-made sessions and the events that must come of them, ids and all.

use event_model::Event;
use expect_test::expect_file;

use super::support::{empty, line, reading};

fn played(bodies: &str) -> String {
    let mut state = empty();
    let steps = bodies.lines().map(|body| state.observe(&reading(body)));
    let events: Vec<_> = steps.flat_map(|step| step.events).collect();
    events.iter().map(|event| golden_line(event) + "\n").collect()
}

fn golden_line(event: &Event) -> String {
    let details = serde_json::to_string(&event.data.details).expect("details are plain JSON");
    format!("{} {} {details}", event.id, line(event))
}

#[test]
fn a_match_with_a_restart_is_told_as_it_always_was() {
    let told = played(include_str!("../../fixtures/cs2/restarted_match.jsonl"));
    expect_file!["../../fixtures/cs2/restarted_match.events.txt"].assert_eq(&told);
}

#[test]
fn two_matches_on_one_map_are_told_as_they_always_were() {
    let told = played(include_str!("../../fixtures/cs2/two_matches.jsonl"));
    expect_file!["../../fixtures/cs2/two_matches.events.txt"].assert_eq(&told);
}
