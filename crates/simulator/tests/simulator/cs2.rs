//! Counter-Strike's requests have the game's shape and quirks.

use serde_json::Value;
use simulator::{Cs2Match, TrueEvent};

use crate::{SEEDS, short};

const TOKEN: &str = "abcdefghijklmnop";

fn bodies(seed: u64) -> Vec<Value> {
    let requests = Cs2Match::new(seed, short()).requests(TOKEN);
    requests.iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

fn truth(seed: u64) -> Vec<TrueEvent> {
    Cs2Match::new(seed, short()).truth().events
}

fn is_own(body: &Value) -> bool {
    body["player"]["steamid"] == body["provider"]["steamid"]
}

/// Own kills of the truth, by how often the counters had been set back.
fn kills(seed: u64) -> Vec<(u32, u64)> {
    let kills = truth(seed).into_iter().filter(|event| event.kind == "kill");
    kills.map(|event| (event.run, event.ordinal.unwrap())).collect()
}

/// The own kills that the bodies show: each increment, however many at once.
fn kills_shown(bodies: &[Value]) -> Vec<(u32, u64)> {
    let (mut run, mut counter, mut shown) = (0, 0, Vec::new());
    for body in bodies.iter().filter(|body| is_own(body)) {
        let Some(now) = body["player"]["match_stats"]["kills"].as_u64() else { continue };
        if now < counter {
            (run, counter) = (run + 1, 0);
        }
        shown.extend((counter + 1..=now).map(|value| (run, value)));
        counter = now;
    }
    shown
}

#[test]
fn the_own_counters_show_every_kill_of_the_truth() {
    for seed in SEEDS {
        assert_eq!(kills_shown(&bodies(seed)), kills(seed), "seed {seed}");
    }
}

#[test]
fn every_match_has_a_restart_a_leap_a_death_and_a_spectated_team_mate() {
    for seed in SEEDS {
        let bodies = bodies(seed);
        let own_kills: Vec<u64> = bodies
            .iter()
            .filter(|body| is_own(body))
            .filter_map(|body| body["player"]["match_stats"]["kills"].as_u64())
            .collect();
        let has = |change: fn(&[u64]) -> bool| own_kills.windows(2).any(change);
        assert!(has(|pair| pair[1] < pair[0]), "seed {seed}: counters fall at the restart");
        assert!(has(|pair| pair[1] == pair[0] + 2), "seed {seed}: two kills at once");
        assert!(truth(seed).iter().any(|event| event.kind == "death"), "seed {seed}");
        let watched = bodies.iter().any(|body| body["player"].is_object() && !is_own(body));
        assert!(watched, "seed {seed}: after death the player block is another's");
    }
}

#[test]
fn every_phase_is_sent_as_a_state_of_its_own() {
    for seed in SEEDS {
        let bodies = bodies(seed);
        let rounds = truth(seed).iter().filter(|event| event.kind == "round_ended").count();
        let over =
            |body: &&Value| body["round"]["phase"] == "over" && body["map"]["phase"] == "live";
        assert_eq!(bodies.iter().filter(over).count(), rounds, "seed {seed}");
        assert!(bodies.first().unwrap()["map"].is_null(), "from the menu");
        assert!(bodies.last().unwrap()["map"].is_null(), "back to the menu");
    }
}

#[test]
fn bodies_carry_what_changed_since_the_last_and_the_token() {
    let bodies = bodies(7);
    assert!(bodies[0]["previously"].is_null(), "nothing was sent before");
    assert!(
        bodies[1..]
            .iter()
            .all(|body| { !body["previously"].is_null() || !body["added"].is_null() })
    );
    assert!(bodies.iter().all(|body| body["auth"]["token"] == TOKEN));
}

#[test]
fn requests_look_like_the_games_own() {
    for request in Cs2Match::new(7, short()).requests(TOKEN) {
        assert_eq!((request.method, request.url), ("POST", "/"));
        assert_eq!(request.headers["user-agent"], "Valve/Steam HTTP Client 1.0 (730)");
        assert!(
            request.body.starts_with("{\n\t\"provider\": {\n\t\t\"appid\""),
            "{}",
            request.body
        );
    }
}
