//! For whoever runs it: health, counters, and the contract as a document.

use std::{path::Path, time::Duration};

use ingest_server::Config;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    overload::lock,
    support::{TestServer, send},
};

#[tokio::test]
async fn it_is_alive_and_ready() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(send(server.client.get(server.url(path))).await.status, StatusCode::OK);
    }
}

/// Each question would end the writer's group and cost a commit.
#[tokio::test]
async fn many_who_ask_whether_it_is_ready_ask_the_writer_once() {
    // The writer waits for the lock until the test gives it.
    let patient = |config: &mut Config| config.store.busy_timeout = Duration::from_mins(1);
    let server = TestServer::start_with(patient).await;
    let device = server.enrol(1).await;
    let ready = || send(server.client.get(server.url("/readyz")));
    assert_eq!(ready().await.status, StatusCode::OK);
    let shell = lock(&server.data_dir);
    let post = server.request(&device).body(json!([device.kill("a", 1, 1)]).to_string());
    let post = tokio::spawn(post.send());
    // As far as the writer: it waits for the lock, and does nothing else.
    while waiting(&server).await == 0 {}
    assert_eq!(ready().await.status, StatusCode::OK, "believed, though the writer is busy");
    server.clock.advance_ms(200);
    assert_eq!(ready().await.status, StatusCode::SERVICE_UNAVAILABLE, "asked again");
    shell.execute_batch("ROLLBACK").unwrap();
    assert_eq!(post.await.unwrap().unwrap().status(), StatusCode::OK);
}

/// Batches that wait for the writer, or that it is at.
async fn waiting(server: &TestServer) -> u64 {
    let text = send(server.client.get(server.url("/metrics"))).await.body;
    let text = String::from_utf8(text).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("ringside_ingest_batches_waiting "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn it_counts_every_verdict_and_names_nobody() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let kill = |id, round| device.kill(id, 1, round);
    let batch = [kill("a", 1), kill("a", 1), kill("a", 2), serde_json::json!(7), kill("b", 1)];
    server.post(&device, &batch).await;
    let text = send(server.client.get(server.url("/metrics"))).await.body;
    let text = String::from_utf8(text).unwrap();
    for (verdict, count) in [
        ("received", 5),
        ("stored", 2),
        ("duplicate", 1),
        ("conflict", 1),
        ("invalid", 1),
        ("retry", 0),
    ] {
        let line = format!("ringside_ingest_events_total{{verdict=\"{verdict}\"}} {count}\n");
        assert!(text.contains(&line), "{line}{text}");
    }
    assert!(text.contains("ringside_ingest_requests_total{path=\"/v1/events\",status=\"200\"} 1"));
    assert!(text.contains("ringside_ingest_request_duration_seconds_count{path=\"/v1/events\"} 1"));
    assert!(text.contains("ringside_ingest_log_position 2\n"));
    assert!(!text.contains("Ana") && !text.contains(&device.id.to_string()));
}

#[tokio::test]
async fn the_document_has_the_limits_that_this_server_runs_with() {
    let server = TestServer::start_with(|config| {
        config.limits.events_max = 17;
        config.retain_days = Some(90);
    })
    .await;
    let reply = send(server.client.get(server.url("/openapi.json"))).await;
    let document: Value = reply.json();
    assert_eq!(document["x-ringside-limits"]["events_max"], 17);
    assert_eq!(document["x-ringside-lifetimes"]["gate_retention_s"], 45 * 24 * 60 * 60);
    assert_eq!(document["x-ringside-lifetimes"]["retain_days"], 90);
}

#[test]
fn the_committed_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let defaults = Config::new(([127, 0, 0, 1], 0).into(), "".into());
    let current = ingest_server::openapi_json(&defaults);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed.replace("\r\n", "\n") == current,
        "docs/openapi.json is not what the routes say: run this test with UPDATE_EXPECT=1"
    );
}
