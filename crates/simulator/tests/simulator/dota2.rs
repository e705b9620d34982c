//! The simulated Dota 2 behaves as the game was seen to, and what its frames show is
//! what its truth says.

use std::collections::{BTreeMap, BTreeSet};

use event_model::{Channel, Source};
use serde_json::Value;
use simulator::{Dota2Match, Length};

use crate::{
    SEEDS, short,
    told::{Told, by_rules, by_truth, difference, told},
};

const TOKEN: &str = "abcdefghijklmnop";

/// Long enough for a pause, an absence and an entry that is listed no more.
fn long() -> Length {
    Length::seconds(240)
}

fn bodies(seed: u64, length: Length, client: usize) -> Vec<Value> {
    let play = Dota2Match::new(seed, length);
    let requests = play.requests(&play.clients(seed, 11)[client], TOKEN);
    requests.iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

fn listed(body: &Value) -> &[Value] {
    body["events"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn of_client(play: &Dota2Match, seed: u64, client: usize, restarts: usize) -> Told {
    let requests = play.requests(&play.clients(seed, 11)[client], TOKEN);
    let bodies = requests.iter().map(|request| request.body.as_str());
    told(Source::Dota2, Channel::Http, bodies, restarts)
}

#[test]
fn the_rules_tell_of_every_client_what_its_truth_says() {
    // Another client with every seed: the eleventh one watches.
    let short_ones = (0..22).map(|seed| (seed, short(), seed % 11));
    let long_ones = [(0, long(), 0), (1, long(), 10), (2, long(), 3)];
    for (seed, length, number) in short_ones.chain(long_ones) {
        let play = Dota2Match::new(seed, length);
        let number = usize::try_from(number).unwrap();
        let client = &play.clients(seed, 11)[number];
        let told = of_client(&play, seed, number, 0);
        let truth = play.truth_of(client);
        let difference = difference(&by_rules(&told.events), &by_truth(&truth.events));
        assert!(difference.is_empty(), "seed {seed}, client {number}: {difference:#?}");
        assert_eq!(told.unreadable, 0);
        assert!(told.drift.is_empty(), "seed {seed}: {:?}", told.drift);
        let observed = told
            .events
            .iter()
            .all(|event| event.data.observer.as_deref().unwrap_or_default() == truth.observer);
        assert!(observed, "seed {seed}, client {number}");
    }
}

#[test]
fn a_restart_between_any_frames_changes_no_event() {
    for seed in 0..3 {
        let play = Dota2Match::new(seed, Length::seconds(60));
        let whole = of_client(&play, seed, 0, 0).events;
        assert_eq!(of_client(&play, seed, 0, 7).events, whole, "seed {seed}");
    }
}

#[test]
fn the_newest_comes_first_sixteen_at_most_and_each_for_half_a_minute() {
    let mut longest = 0;
    for body in (0..2).flat_map(|seed| bodies(seed, long(), 0)) {
        let times: Vec<i64> =
            listed(&body).iter().map(|entry| entry["game_time"].as_i64().unwrap()).collect();
        assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
        assert!(times.len() <= 16);
        let now = body["map"]["game_time"].as_i64().unwrap_or_default();
        for time in &times {
            assert!((0..=32).contains(&(now - time)), "{time} at {now}");
            longest = longest.max(now - time);
        }
    }
    assert!(longest >= 28, "{longest}");
}

#[test]
fn two_kills_of_one_second_and_two_tips_that_say_the_same_come_up() {
    let mut seconds_with_two = 0;
    let mut said_twice = 0;
    for seed in SEEDS {
        let mut kills: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for body in bodies(seed, short(), 0) {
            let mut seen = BTreeSet::new();
            for entry in listed(&body) {
                let data = entry["data"].as_str().unwrap_or_default();
                if data.contains("HERO_KILL") {
                    let second = entry["game_time"].as_i64().unwrap();
                    kills.entry(second).or_default().insert(data.to_owned());
                }
                said_twice += usize::from(!seen.insert(entry.to_string()));
            }
        }
        seconds_with_two += kills.values().filter(|texts| texts.len() > 1).count();
    }
    assert!(seconds_with_two > 20, "{seconds_with_two}");
    assert!(said_twice > 5, "{said_twice}");
}

#[test]
fn a_player_gets_one_flat_block_and_who_watches_everybodys_by_team() {
    let playing = bodies(3, short(), 1);
    let own = playing.iter().find(|body| body["map"].is_object()).unwrap();
    assert_eq!(own["player"]["team_slot"], 5, "the second client plays for Dire");
    let watching = bodies(3, short(), 10);
    let seen = watching.iter().find(|body| body["map"].is_object()).unwrap();
    assert_eq!(seen["player"]["team3"].as_object().unwrap().len(), 5);
    assert!(seen["player"]["team2"]["player4"]["accountid"].is_string());
    assert!(seen["hero"]["team3"]["player9"]["alive"].is_boolean());
}

#[test]
fn bodies_carry_what_changed_since_the_last_and_the_token() {
    let bodies = bodies(7, short(), 0);
    assert!(bodies[0]["previously"].is_null());
    assert!(bodies[1..].iter().any(|body| body["previously"]["map"]["game_time"].is_u64()));
    assert!(bodies.iter().all(|body| body["auth"]["token"] == TOKEN));
    assert!(bodies.iter().all(|body| body["provider"]["appid"] == 570));
}

#[test]
fn the_engines_clock_stands_still_in_a_pause_and_an_absence_shows_the_menu() {
    let (mut paused, mut away) = (0, 0);
    for seed in 0..5 {
        let bodies = bodies(seed, long(), 0);
        let times: BTreeSet<i64> = bodies
            .iter()
            .filter(|body| body["map"]["paused"] == true)
            .map(|body| body["map"]["game_time"].as_i64().unwrap())
            .collect();
        assert!(times.len() <= 2, "seed {seed}: {times:?}");
        paused += times.len();
        let in_match = bodies.iter().map(|body| body["map"].is_object()).collect::<Vec<_>>();
        let breaks = in_match.windows(2).filter(|pair| pair[0] && !pair[1]).count();
        away += breaks - 1;
    }
    assert!(paused >= 5 && away >= 1, "{paused} {away}");
}

#[test]
fn a_purchase_is_shown_to_its_own_team_alone() {
    let mut bought = [0, 0];
    for seed in 0..6 {
        let play = Dota2Match::new(seed, long());
        let clients = play.clients(seed, 2);
        let of = |client| {
            let truth = play.truth_of(client).events.into_iter();
            let purchases =
                truth.filter(|event| event.name.as_deref() == Some("CHAT_MESSAGE_ITEM_PURCHASE"));
            purchases.map(|event| event.match_clock_ms.unwrap()).collect::<BTreeSet<_>>()
        };
        let (radiant, dire) = (of(&clients[0]), of(&clients[1]));
        assert!(radiant.is_disjoint(&dire), "seed {seed}");
        bought = [bought[0] + radiant.len(), bought[1] + dire.len()];
    }
    assert!(bought.iter().all(|count| *count > 0), "{bought:?}");
}

#[test]
fn what_several_see_is_in_the_shared_truth_once() {
    let play = Dota2Match::new(9, long());
    let clients = play.clients(9, 4);
    let shared = play.shared_truth(9, &clients);
    for (observer, client) in shared.observers.iter().zip(&clients) {
        let seen = shared.events.iter().filter(|event| event.seen_by.contains(&observer.account));
        assert_eq!(seen.count(), play.truth_of(client).events.len());
    }
}
