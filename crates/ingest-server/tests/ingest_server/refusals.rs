//! Every route against every bad input: the answer is always a problem document,
//! and nobody reaches what is another's.

use ingest_api::{PROBLEM_CONTENT_TYPE, Problem, ProblemKind};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use uuid::Uuid;

use crate::{
    raw::{Raw, batch_head},
    support::{Reply, TestDevice, TestServer, send},
};

const ROUTES: [(Method, &str); 22] = [
    (Method::POST, "/v1/events"),
    (Method::POST, "/v1/devices"),
    (Method::GET, "/v1/matches"),
    (Method::GET, "/v1/matches/cs2:1"),
    (Method::GET, "/v1/matches/cs2:1/occurrences"),
    (Method::GET, "/v1/matches/cs2:1/occurrences/8c5ff2f5-0000-8000-8000-000000000000"),
    (Method::GET, "/v1/matches/cs2:1/feed"),
    (Method::GET, "/v1/matches/cs2:1/streams"),
    (Method::GET, "/v1/matches/cs2:1/statistics"),
    (Method::GET, "/v1/players/Ana/statistics"),
    (Method::GET, "/v1/sources"),
    (Method::POST, "/v1/matches/cs2:1/seal"),
    (Method::POST, "/v1/matches/cs2:1/reopen"),
    (Method::DELETE, "/v1/events/a"),
    (Method::DELETE, "/v1/matches/cs2:1/events"),
    (Method::DELETE, "/v1/devices/8c5ff2f5-0000-8000-8000-000000000000"),
    (Method::GET, "/"),
    (Method::GET, "/assets/app.js"),
    (Method::GET, "/healthz"),
    (Method::GET, "/readyz"),
    (Method::GET, "/metrics"),
    (Method::GET, "/openapi.json"),
];
const METHODS: [&str; 8] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];

fn assert_problem(reply: &Reply, what: &str) {
    let content_type = reply.header("content-type");
    assert_eq!(content_type, Some(PROBLEM_CONTENT_TYPE), "{what} {}", reply.status);
    let problem: Problem = reply.json();
    assert_eq!(problem.status, reply.status.as_u16(), "{what}");
    assert!(problem.kind().is_some() || problem.problem_type == "about:blank", "{what}");
}

#[tokio::test]
async fn a_method_that_a_route_has_not_is_a_problem_that_names_those_it_has() {
    let server = TestServer::start().await;
    for (method, path) in ROUTES {
        for other in METHODS.into_iter().filter(|other| *other != method.as_str()) {
            let other: Method = other.parse().unwrap();
            let reply = send(server.client.request(other.clone(), server.url(path))).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{other} {path}");
            assert_problem(&reply, path);
            let allowed = reply.header("allow").unwrap();
            assert!(allowed.contains(method.as_str()), "{other} {path}: {allowed}");
        }
    }
}

/// Ways to spoil a request that is otherwise as it should be.
fn spoilt(request: RequestBuilder) -> Vec<(&'static str, RequestBuilder)> {
    let with = |name: &str, value: &[u8]| {
        let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
        request.try_clone().unwrap().header(name, value)
    };
    vec![
        ("no token", request.try_clone().unwrap()),
        ("a token of no text", with("Authorization", b"Bearer \xff\xfe")),
        ("a long token", with("Authorization", format!("Bearer {}", "x".repeat(9_000)).as_bytes())),
        ("another scheme", with("Authorization", b"Basic eDp5")),
        ("a token of spaces", with("Authorization", b"Bearer    ")),
        ("many headers", (0..60).fold(request, |request, n| request.header(format!("x-{n}"), "1"))),
    ]
}

#[tokio::test]
async fn a_bad_request_to_any_route_of_the_contract_is_a_problem() {
    let server = TestServer::start().await;
    for (method, path) in ROUTES.into_iter().filter(|(_, path)| path.starts_with("/v1/")) {
        for body in [&b""[..], b"[", b"\xff\xfe", b"null"] {
            let request = server.client.request(method.clone(), server.url(path));
            for (what, request) in spoilt(request.body(body.to_vec())) {
                let reply = send(request).await;
                assert!(reply.status.is_client_error(), "{path} {what}: {}", reply.status);
                assert_problem(&reply, &format!("{path} {what}"));
            }
        }
    }
}

#[tokio::test]
async fn a_path_that_is_nothing_is_a_problem() {
    let server = TestServer::start().await;
    let reader = server.reader();
    for (path, status) in [
        ("/v1/matches/%ff", 400),
        ("/v1/matches/%ff/occurrences", 400),
        ("/v1/matches/a%00b", 404),
        ("/v1/matches/cs2:1/", 404),
        ("/v1/matches//occurrences", 404),
        ("/v1/matches/..%2f..%2fetc%2fpasswd", 404),
        ("/v1/matches/%F0%9F%8E%AE", 404),
        ("/v1/matches?limit=0", 400),
        ("/v1/matches?limit=1001", 400),
        ("/v1/matches?limit=1&limit=2", 400),
        ("/v1/matches?after=%ff", 400),
        ("/v1/matches/cs2:1/occurrences?limit=9999999999999999999", 400),
        ("/v1", 404),
        ("/assets/", 404),
        ("/v1/matches/cs2:1/feed?since=-1", 400),
        ("/v1/matches/cs2:1/occurrences/none", 400),
        ("/v1/events/", 404),
        ("/V1/EVENTS", 404),
    ] {
        let reply = server.get(&reader, path).await;
        assert_eq!(reply.status.as_u16(), status, "{path}");
        assert_problem(&reply, path);
    }
}

#[tokio::test]
async fn a_question_without_an_answer_has_a_head_only() {
    let server = TestServer::start().await;
    for (path, status) in [("/healthz", 200), ("/nowhere", 404), ("/v1/matches", 401)] {
        let reply = send(server.client.head(server.url(path))).await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (status, 0), "{path}");
    }
}

#[tokio::test]
async fn no_device_writes_as_another() {
    let server = TestServer::start().await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    let outbox = Uuid::from_u128(7).to_string();
    let post = async |device: &TestDevice, events: &[serde_json::Value]| {
        let request = server.request(device).header("Ringside-Outbox", &outbox);
        send(request.body(json!(events).to_string())).await
    };
    let sent = post(&one, &[one.kill("a", 1, 1), one.kill("b", 2, 1)]).await;
    assert_eq!(sent.page().contiguous_sequence, Some(2));

    let forged = post(&other, &[one.kill("c", 3, 1)]).await;
    assert_eq!(forged.verdicts(), ["invalid/foreign_source"]);
    let same_outbox = post(&other, &[other.kill("a", 3, 1)]).await;
    assert_eq!(same_outbox.verdicts(), ["stored"], "ids are a device's own");
    assert_eq!(same_outbox.page().contiguous_sequence, Some(0), "and so are outboxes");
    let mut gap = other.event("sequence_gap", "gap", 4, 1);
    gap["subject"] = json!(format!("outbox:{outbox}"));
    gap["data"] = json!({"outbox": outbox, "from": 3, "to": 900, "reason": "deleted"});
    assert_eq!(post(&other, &[gap]).await.verdicts(), ["stored"]);
    let after = post(&one, &[one.kill("d", 4, 1)]).await;
    assert_eq!(after.page().contiguous_sequence, Some(2), "another's gap closes nothing here");
}

#[tokio::test]
async fn no_device_reads_a_match_it_was_not_in() {
    let server = TestServer::start().await;
    let (player, stranger) = (server.enrol(1).await, server.enrol(2).await);
    let batch = [player.kill("a", 1, 1), player.event("match_ended", "end", 2, 1)];
    server.post(&player, &batch).await;
    for rest in ["", "/occurrences", "/streams", "/statistics"] {
        let path = &format!("/v1/matches/cs2:1{rest}");
        assert_eq!(server.get_associated(&player.token, path).await.status, StatusCode::OK);
        let refused = server.get(&stranger.token, path).await;
        assert_eq!(refused.problem(), ProblemKind::NotFound);
        let nothing = server.get(&stranger.token, &path.replace("cs2:1", "cs2:2")).await;
        let same = [&refused.body, &nothing.body].map(|body| String::from_utf8_lossy(body));
        assert_eq!(same[0], same[1], "nor learns that there is one");
    }
    let path = "/v1/players/Ana/statistics";
    let refused = server.get(&player.token, path).await;
    assert_eq!(refused.problem(), ProblemKind::Forbidden, "it tells of other matches");
    assert_eq!(server.get(&server.reader(), path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_that_is_revoked_while_the_body_drips_stores_nothing() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let body = json!([device.kill("a", 1, 1)]).to_string();
    let head = batch_head(&device.token, body.len());
    let mut raw = Raw::connect(&server.url).await;
    raw.send(head.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n").as_bytes()).await;
    assert_eq!(raw.answer().await.status, 100, "it was valid then");
    raw.send(&body.as_bytes()[..10]).await;
    let now = event_model::Clock::now(&*server.clock).wall;
    server.shell().revoke_device(device.id, now).unwrap();
    server.clock.advance_ms(500);
    raw.send(&body.as_bytes()[10..]).await;
    assert_eq!(raw.answer().await.problem().kind(), Some(ProblemKind::Revoked));
    assert_eq!(server.shell().log_position().unwrap(), 0);
}

#[tokio::test]
async fn a_revoked_token_reads_and_enrols_nothing() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let (reader, now) = (server.reader(), event_model::Clock::now(&*server.clock).wall);
    assert_eq!(server.get(&reader, "/v1/matches").await.status, StatusCode::OK);
    let id = server.shell().readers().unwrap()[0].reader;
    server.shell().revoke_reader(id, now).unwrap();
    server.shell().revoke_device(device.id, now).unwrap();
    server.clock.advance_ms(500);
    for token in [&reader, &device.token] {
        let reply = server.get(token, "/v1/matches").await;
        assert_eq!(reply.problem(), ProblemKind::Revoked);
    }
    let again = server.try_enrol(device.id, &device.token).await;
    assert_eq!(again.problem(), ProblemKind::Revoked);
}
