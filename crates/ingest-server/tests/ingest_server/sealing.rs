//! Matches are sealed when they are due, and by an operator, who may open them
//! again.

use ingest_api::{MatchView, ProblemKind};
use ingest_store::{MatchPage, PageRequest, Viewer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    listening::{Known, Listening},
    support::{Reply, TestDevice, TestServer, send},
};

const MATCH: &str = "/v1/matches/cs2:1";
const MINUTE_MS: i64 = 60_000;

async fn post(server: &TestServer, token: &str, path: &str) -> Reply {
    server.ask(Method::POST, token, path).await
}

/// An event of another match.
fn of(mut event: Value, key: &str) -> Value {
    event["subject"] = json!(key);
    event["data"]["match"]["key"] = json!(key);
    event
}

#[tokio::test]
async fn an_operator_seals_a_match_and_opens_it_again() {
    let server = TestServer::start().await;
    let (device, operator) = (server.enrol(1).await, server.operator());
    server.post(&device, &[device.kill("a", 1, 1)]).await;
    let refused = server.get(&device.token, MATCH).await;
    assert_eq!(refused.problem(), ProblemKind::NotFound, "it runs");

    let sealed = post(&server, &operator, &format!("{MATCH}/seal")).await;
    assert_eq!(sealed.status, StatusCode::OK);
    let sealed: MatchView = sealed.json();
    assert_eq!((sealed.sealed, sealed.occurrences), (true, 1), "what was stored is in it");
    let again: MatchView = post(&server, &operator, &format!("{MATCH}/seal")).await.json();
    assert_eq!(again, sealed, "once is enough");
    assert_eq!(server.get(&device.token, MATCH).await.status, StatusCode::OK);

    let mut late = device.kill("b", 2, 2);
    late["data"]["actors"]["victim"] = json!("Cy");
    late["data"]["observed"]["mono_ms"] = json!(90_000);
    server.post(&device, &[late]).await;
    let list = server.occurrences("cs2:1").await;
    let marks: Vec<_> = list.occurrences.iter().map(|one| (one.round, one.late)).collect();
    assert_eq!(marks, [(Some(1), false), (Some(2), true)], "it stays apart");

    let open: MatchView = post(&server, &operator, &format!("{MATCH}/reopen")).await.json();
    assert_eq!((open.sealed, open.late, open.occurrences), (false, 0, 2));
    let list = server.occurrences("cs2:1").await;
    assert!(list.occurrences.iter().all(|one| !one.late), "it belongs to the match");
    assert!(open.revision > sealed.revision);
}

#[tokio::test]
async fn nobody_else_decides_about_a_match() {
    let server = TestServer::start().await;
    let (device, reader) = (server.enrol(1).await, server.reader());
    server.post(&device, &[device.kill("a", 1, 1)]).await;
    for verb in ["seal", "reopen"] {
        let path = format!("{MATCH}/{verb}");
        for token in [&device.token, &reader] {
            assert_eq!(post(&server, token, &path).await.problem(), ProblemKind::Forbidden);
        }
        let stranger = post(&server, "nobody's", &path).await;
        assert_eq!(stranger.problem(), ProblemKind::Unauthenticated);
        let unknown = format!("/v1/matches/cs2:none/{verb}");
        let unknown = post(&server, &server.operator(), &unknown).await;
        assert_eq!(unknown.problem(), ProblemKind::NotFound);
    }
    let open: MatchView = server.get(&reader, MATCH).await.json();
    assert!(!open.sealed);
}

#[tokio::test]
async fn the_feed_says_that_a_match_is_sealed_and_goes_on() {
    let server = TestServer::start().await;
    let (device, operator) = (server.enrol(1).await, server.operator());
    server.post(&device, &[device.kill("a", 1, 1)]).await;
    let mut feed = Listening::open(&server, &operator, &format!("{MATCH}/feed"), None).await;
    let mut known = Known::default();
    for verb in ["seal", "reopen", "seal"] {
        post(&server, &operator, &format!("{MATCH}/{verb}")).await;
        while known.sealed != (verb == "seal") {
            known.apply(&feed.next().await.expect("it goes on"));
        }
    }
}

/// As a companion sends them: numbered in its outbox.
async fn send_numbered(server: &TestServer, device: &TestDevice, events: &[Value]) {
    let outbox = uuid::Uuid::from_u128(77).to_string();
    let request = server.request(device).header("Ringside-Outbox", outbox);
    let reply = send(request.body(json!(events).to_string())).await;
    assert!(reply.verdicts().iter().all(|verdict| verdict == "stored"));
}

async fn is_sealed(server: &TestServer, key: &str) -> bool {
    let path = format!("/v1/matches/{key}");
    server.get(&server.reader(), &path).await.json::<MatchView>().sealed
}

async fn until_sealed(server: &TestServer, key: &str) {
    while !is_sealed(server, key).await {
        tokio::task::yield_now().await;
    }
}

async fn seals(server: &TestServer, reason: &str) -> u64 {
    let metrics = send(server.client.get(server.url("/metrics"))).await;
    let text = String::from_utf8(metrics.body).unwrap();
    let name = format!("ringside_association_seals_total{{reason=\"{reason}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_match_is_sealed_ten_minutes_after_its_last_device_ended() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let ends = |key: &str, first: u64| {
        let kill = device.kill(&format!("kill {key}"), first, 1);
        let end = device.event("match_ended", &format!("end {key}"), first + 1, 1);
        [of(kill, key), of(end, key)]
    };
    send_numbered(&server, &device, &ends("cs2:early", 1)).await;
    server.clock.advance_ms(5 * MINUTE_MS);
    send_numbered(&server, &device, &ends("cs2:later", 3)).await;
    server.clock.advance_ms(5 * MINUTE_MS + 1_000);
    until_sealed(&server, "cs2:early").await;
    assert!(!is_sealed(&server, "cs2:later").await, "its time has not come");
    server.clock.advance_ms(5 * MINUTE_MS);
    until_sealed(&server, "cs2:later").await;
    assert_eq!((seals(&server, "all_ended").await, seals(&server, "aged").await), (2, 0));
}

#[tokio::test]
async fn a_match_that_never_ends_is_sealed_when_it_is_old() {
    let server = TestServer::start_with(|config| {
        config.lifetimes.seal_after_s = 3_600;
    })
    .await;
    let device = server.enrol(1).await;
    server.post(&device, &[of(device.kill("a", 1, 1), "cs2:old")]).await;
    server.clock.advance_ms(59 * MINUTE_MS);
    server.post(&device, &[of(device.kill("b", 2, 1), "cs2:new")]).await;
    server.clock.advance_ms(2 * MINUTE_MS);
    until_sealed(&server, "cs2:old").await;
    assert!(!is_sealed(&server, "cs2:new").await);
    assert_eq!(seals(&server, "aged").await, 1);
}

// Elsewhere a file in use cannot be taken away.
#[cfg(unix)]
#[tokio::test]
async fn many_seals_behind_the_last_event_are_followed_again_without_anybodys_doing() {
    const MATCHES: u64 = 150;
    let server = TestServer::start_with(|config| config.lifetimes.seal_after_s = 3_600).await;
    let device = server.enrol(1).await;
    let kill = |n| of(device.kill(&format!("k{n}"), n + 1, 1), &format!("cs2:{n}"));
    server.post(&device, &(0..MATCHES).map(kill).collect::<Vec<_>>()).await;
    server.clock.advance_ms(61 * MINUTE_MS);
    until_all_sealed(&server).await;
    for file in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
        drop(std::fs::remove_file(server.data_dir.path().join(file)));
    }
    server.clock.advance_ms(1_000);
    // Somebody sees that it has gone.
    send(server.client.get(server.url("/readyz"))).await;
    until_all_sealed(&server).await;
}

/// Looked at past the server, so that no read of its asks for more.
#[cfg(unix)]
async fn until_all_sealed(server: &TestServer) {
    let page = PageRequest { after: None, limit: 1_000 };
    let is_sealed = |listed: MatchPage| {
        !listed.matches.is_empty() && listed.matches.iter().all(|one| one.sealed)
    };
    while !is_sealed(server.shell().matches(Viewer::Reader, &page).unwrap()) {
        tokio::task::yield_now().await;
    }
}
