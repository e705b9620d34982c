//! Finding a match.

use event_model::Kind;
use match_story::{Query, Summary};
use serde_json::json;

use crate::support::{cs2, story};

/// Seen at 23:30 in UTC on 20 November 2026.
fn summary() -> Summary {
    let mut evidence = cs2(1, 0, Kind::SessionEvidence)
        .with("map", "de_dust2")
        .with("mode", "competitive")
        .with("roster", json!({ "1": "Ólafur ", "2": "Große Jäger" }));
    evidence.envelope.time = "2026-11-20T23:30:00Z".parse().expect("a time");
    story(&[evidence]).summary()
}

fn finds(query: &str) -> bool {
    Query::new(query).matches(&summary(), 0, &["Counter-Strike 2", "Dust II"])
}

#[test]
fn game_map_mode_and_players_are_found_by_a_part_of_them() {
    for query in ["cs2", "dust", "de_dust2", "compet", "olaf", "ÓLAFUR", "grosse", "jager", ""] {
        assert!(finds(query), "{query}");
    }
    for query in ["league", "mirage", "zoe", "jaeger"] {
        assert!(!finds(query), "{query}");
    }
}

#[test]
fn what_the_page_calls_it_is_found_too() {
    assert!(finds("counter-strike"));
    assert!(finds("dust ii"));
}

#[test]
fn every_word_must_be_found() {
    assert!(finds("olafur dust"));
    assert!(!finds("olafur mirage"));
}

#[test]
fn a_day_is_found_as_two_countries_write_it() {
    for query in ["2026-11-20", "2026-11", "20.11.2026", "20.11."] {
        assert!(finds(query), "{query}");
    }
    assert!(!finds("21.11.2026"));
}

#[test]
fn the_day_is_the_players_own() {
    let in_berlin = |query| Query::new(query).matches(&summary(), 60, &[]);
    assert!(in_berlin("21.11.2026"), "half past midnight there");
    assert!(!in_berlin("20.11.2026"));
}
