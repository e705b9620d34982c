//! Clients of one League match differ as the game's own do, and agree on what
//! happened.

use std::collections::BTreeMap;

use serde_json::Value;
use simulator::{Attendance, LeagueClient, LeagueMatch, Length, TrueEvent};

const SEEDS: std::ops::Range<u64> = 0..10;

/// A minute of which is no more than what a late client must miss.
fn length() -> Length {
    Length::seconds(1_200)
}

const ALL: Attendance = Attendance { clients: 10, late: 2, returning: 1 };

fn document(play: &LeagueMatch, client: &LeagueClient, ms: u64) -> Option<Value> {
    play.document_of(client, ms).map(|text| serde_json::from_str(&text).unwrap())
}

fn entries(document: &Value) -> &Vec<Value> {
    document["events"]["Events"].as_array().unwrap()
}

fn time_ms(entry: &Value) -> f64 {
    entry["EventTime"].as_f64().unwrap() * 1_000.0
}

/// What an entry says, without its number and time.
fn what(entry: &Value) -> Value {
    let mut entry = entry.clone();
    for name in ["EventID", "EventTime", "Result"] {
        entry.as_object_mut().unwrap().remove(name);
    }
    entry
}

#[test]
fn everybody_lists_the_same_in_the_same_order_with_times_that_are_a_little_off() {
    for seed in SEEDS {
        let play = LeagueMatch::new(seed, length());
        let clients = play.clients(seed, ALL);
        let end_ms = play.end_ms() + 1_000;
        let whole = document(&play, &play.clients(seed, Attendance::default())[0], end_ms).unwrap();
        let mut off_most = 0.0_f64;
        for client in &clients {
            let last = document(&play, client, end_ms).unwrap();
            let listed = entries(&last);
            let of_whole = &entries(&whole)[entries(&whole).len() + 1 - listed.len()..];
            assert_eq!(listed[0]["EventName"], "GameStart");
            for (entry, original) in listed[1..].iter().zip(of_whole) {
                assert_eq!(what(entry), what(original), "seed {seed}");
                off_most = off_most.max(time_ms(original) - time_ms(entry));
            }
            assert!(listed.windows(2).all(|pair| time_ms(&pair[0]) <= time_ms(&pair[1])));
        }
        assert!((400.0..=726.0).contains(&off_most), "seed {seed}: {off_most}");
    }
}

#[test]
fn a_late_client_numbers_from_zero_and_scores_what_it_never_saw() {
    let play = LeagueMatch::new(3, length());
    let clients = play.clients(3, ALL);
    let late = &clients[9];
    let joined_ms = (0..).map(|s| s * 1_000).find(|ms| play.document_of(late, *ms).is_some());
    let joined_ms = joined_ms.unwrap();
    assert!(joined_ms >= 60_000);
    let first = document(&play, late, joined_ms).unwrap();
    assert_eq!(entries(&first)[0]["EventID"], 0);
    assert_eq!(entries(&first)[0]["EventName"], "GameStart");
    let joined = joined_ms as f64;
    assert!((joined - time_ms(&entries(&first)[0])).abs() <= 1_000.0, "its own start");
    let deaths = first["allPlayers"].as_array().unwrap().iter();
    let deaths: u64 = deaths.map(|player| player["scores"]["deaths"].as_u64().unwrap()).sum();
    assert!(deaths > 0, "of before it joined");
}

#[test]
fn a_client_that_comes_back_begins_its_list_anew() {
    let play = LeagueMatch::new(3, length());
    let clients = play.clients(3, ALL);
    let returning = &clients[7];
    let leaves_ms = returning.leaves_ms().unwrap();
    let before = document(&play, returning, leaves_ms - 1).unwrap();
    assert!(play.document_of(returning, leaves_ms).is_none(), "its process is gone");
    let after = document(&play, returning, leaves_ms + 100_000).unwrap();
    assert!(entries(&after).len() < entries(&before).len());
    let truth = play.truth_of(returning);
    let whole = play.truth();
    assert!(truth.events.len() <= whole.events.len());
    assert!(truth.events.len() >= entries(&before).len() + entries(&after).len() - 1);
    assert_eq!(clients.iter().filter(|client| client.leaves_ms().is_some()).count(), 1);
}

/// Kills of a player by the same one, within so long of the one before.
fn repeats(events: &[TrueEvent], within_ms: u64) -> usize {
    let mut latest: BTreeMap<(String, String), u64> = BTreeMap::new();
    let kills = events.iter().filter(|event| event.kind == "kill");
    let is_repeat = |event: &&TrueEvent| {
        let pair = (event.attacker.clone().unwrap(), event.victim.clone().unwrap());
        let at = event.match_clock_ms.unwrap();
        latest.insert(pair, at).is_some_and(|former| at - former <= within_ms)
    };
    kills.filter(is_repeat).count()
}

#[test]
fn revived_victims_die_again_within_seconds_and_nothing_else_changes() {
    let (mut kills, mut again) = (0, 0);
    for seed in SEEDS {
        let plain = LeagueMatch::new(seed, length()).truth().events;
        assert_eq!(plain, LeagueMatch::with_revivals(seed, length(), 0).truth().events);
        assert_eq!(repeats(&plain, 6_000), 0, "seed {seed}");
        let revived = LeagueMatch::with_revivals(seed, length(), 15).truth().events;
        kills += plain.iter().filter(|event| event.kind == "kill").count();
        again += repeats(&revived, 6_000);
        assert!(revived.last().unwrap().kind == "match_ended");
        assert!(revived.windows(2).all(|pair| pair[0].match_clock_ms <= pair[1].match_clock_ms));
    }
    assert!((again * 100 / kills) >= 5, "{again} of {kills}");
}
