//! Two sessions that turn out to be one match, over HTTP: whoever knows the key
//! that went, or an id under it, is led on for ever.

use ingest_api::OccurrenceView;
use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, LOCATION},
    redirect::Policy,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    listening::{Known, Listening},
    support::{TestDevice, TestServer, send},
};

const STAYS: &str = "valorant:session-a";
const GOES: &str = "valorant:session-b";

/// What happens `nth`, as a device tells it under the key of its session.
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

/// As a companion does: with its clock, so that the times are known well.
async fn post(server: &TestServer, device: &TestDevice, events: &[Value]) {
    let clock = format!("{};{}", device.id.0, 1_000_000);
    let request = server.request(device).header("Ringside-Clock", clock);
    let reply = send(request.body(json!(events).to_string())).await;
    assert!(reply.verdicts().iter().all(|verdict| verdict == "stored"), "{:?}", reply.verdicts());
}

fn all(device: &TestDevice, key: &str, numbers: std::ops::RangeInclusive<u64>) -> Vec<Value> {
    let kills = numbers.map(|nth| told(device, key, "kill", nth));
    kills.chain([told(device, key, "match_ended", 9)]).collect()
}

/// Where a path leads, without going there.
async fn led_to(server: &TestServer, method: Method, token: &str, path: &str) -> String {
    let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let request = client.request(method, server.url(path));
    let request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_that_was_joined_away_leads_to_the_match_and_its_feed_says_so() {
    let hour = std::time::Duration::from_hours(1);
    let server = TestServer::start_with(|config| config.bounds.feed_keep_alive = hour).await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    post(&server, &one, &all(&one, STAYS, 1..=8)).await;
    post(&server, &other, &[told(&other, GOES, "kill", 1)]).await;
    let (reader, mut known) = (server.reader(), Known::default());
    let feed_path = format!("/v1/matches/{GOES}/feed");
    let mut feed = Listening::open(&server, &reader, &feed_path, None).await;
    while known.last_id.is_none() {
        known.apply(&feed.next().await.unwrap());
    }
    let id: Uuid = known.occurrences.keys().next().unwrap().parse().unwrap();

    post(&server, &other, &all(&other, GOES, 2..=8)).await;
    let moved = loop {
        let told = feed.next().await.expect("it says where it goes");
        if told.name == "moved" {
            break told;
        }
    };
    assert_eq!(moved.data["to"], STAYS);
    assert_eq!(feed.next().await, None, "and ends");

    let stays = format!("/v1/matches/{STAYS}");
    for rest in ["", "/occurrences", "/streams", "/statistics", "/feed"] {
        let path = format!("/v1/matches/{GOES}{rest}");
        let led = led_to(&server, Method::GET, &reader, &path).await;
        assert_eq!(led, format!("{stays}{rest}"));
    }
    let part = format!("/v1/matches/{GOES}/occurrences?limit=5");
    let led = led_to(&server, Method::GET, &reader, &part).await;
    assert_eq!(led, format!("{stays}/occurrences?limit=5"), "the same part of it");
    // A browser comes back to the path that it was given, with the last id.
    let mut feed = Listening::open(&server, &reader, &feed_path, known.last_id.as_deref()).await;
    assert_eq!(feed.next().await.unwrap().name, "reset", "the id was of the other match");

    let path = format!("/v1/matches/{GOES}/occurrences/{id}");
    let found: OccurrenceView = server.get(&reader, &path).await.json();
    assert_eq!((found.kind.as_str(), found.actors.victim.as_deref()), ("kill", Some("v1")));
    assert_eq!(found.witnesses.len(), 2);
    let list = server.occurrences(STAYS).await;
    assert!(list.occurrences.contains(&found), "served once, under one id");
    assert_eq!((list.occurrences.len(), server.matches().await.matches.len()), (9, 1));

    let path = format!("/v1/matches/{GOES}/seal");
    let led = led_to(&server, Method::POST, &server.operator(), &path).await;
    assert_eq!(led, format!("{stays}/seal"));
}
