//! What a device sent is erased where it wishes so, and stays so.

use ingest_api::ProblemKind;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    listening::{Known, Listening},
    support::{Reply, TestDevice, TestServer},
};

const MATCH: &str = "/v1/matches/cs2:1";

async fn delete(server: &TestServer, token: &str, path: &str) -> Reply {
    server.ask(Method::DELETE, token, path).await
}

async fn witnesses(server: &TestServer) -> Vec<usize> {
    let list = server.occurrences("cs2:1").await;
    list.occurrences.iter().map(|one| one.witnesses.len()).collect()
}

fn kill(device: &TestDevice, n: u32) -> Value {
    let mut kill = device.kill(&format!("e{n}"), n.into(), n);
    kill["data"]["actors"]["victim"] = json!(format!("Bo {n}"));
    kill["data"]["observed"]["mono_ms"] = json!(5_000 + n * 30_000);
    kill
}

#[tokio::test]
async fn an_event_that_its_device_erased_does_not_come_back() {
    let server = TestServer::start().await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    for device in [&one, &other] {
        server.post(device, &[kill(device, 1)]).await;
    }
    assert_eq!(witnesses(&server).await, [2]);
    for _ in 0..2 {
        let erased = delete(&server, &one.token, "/v1/events/e1").await;
        assert_eq!((erased.status, erased.body.len()), (StatusCode::NO_CONTENT, 0));
    }
    assert_eq!(witnesses(&server).await, [1]);
    let again = server.post(&one, &[kill(&one, 1)]).await;
    assert_eq!(again.verdicts(), ["invalid/erased"]);
    assert_eq!(witnesses(&server).await, [1], "no retry restores it");
    let unknown = delete(&server, &one.token, "/v1/events/never%20sent%2F").await;
    assert_eq!(unknown.status, StatusCode::NO_CONTENT, "it is not here");
}

#[tokio::test]
async fn a_device_erases_its_own_and_an_operator_anybodys() {
    let server = TestServer::start().await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    for device in [&one, &other] {
        server.post(device, &[kill(device, 1), kill(device, 2)]).await;
    }
    let (reader, operator) = (server.reader(), server.operator());
    let device = one.id.0;
    let paths = [
        format!("/v1/events/e1?device={device}"),
        format!("{MATCH}/events?device={device}"),
        format!("/v1/devices/{device}?erase=true"),
    ];
    for path in &paths {
        for token in [&other.token, &reader] {
            assert_eq!(delete(&server, token, path).await.problem(), ProblemKind::Forbidden);
        }
        let stranger = delete(&server, "nobody's", path).await;
        assert_eq!(stranger.problem(), ProblemKind::Unauthenticated);
    }
    for path in ["/v1/events/e1", &format!("{MATCH}/events"), &format!("/v1/devices/{device}")] {
        assert_eq!(delete(&server, &operator, path).await.problem(), ProblemKind::BadRequest);
    }
    assert_eq!(witnesses(&server).await, [2, 2], "nobody has erased anything");
    assert_eq!(delete(&server, &operator, &paths[0]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(witnesses(&server).await, [1, 2]);
    assert_eq!(delete(&server, &operator, &paths[2]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(witnesses(&server).await, [1, 1]);
    server.shell().revoke_device(other.id, event_model::Clock::now(&*server.clock).wall).unwrap();
    server.clock.advance_ms(1_000);
    let revoked = delete(&server, &other.token, "/v1/events/e1").await;
    assert_eq!(revoked.problem(), ProblemKind::Revoked);
}

#[tokio::test]
async fn an_event_and_all_of_a_match_are_erased_and_the_feed_says_so() {
    let hour = std::time::Duration::from_hours(1);
    let server = TestServer::start_with(|config| config.bounds.feed_keep_alive = hour).await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    server.post(&one, &(1..=5).map(|n| kill(&one, n)).collect::<Vec<_>>()).await;
    server.post(&other, &(3..=6).map(|n| kill(&other, n)).collect::<Vec<_>>()).await;
    let mut elsewhere = kill(&one, 9);
    elsewhere["subject"] = json!("cs2:2");
    elsewhere["data"]["match"]["key"] = json!("cs2:2");
    server.post(&one, &[elsewhere]).await;
    let mut known = Known::default();
    let path = format!("{MATCH}/feed");
    let mut feed = Listening::open(&server, &server.reader(), &path, None).await;
    let mut listed = Known::listed(&server, "cs2:1").await;
    assert_eq!(listed.len(), 6);
    for (path, after) in [("/v1/events/e1", 6), (&format!("{MATCH}/events"), 5)] {
        while known.occurrences != listed {
            known.apply(&feed.next().await.expect("it goes on"));
        }
        assert_eq!(known.occurrences.len(), after);
        let erased = delete(&server, &one.token, path).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT);
        listed = Known::listed(&server, "cs2:1").await;
    }
    while known.occurrences != listed {
        known.apply(&feed.next().await.expect("it goes on"));
    }
    assert_eq!(witnesses(&server).await, [1; 4], "the other device's are left");
    assert_eq!(server.occurrences("cs2:2").await.occurrences.len(), 1, "and the other match");
}

#[tokio::test]
async fn the_feed_of_a_match_that_is_wholly_erased_ends_with_a_reset_and_nothing_behind_it() {
    let hour = std::time::Duration::from_hours(1);
    let server = TestServer::start_with(|config| config.bounds.feed_keep_alive = hour).await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    for device in [&one, &other] {
        server.post(device, &(1..=80).map(|n| kill(device, n)).collect::<Vec<_>>()).await;
    }
    let (reader, path) = (server.reader(), format!("{MATCH}/feed"));
    let mut feed = Listening::open(&server, &reader, &path, None).await;
    let (mut known, listed) = (Known::default(), Known::listed(&server, "cs2:1").await);
    while known.occurrences != listed {
        known.apply(&feed.next().await.expect("it goes on"));
    }
    for device in [&one, &other] {
        let erased = delete(&server, &device.token, &format!("{MATCH}/events")).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT);
    }
    let mut last = None;
    while let Some(told) = feed.next().await {
        known.apply(&told);
        last = Some(told);
    }
    assert_eq!(last.unwrap().name, "reset");
    assert_eq!(known.occurrences.len(), 0, "a consumer keeps nothing of it");
    let again = crate::listening::try_open(&server, &reader, &path, known.last_id.as_deref());
    assert_eq!(again.await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn much_is_erased_in_parts_and_charged_to_the_device() {
    let server = TestServer::start_with(|config| config.bounds.events_per_day_max = 450).await;
    let device = server.enrol(1).await;
    server.post(&device, &(1..=300).map(|n| kill(&device, n)).collect::<Vec<_>>()).await;
    server.occurrences("cs2:1").await;
    let path = format!("/v1/devices/{}?erase=true", device.id.0);
    let mut parts = Vec::new();
    let done = loop {
        let asked = delete(&server, &device.token, &path);
        tokio::pin!(asked);
        // The clock goes on meanwhile, so that the server's patience ends.
        let reply = loop {
            tokio::select! {
                biased;
                reply = &mut asked => break reply,
                () = tokio::task::yield_now() => server.clock.advance_ms(1),
            }
        };
        match reply.status {
            StatusCode::ACCEPTED => {
                parts.push(reply.json::<Value>()["remaining"].as_u64().unwrap());
                server.clock.advance_ms(10_000);
            }
            _ => break reply,
        }
    };
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{parts:?}");
    assert!(parts.is_sorted_by(|one, next| one > next), "{parts:?}");
    assert_eq!(server.matches().await.matches.len(), 0, "nothing is left of it");
    // 300 were sent and 300 erased, and a day has 450.
    let refused = delete(&server, &device.token, &path).await;
    assert_eq!(refused.problem(), ProblemKind::RateLimited);
}
