//! SIGTERM: what was accepted is finished, what is new is told to go elsewhere,
//! and nobody holds the process.
#![cfg(unix)]

use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::{
    binary::Running,
    crash::{enrol, post},
    raw::{Raw, batch_head},
    support::{ENROLMENT_KEY, TestDevice, client},
};

/// What service managers wait before they kill.
const TEN_SECONDS: Duration = Duration::from_secs(10);

async fn started(dir: &TempDir, more: &[&str]) -> (Running, TestDevice) {
    let key = ["--enrolment-key", ENROLMENT_KEY];
    let server = Running::start(dir.path(), &[&key, more].concat());
    let device = enrol(&client(), &server.url).await;
    (server, device)
}

fn batch(device: &TestDevice, id: &str) -> String {
    let mut event = device.kill(id, 1, 1);
    // The binary's clock is the real one, and the event's is not.
    event["origin"] = json!("replay");
    json!([event]).to_string()
}

/// A batch of which the server has the head and waits for the body.
pub(crate) async fn half_sent(server: &Running, device: &TestDevice, body: &str) -> Raw {
    let mut half = Raw::connect(&server.url).await;
    let head = batch_head(&device.token, body.len());
    half.send(head.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n").as_bytes()).await;
    assert_eq!(half.answer().await.status, 100);
    half
}

/// Waits until the server says that it stops.
async fn stopping(server: &Running) {
    loop {
        let mut asking = Raw::connect(&server.url).await;
        asking.send(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let answered = asking.answer().await;
        if answered.status == 503 {
            answered.problem();
            assert_eq!(answered.header("connection"), Some("close"));
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn ended(mut server: Running) -> Option<i32> {
    let ended = tokio::task::spawn_blocking(move || server.ended());
    tokio::time::timeout(TEN_SECONDS, ended).await.expect("it ends within ten seconds").unwrap()
}

#[tokio::test]
async fn a_request_in_flight_gets_its_receipt_and_a_new_one_is_sent_away() {
    let dir = TempDir::new().unwrap();
    let (server, device) = started(&dir, &[]).await;
    let body = batch(&device, "in flight");
    let mut half = half_sent(&server, &device, &body).await;
    server.terminate();
    stopping(&server).await;
    let mut late = Raw::connect(&server.url).await;
    late.send(format!("{}[]", batch_head(&device.token, 2)).as_bytes()).await;
    let refused = late.answer().await;
    assert_eq!((refused.status, refused.header("connection")), (503, Some("close")));
    assert!(refused.header("retry-after").is_some());
    half.send(body.as_bytes()).await;
    let answered = half.answer().await;
    assert_eq!(answered.status, 200);
    assert!(answered.body.contains(r#""status":"stored""#), "{}", answered.body);
    assert_eq!(ended(server).await, Some(0));

    let (server, _) = (Running::with_key(dir.path()), ());
    let mut again = Raw::connect(&server.url).await;
    again.send(format!("{}{body}", batch_head(&device.token, body.len())).as_bytes()).await;
    assert!(again.answer().await.body.contains(r#""status":"duplicate""#), "it was stored");
}

#[tokio::test]
async fn clients_that_are_silent_slow_or_gone_do_not_hold_it() {
    let dir = TempDir::new().unwrap();
    let (server, device) = started(&dir, &["--drain-timeout-s", "1"]).await;
    let mut idle = Raw::connect(&server.url).await;
    idle.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(idle.answer().await.status, 200);
    let mut half_head = Raw::connect(&server.url).await;
    half_head.send(b"GET /healthz HTTP/1.1\r\nHos").await;
    let silent = Raw::connect(&server.url).await;
    let half_body = half_sent(&server, &device, "[]").await;
    server.terminate();
    // None of them is dropped before the server has ended.
    assert_eq!(ended(server).await, Some(0));
    drop((idle, half_head, silent, half_body));
}

#[tokio::test]
async fn the_usual_patience_with_a_slow_body_ends_in_time_too() {
    if std::env::var_os("RINGSIDE_LONG").is_none() {
        // Seven seconds of waiting: with RINGSIDE_LONG only.
        return;
    }
    let dir = TempDir::new().unwrap();
    let (server, device) = started(&dir, &[]).await;
    let half_body = half_sent(&server, &device, "[]").await;
    server.terminate();
    assert_eq!(ended(server).await, Some(0));
    drop(half_body);
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let dir = TempDir::new().unwrap();
    let (server, device) = started(&dir, &[]).await;
    let half_body = half_sent(&server, &device, "[]").await;
    server.terminate();
    stopping(&server).await;
    server.terminate();
    assert_eq!(ended(server).await, Some(130));
    drop(half_body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_acknowledged_before_the_end_is_stored() {
    let dir = TempDir::new().unwrap();
    let (server, device) = started(&dir, &[]).await;
    let (url, client) = (server.url.clone(), client());
    let posting = {
        let (client, token, id) = (client.clone(), device.token.clone(), device.id);
        tokio::spawn(async move {
            let device = TestDevice { id, token };
            let mut acknowledged = Vec::new();
            for number in 1.. {
                match post(&client, &url, &device, number).await {
                    Some(reply) if reply.status == 200 => acknowledged.push(number),
                    Some(_) | None => break,
                }
                if acknowledged.len() == 10 {
                    // From here on the end may come at any moment.
                    server.terminate();
                }
            }
            (acknowledged, server)
        })
    };
    let (acknowledged, server) = posting.await.unwrap();
    assert_eq!(ended(server).await, Some(0));
    let server = Running::with_key(dir.path());
    for number in acknowledged {
        let reply = post(&client, &server.url, &device, number).await.unwrap();
        assert_eq!(reply.verdicts(), ["duplicate"], "event {number} was acknowledged");
    }
}
