//! What a device sent is erased where it wishes so, and stays so.

use ingest_api::ProblemKind;
use reqwest::{Method, StatusCode};
use rusqlite::Connection;
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
    let server = TestServer::start_with(|config| config.bounds.events_per_day_max = 7_000).await;
    let device = server.enrol(1).await;
    for first in [1, 521, 1_041] {
        let kills: Vec<_> = (first..first + 520).map(|n| kill(&device, n)).collect();
        server.post(&device, &kills).await;
    }
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
    // 1,560 were sent and as many erased, 3,120 folded again, and each of three parts
    // costs 500.
    let refused = delete(&server, &device.token, &path).await;
    assert_eq!(refused.problem(), ProblemKind::RateLimited);
}

#[tokio::test]
async fn what_is_folded_again_is_charged_to_who_has_an_event_erased() {
    let server = TestServer::start_with(|config| config.bounds.events_per_day_max = 1_100).await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    server.post(&one, &[kill(&one, 1), kill(&one, 2)]).await;
    server.post(&other, &(1..=300).map(|n| kill(&other, n)).collect::<Vec<_>>()).await;
    server.occurrences("cs2:1").await;
    for id in ["e1", "e2"] {
        let erased = delete(&server, &one.token, &format!("/v1/events/{id}")).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT);
    }
    let refused = delete(&server, &one.token, "/v1/events/e2").await;
    assert_eq!(refused.problem(), ProblemKind::RateLimited, "twice 500, and 302 and 301");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(server.post(&other, &[kill(&other, 301)]).await.verdicts(), ["stored"]);
}

#[tokio::test]
async fn batches_are_stored_while_a_match_waits_to_be_folded_again() {
    let server = TestServer::start().await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    server.post(&one, &[kill(&one, 1), kill(&one, 2)]).await;
    assert_eq!(witnesses(&server).await, [1, 1]);
    let log = open(&server, "ingest.sqlite");
    let evidence = || -> Vec<u8> {
        let sql = "SELECT evidence FROM receipt_1 WHERE batch_no = 1";
        log.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let before = evidence();
    // As if something took long.
    let index = open(&server, "index.sqlite");
    index.execute_batch("BEGIN IMMEDIATE").unwrap();
    let erased = delete(&server, &one.token, "/v1/events/e1");
    tokio::pin!(erased);
    for n in 1.. {
        let was_erased = evidence() != before;
        let kill = [kill(&other, n)];
        tokio::select! {
            biased;
            reply = &mut erased => panic!("{} before the index was free", reply.status),
            reply = server.post(&other, &kill) => assert_eq!(reply.verdicts(), ["stored"]),
        }
        if was_erased {
            break;
        }
    }
    index.execute_batch("ROLLBACK").unwrap();
    assert_eq!(erased.await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn who_reads_on_from_before_holds_an_erasure_up_and_no_batch() {
    let server = TestServer::start().await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    server.post(&one, &[kill(&one, 1), kill(&one, 2)]).await;
    let log = open(&server, "ingest.sqlite");
    log.execute_batch("BEGIN").unwrap();
    log.query_row("SELECT count(*) FROM receipt_1", [], |_| Ok(())).unwrap();
    server.post(&one, &[kill(&one, 3)]).await;
    let erased = delete(&server, &one.token, "/v1/events/e1");
    tokio::pin!(erased);
    let mut stored = 0;
    let refused = loop {
        let kill = [kill(&other, stored + 1)];
        tokio::select! {
            biased;
            reply = &mut erased => break reply,
            reply = server.post(&other, &kill) => {
                assert_eq!(reply.verdicts(), ["stored"]);
                stored += 1;
            }
        }
    };
    assert_eq!(refused.problem(), ProblemKind::Overloaded);
    assert!(refused.header("retry-after").is_some());
    assert!(stored > 3, "{stored} batches");
    log.execute_batch("ROLLBACK").unwrap();
    let erased = delete(&server, &one.token, "/v1/events/e1").await;
    assert_eq!(erased.status, StatusCode::NO_CONTENT);
    let wal = server.data_dir.path().join("ingest.sqlite-wal");
    assert_eq!(std::fs::metadata(wal).unwrap().len(), 0, "nothing of it is left there");
}

fn open(server: &TestServer, file: &str) -> Connection {
    Connection::open(server.data_dir.path().join(file)).unwrap()
}
