//! What becomes of replays, as an operator wants it.

use ingest_server::Replays;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestDevice, TestServer, send};

const ONE: &str = "valorant:session-a";
const OTHER: &str = "valorant:session-b";

async fn server(replays: Replays) -> TestServer {
    TestServer::start_with(|config| config.replays = replays).await
}

/// What happens `nth`, as a device that saw it tells it under the key of its session.
fn told(device: &TestDevice, key: &str, kind: &str, nth: u64) -> Value {
    let mut event = device.event(kind, &format!("{key} {nth}"), nth, 1);
    event["subject"] = json!(key);
    event["partitionkey"] = json!(key);
    event["data"] = json!({
        "game": "valorant", "match": {"key": key, "origin": "session"},
        "observer": format!("player of {key}"),
        "actors": {"attacker": format!("a{}", nth % 4), "victim": format!("v{nth}"), "assists": []},
        "round": 1, "ordinal": null, "identity": "native", "match_clock_ms": null,
        "observed": {"epoch": device.id.0, "mono_ms": nth * 20_000}, "details": {},
    });
    event
}

fn all(device: &TestDevice, key: &str, origin: &str) -> Vec<Value> {
    let kills = (1..=8).map(|nth| told(device, key, "kill", nth));
    let mut events: Vec<_> = kills.chain([told(device, key, "match_ended", 9)]).collect();
    events.iter_mut().for_each(|event| event["origin"] = json!(origin));
    events
}

/// As a companion does: what was played with its clock, so that the times are known well.
async fn post(server: &TestServer, device: &TestDevice, events: &[Value]) -> Vec<String> {
    let clock = format!("{};{}", device.id.0, 1_000_000);
    let request = server.request(device).header("Ringside-Clock", clock);
    send(request.body(json!(events).to_string())).await.verdicts()
}

/// Keys with how many devices told of them.
async fn matches(server: &TestServer) -> Vec<(String, u64)> {
    let list = server.matches().await.matches;
    let mut keys: Vec<_> = list.into_iter().map(|one| (one.key, one.devices)).collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn a_server_that_takes_no_replays_says_so_of_each_and_takes_the_rest() {
    let server = server(Replays::Refuse).await;
    let device = server.enrol(1).await;
    let mut replayed = device.kill("a", 1, 1);
    replayed["origin"] = json!("replay");
    let reply = server.post(&device, &[replayed, device.kill("b", 2, 1)]).await;
    assert_eq!(reply.verdicts(), ["invalid/replay_refused", "stored"]);
}

#[tokio::test]
async fn replays_that_are_accepted_are_one_match_with_what_was_played() {
    let server = server(Replays::Accept).await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    post(&server, &one, &all(&one, ONE, "live")).await;
    post(&server, &other, &all(&other, OTHER, "live")).await;
    let joined = matches(&server).await;
    assert_eq!(joined, [(ONE.to_owned(), 2)], "what the next test keeps apart would meet");
}

#[tokio::test]
async fn replays_that_are_separated_never_meet_what_was_played() {
    let server = server(Replays::Separate).await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    post(&server, &other, &all(&other, OTHER, "replay")).await;
    post(&server, &one, &all(&one, ONE, "live")).await;
    // What a device replayed before it was played hides nothing of it, nor the reverse.
    for origin in ["live", "replay"] {
        let key = if origin == "live" { OTHER } else { ONE };
        let device = if origin == "live" { &other } else { &one };
        let verdicts = post(&server, device, &all(device, key, origin)).await;
        assert!(verdicts.iter().all(|verdict| verdict == "stored"), "{origin}: {verdicts:?}");
        let again = post(&server, device, &all(device, key, origin)).await;
        assert!(again.iter().all(|verdict| verdict == "duplicate"), "{origin}: {again:?}");
    }
    assert_eq!(
        matches(&server).await,
        [(format!("replay.{OTHER}"), 2), (ONE.to_owned(), 2)],
        "two who played are one match, two who replayed another"
    );
}

// Elsewhere a file in use cannot be taken away.
#[cfg(unix)]
#[tokio::test]
async fn an_index_that_is_made_anew_keeps_them_apart_as_before() {
    let server = server(Replays::Separate).await;
    let device = server.enrol(1).await;
    post(&server, &device, &all(&device, ONE, "live")).await;
    post(&server, &device, &all(&device, ONE, "replay")).await;
    let before = matches(&server).await;
    assert_eq!(before.len(), 2);
    for file in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
        drop(std::fs::remove_file(server.data_dir.path().join(file)));
    }
    let mut further = told(&device, ONE, "kill", 10);
    further["origin"] = json!("replay");
    let mut replayed = all(&device, ONE, "replay");
    replayed.push(further);
    let verdicts = post(&server, &device, &replayed).await;
    let (last, known) = verdicts.split_last().unwrap();
    assert!(last == "stored" && known.iter().all(|one| one == "duplicate"), "{verdicts:?}");
    assert_eq!(matches(&server).await, before);
    let kept_apart = server.occurrences(&format!("replay.{ONE}")).await;
    assert_eq!(kept_apart.occurrences.len(), server.occurrences(ONE).await.occurrences.len() + 1);
}

#[tokio::test]
async fn erasing_an_event_takes_it_as_it_was_played_and_as_it_was_replayed() {
    let server = server(Replays::Separate).await;
    let device = server.enrol(1).await;
    post(&server, &device, &all(&device, ONE, "live")).await;
    post(&server, &device, &all(&device, ONE, "replay")).await;
    let path = format!("/v1/events/{}", "valorant:session-a%201");
    let reply = server.ask(Method::DELETE, &device.token, &path).await;
    assert!(reply.status.is_success(), "{}", reply.status);
    for key in [ONE.to_owned(), format!("replay.{ONE}")] {
        let kills = server.occurrences(&key).await.occurrences;
        let kills = kills.iter().filter(|one| one.kind == "kill").count();
        assert_eq!(kills, 7, "{key}");
    }
    let path = format!("/v1/matches/replay.{ONE}/events");
    let reply = server.ask(Method::DELETE, &device.token, &path).await;
    assert!(reply.status.is_success(), "{}", reply.status);
    let reply = server.get(&server.reader(), &format!("/v1/matches/{ONE}")).await;
    assert_eq!(reply.status, StatusCode::OK, "what was played stays");
}

#[tokio::test]
async fn nobody_sends_under_a_key_that_is_the_servers_own() {
    let server = server(Replays::Separate).await;
    let device = server.enrol(1).await;
    let event = told(&device, "replay.valorant:session-a", "kill", 1);
    let reply = server.post(&device, &[event]).await;
    assert_eq!(reply.verdicts(), ["invalid/malformed_event"]);
}
