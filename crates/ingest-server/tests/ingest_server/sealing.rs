//! Matches are sealed when they are due, and by an operator, who may open them
//! again.

use ingest_api::{MatchView, ProblemKind};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    listening::{Known, Listening},
    support::{Reply, TestServer},
};

const MATCH: &str = "/v1/matches/cs2:1";

async fn post(server: &TestServer, token: &str, path: &str) -> Reply {
    server.ask(Method::POST, token, path).await
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
