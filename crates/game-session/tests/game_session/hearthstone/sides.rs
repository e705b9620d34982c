//! The two sides of one game.

use std::collections::BTreeSet;

use event_model::{Event, Kind};

use super::support::{Log, events, told, usual};

fn keys(events: &[Event]) -> BTreeSet<&str> {
    events.iter().map(|event| event.data.match_ref.key.as_str()).collect()
}

#[test]
fn both_sides_name_one_match_and_tell_the_same_of_it() {
    // Other zones, and clocks that are wrong by some seconds.
    let ana = events(&Log::of(Some(1), 0).print(&usual()));
    let bo = events(&Log::of(Some(2), 3_600_000 + 5_590).print(&usual()));
    assert_eq!(keys(&ana).len(), 1);
    assert_eq!(keys(&ana), keys(&bo));
    assert_eq!(told(&ana), told(&bo));
    for (one, other) in ana.iter().zip(&bo).filter(|(one, _)| one.kind != Kind::SessionEvidence) {
        assert_ne!(one.id, other.id, "each is its observer's");
        assert_ne!(one.data.observer, other.data.observer);
        assert_eq!(one.data.actors, other.data.actors);
        assert_eq!(one.data.ordinal, other.data.ordinal);
        assert_eq!(one.data.round, other.data.round);
        assert_eq!(one.data.match_clock_ms, other.data.match_clock_ms);
    }
}

#[test]
fn a_card_that_stays_hidden_is_told_without_its_name() {
    let card_of = |own| {
        let events = events(&Log::of(Some(own), 0).print(&usual()));
        let mut played = events.iter().filter(|event| {
            event.data.details.get("name").is_some_and(|name| name == "card_played")
        });
        played.next_back().unwrap().data.details.get("card").cloned()
    };
    assert_eq!(card_of(1), Some("CARD_12".into()));
    assert_eq!(card_of(2), None);
}

#[test]
fn who_watches_from_the_start_is_no_player_of_the_match() {
    let begin =
        "D 00:00:00.0000000 ================== Begin Spectating 1st player ==================";
    let mut lines = vec![begin.to_owned()];
    lines.extend(Log::of(None, 0).print(&usual()));
    let watched = events(&lines);
    let played = events(&Log::of(Some(1), 0).print(&usual()));
    assert_eq!(keys(&watched), keys(&played));
    assert!(watched.iter().all(|event| event.data.observer.is_none()));
    assert!(watched.iter().all(|event| event.data.details["watching"] == true));
}
