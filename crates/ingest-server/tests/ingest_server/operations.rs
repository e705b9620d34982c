//! For whoever runs it: health, counters, and the contract as a document.

use std::{path::Path, time::Duration};

use ingest_server::Config;
use reqwest::{Method, StatusCode};
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
async fn it_counts_what_association_made_of_events() {
    let server = TestServer::start().await;
    let devices = [server.enrol(1).await, server.enrol(2).await];
    for device in &devices {
        let mut elsewhere = device.kill("b", 2, 1);
        elsewhere["subject"] = json!("cs2:2");
        elsewhere["data"]["match"]["key"] = json!("cs2:2");
        server.post(device, &[device.kill("a", 1, 1), elsewhere]).await;
    }
    assert_eq!(server.occurrences("cs2:1").await.occurrences.len(), 1);
    let sealed = server.ask(Method::POST, &server.operator(), "/v1/matches/cs2:2/seal").await;
    assert_eq!(sealed.status, StatusCode::OK);
    let text = send(server.client.get(server.url("/metrics"))).await.body;
    let text = String::from_utf8(text).unwrap();
    for line in [
        "ringside_association_changes_total{change=\"created\"} 2\n",
        "ringside_association_changes_total{change=\"witnessed\"} 2\n",
        "ringside_association_changes_total{change=\"merged\"} 0\n",
        "ringside_association_changes_total{change=\"sealed\"} 1\n",
        "ringside_association_seals_total{reason=\"operator\"} 1\n",
        "ringside_association_seals_total{reason=\"aged\"} 0\n",
        "ringside_association_matches{state=\"open\"} 1\n",
        "ringside_association_matches{state=\"sealed\"} 1\n",
        "ringside_association_deduplication_ratio 2\n",
        "ringside_association_lag_events 0\n",
        "ringside_association_joins_total 0\n",
        "ringside_association_overflow_total 0\n",
        "ringside_feeds_open 0\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(!text.contains("Bo") && !text.contains("cs2:1"), "nor any player or match");
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
