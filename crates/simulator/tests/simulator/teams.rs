//! Ten clients of one Counter-Strike match: each its own counters, all of them the
//! rounds and the bomb.

use std::collections::BTreeSet;

use serde_json::Value;
use simulator::{Cs2Match, Cs2Teams, Length, SharedTruth};

const SEEDS: std::ops::Range<u64> = 0..10;

fn teams(seed: u64) -> (SharedTruth, Vec<Cs2Match>) {
    let teams = Cs2Teams::new(seed, Length::seconds(120));
    (teams.shared_truth(seed, 10), teams.clients(10))
}

fn bodies(client: &Cs2Match) -> Vec<Value> {
    let requests = client.requests("abcdefghijklmnop");
    requests.iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

/// The values that an own counter takes, by how often it had been set back.
fn counted(bodies: &[Value], counter: &str) -> BTreeSet<(u32, u64)> {
    let (mut run, mut former, mut values) = (0, 0, BTreeSet::new());
    for body in bodies.iter().filter(|body| body["map"]["phase"] == "live") {
        let restarted = body["map"]["round"] == 0 && body["round"]["phase"] == "freezetime";
        if run == 0 && restarted && !body["previously"]["round"].is_null() {
            (run, former) = (1, 0);
        }
        if body["player"]["steamid"] != body["provider"]["steamid"] {
            continue;
        }
        let Some(now) = body["player"]["match_stats"][counter].as_u64() else { continue };
        values.extend((former + 1..=now).map(|value| (run, value)));
        former = now;
    }
    values
}

#[test]
fn each_client_shows_its_own_kills_and_deaths_and_nobody_elses() {
    for seed in SEEDS {
        let (_, clients) = teams(seed);
        for client in &clients {
            let (truth, bodies) = (client.truth(), bodies(client));
            let of = |kind: &str| {
                let events = truth.events.iter().filter(|event| event.kind == kind);
                events.map(|event| (event.run, event.ordinal.unwrap())).collect::<BTreeSet<_>>()
            };
            assert_eq!(counted(&bodies, "kills"), of("kill"), "seed {seed} {}", truth.observer);
            assert_eq!(counted(&bodies, "deaths"), of("death"), "seed {seed} {}", truth.observer);
        }
    }
}

#[test]
fn each_kill_is_shown_by_its_two_and_all_else_by_everybody() {
    let (truth, clients) = teams(5);
    let kills = truth.events.iter().filter(|event| event.event.kind == "kill");
    let mut count = 0;
    for kill in kills {
        assert_eq!(kill.seen_by.len(), 2, "{kill:?}");
        assert!(kill.victim_ordinal.is_some());
        count += 1;
    }
    assert!(count > 15, "{count}");
    let others = truth.events.iter().filter(|event| event.event.kind != "kill");
    assert!(others.into_iter().all(|event| event.seen_by.len() == 10));
    let told: usize = clients.iter().map(|client| client.truth().events.len()).sum();
    assert_eq!(told, truth.events.iter().map(|event| event.seen_by.len()).sum::<usize>());
}

#[test]
fn whoever_is_dead_watches_a_team_mate_with_real_counters() {
    let (_, clients) = teams(5);
    let mut watched = 0;
    for client in &clients {
        for body in bodies(client) {
            let (shown, own) = (&body["player"]["steamid"], &body["provider"]["steamid"]);
            if body["player"].is_object() && shown != own {
                watched += 1;
                assert!(body["player"]["state"]["health"].as_u64() > Some(0), "{body}");
            }
        }
    }
    assert!(watched > 10, "{watched}");
}

#[test]
fn a_match_of_teams_stays_within_its_length() {
    for seed in SEEDS {
        for seconds in [80, 600] {
            let length = Length::seconds(seconds);
            let clients = Cs2Teams::new(seed, length).clients(10);
            let end_ms = clients.iter().map(Cs2Match::end_ms).max().unwrap();
            assert!(end_ms <= length.ms(), "seed {seed}: {end_ms} of {}", length.ms());
        }
    }
}
