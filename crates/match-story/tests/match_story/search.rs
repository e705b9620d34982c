//! Finding a match.

use event_model::Kind;
use match_story::{DayNames, OffsetSince, Places, Query, Summary};
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
    let shown = ["Counter-Strike 2", "Dust II"];
    Query::new(query).matches(&summary(), &Places::default(), &shown)
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
    let in_berlin = |query| Query::new(query).matches(&summary(), &berlin(), &[]);
    assert!(in_berlin("21.11.2026"), "half past midnight there");
    assert!(!in_berlin("20.11.2026"));
}

#[test]
fn after_the_change_of_clocks_a_match_keeps_the_day_of_its_heading() {
    let mut evidence = cs2(1, 0, Kind::SessionEvidence);
    evidence.envelope.time = "2026-10-20T22:30:00Z".parse().expect("a time");
    let in_summer = story(&[evidence]).summary();
    let finds = |query| Query::new(query).matches(&in_summer, &berlin(), &[]);
    assert!(finds("2026-10-21"), "half past midnight in summer, however late it is looked for");
    assert!(!finds("2026-10-20"));
}

#[test]
fn a_day_is_found_by_the_words_of_its_heading() {
    let finds = |query| Query::new(query).matches(&summary(), &berlin(), &[]);
    for query in ["Samstag, 21. November 2026", "samstag", "november", "GESTERN", "21."] {
        assert!(finds(query), "{query}");
    }
    for query in ["Freitag", "Oktober", "heute", "20."] {
        assert!(!finds(query), "{query}");
    }
}

/// Winter since 25 October 2026, 01:00 in UTC, and German words; the day after is today.
fn berlin() -> Places {
    let names = |all: &str| all.split(' ').map(str::to_owned).collect();
    let near = [("2026-11-21", "gestern"), ("2026-11-22", "heute")];
    let day = |(day, word): (&str, &str)| (day.to_owned(), word.to_owned());
    Places {
        offsets: vec![
            OffsetSince { from_ms: 1_774_746_000_000, minutes: 120 },
            OffsetSince { from_ms: 1_792_890_000_000, minutes: 60 },
        ],
        days: DayNames {
            weekdays: names("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
            months: names(
                "Januar Februar März April Mai Juni Juli August September Oktober November \
                 Dezember",
            ),
            near: near.map(day).into(),
        },
    }
}
