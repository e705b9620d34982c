//! A batch in, receipts out: one per event, in order, always.

use event_model::{ClockEpoch, ClockReading, WallTime};
use ingest_api::SentClock;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{NOW_MS, TestServer, send};

#[tokio::test]
async fn every_event_has_its_receipt_in_order_whatever_its_neighbours_are() {
    let server = TestServer::start_with(|config| config.limits.event_bytes_max = 4_000).await;
    let device = server.enrol(1).await;
    let change = |id: &str, attribute: &str, value: Value| {
        let mut event = device.kill(id, 1, 1);
        event[attribute] = value;
        event
    };
    let mut deep = json!(1);
    for _ in 0..40 {
        deep = json!({"a": deep});
    }
    let batch = [
        device.kill("a", 1, 1),
        device.kill("a", 1, 1),
        device.kill("a", 1, 2),
        json!("not an event"),
        change("b", "type", json!("ringside.dance.v1")),
        change("c", "source", json!("urn:ringside:device:00000000-0000-0000-0000-0000000000ff")),
        change("d", "time", json!("2026-01-01T00:00:00Z")),
        change("e", "data", json!("x".repeat(4_000))),
        change("f", "data", deep),
        change("g", "type", json!("com.example.lap")),
        device.kill("h", 1, 1),
    ];
    let reply = server.post(&device, &batch).await;
    assert_eq!(
        reply.verdicts(),
        [
            "stored",
            "duplicate",
            "conflict/fingerprint_differs",
            "invalid/malformed_event",
            "invalid/unknown_kind",
            "invalid/foreign_source",
            "invalid/too_old",
            "invalid/event_too_large",
            "invalid/too_deep",
            "stored",
            "stored",
        ]
    );
    let ids: Vec<_> = reply.page().receipts.into_iter().map(|receipt| receipt.id).collect();
    assert_eq!(ids, ["a", "a", "a", "", "b", "c", "d", "e", "f", "g", "h"]);
}

#[tokio::test]
async fn an_answer_names_itself_and_its_store() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let page = server.post(&device, &[]).await.page();
    assert_eq!(page.ringside, "receipt/1");
    assert_eq!(page.server_version, "0.1.0");
    assert_eq!(page.store, server.shell().id());
    assert!(page.receipts.is_empty());
    assert_eq!(page.contiguous_sequence, None, "the request named no outbox");
}

#[tokio::test]
async fn the_sequence_is_contiguous_past_events_and_gaps() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let outbox = Uuid::from_u128(9);
    let mut gap = device.event("sequence_gap", "gap", 6, 1);
    gap["subject"] = json!(format!("outbox:{outbox}"));
    gap["data"] = json!({"outbox": outbox, "from": 3, "to": 4, "reason": "pruned"});
    let batches = [
        (vec![device.kill("a", 1, 1), device.kill("b", 2, 1), device.kill("c", 5, 1)], 2),
        (vec![gap], 6),
        (vec![device.event("dance", "d", 7, 1)], 7),
    ];
    for (batch, contiguous) in batches {
        let request = server.request(&device).header("Ringside-Outbox", outbox.to_string());
        let page = send(request.body(json!(batch).to_string())).await.page();
        assert_eq!(page.contiguous_sequence, Some(contiguous));
    }
}

#[tokio::test]
async fn a_live_event_is_as_old_as_the_senders_own_clock_says() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let mut event = device.kill("a", 1, 1);
    // Four months off; the clock that cannot be set is right.
    event["time"] = json!("2026-07-20T00:00:00Z");
    let epoch = ClockEpoch(Uuid::from_u128(8));
    let sent = SentClock { clock: ClockReading { epoch, mono_ms: 7_500 }, wall: None };
    let request = server.request(&device).header("Ringside-Clock", sent.to_string());
    assert_eq!(send(request.body(json!([event]).to_string())).await.verdicts(), ["stored"]);
    let received = WallTime::from_unix_ms(NOW_MS + 1_000_000);
    let list = server.occurrences("cs2:1").await;
    assert_eq!(list.occurrences[0].at, Some(received.plus_ms(-2_500)));
}

#[tokio::test]
async fn a_replay_of_an_old_recording_is_taken_with_its_own_time() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let mut event = device.kill("a", 1, 1);
    event["origin"] = json!("replay");
    event["time"] = json!("2019-11-20T19:00:00.000Z");
    assert_eq!(server.post(&device, &[event]).await.verdicts(), ["stored"]);
    let list = server.occurrences("cs2:1").await;
    assert_eq!(list.occurrences[0].at, "2019-11-20T19:00:00.000Z".parse().ok());
}

#[tokio::test]
async fn two_concurrent_posts_of_one_batch_store_it_once() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let batch: Vec<_> = (1..=200).map(|n| device.kill(&format!("e{n}"), n, 1)).collect();
    let (one, other) = tokio::join!(server.post(&device, &batch), server.post(&device, &batch));
    let pages = [one.verdicts(), other.verdicts()];
    for (one, other) in pages[0].iter().zip(&pages[1]) {
        let mut both = [one.as_str(), other];
        both.sort_unstable();
        assert_eq!(both, ["duplicate", "stored"]);
    }
    assert_eq!(server.shell().log_position().unwrap(), 200);
}

#[tokio::test]
async fn while_the_store_is_held_events_are_to_be_sent_again() {
    let server =
        TestServer::start_with(|config| config.store.busy_timeout = std::time::Duration::ZERO)
            .await;
    let device = server.enrol(1).await;
    let other = server.shell();
    let shell = rusqlite::Connection::open(server.data_dir.path().join("ingest.sqlite")).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let batch = [device.kill("a", 1, 1), json!(7)];
    let reply = server.post(&device, &batch).await;
    assert_eq!(reply.verdicts(), ["retry/store_unavailable", "invalid/malformed_event"]);
    shell.execute_batch("ROLLBACK").unwrap();
    assert_eq!(other.log_position().unwrap(), 0);
    let reply = server.post(&device, &batch).await;
    assert_eq!(reply.verdicts(), ["stored", "invalid/malformed_event"]);
}
