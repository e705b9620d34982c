//! `Idempotency-Key`: one request, one answer.

use ingest_api::{IdempotencyKey, ProblemKind};
use serde_json::json;

use crate::support::{Reply, TestDevice, TestServer, send};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

async fn post(server: &TestServer, device: &TestDevice, key: u128, body: &str) -> Reply {
    let key = IdempotencyKey(uuid::Uuid::from_u128(key)).to_string();
    send(server.request(device).header("Idempotency-Key", key).body(body.to_owned())).await
}

#[tokio::test]
async fn the_same_key_and_body_give_the_same_answer_byte_for_byte() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let body = json!([device.kill("a", 1, 1), 7]).to_string();
    let first = post(&server, &device, 1, &body).await;
    let second = post(&server, &device, 1, &body).await;
    assert_eq!(first.verdicts(), ["stored", "invalid/malformed_event"]);
    assert_eq!((first.body, first.status), (second.body, second.status));
    assert_eq!(first.headers.get("idempotent-replayed"), None);
    assert_eq!(second.headers["idempotent-replayed"], "true");
}

#[tokio::test]
async fn the_decoded_body_counts_and_not_its_encoding() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let body = json!([device.kill("a", 1, 1)]).to_string();
    post(&server, &device, 1, &body).await;
    let key = IdempotencyKey(uuid::Uuid::from_u128(1)).to_string();
    let request = server.request(&device).header("Idempotency-Key", key);
    let zstd = zstd::encode_all(body.as_bytes(), 3).unwrap();
    let reply = send(request.header("Content-Encoding", "zstd").body(zstd)).await;
    assert_eq!(reply.header("idempotent-replayed"), Some("true"));
}

#[tokio::test]
async fn another_body_under_the_key_is_refused_and_not_stored() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    post(&server, &device, 1, "[]").await;
    let body = json!([device.kill("a", 1, 1)]).to_string();
    let reply = post(&server, &device, 1, &body).await;
    assert_eq!(reply.problem(), ProblemKind::IdempotencyKeyReused);
    assert_eq!(server.shell().log_position().unwrap(), 0);
}

#[tokio::test]
async fn a_key_belongs_to_its_device() {
    let server = TestServer::start().await;
    let (one, other) = (server.enrol(1).await, server.enrol(2).await);
    post(&server, &one, 1, "[]").await;
    assert_eq!(post(&server, &other, 1, "[7]").await.page().receipts.len(), 1);
}

#[tokio::test]
async fn once_the_answer_is_forgotten_the_gate_gives_the_verdict() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let body = json!([device.kill("a", 1, 1)]).to_string();
    post(&server, &device, 1, &body).await;
    server.clock.advance_ms(DAY_MS);
    let reply = post(&server, &device, 1, &body).await;
    assert_eq!(reply.verdicts(), ["duplicate"]);
    assert_eq!(reply.header("idempotent-replayed"), None);
}

#[tokio::test]
async fn a_key_that_is_being_worked_on_is_in_flight() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let body = json!([device.kill("a", 1, 1)]).to_string();
    let shell = rusqlite::Connection::open(server.data_dir.path().join("ingest.sqlite")).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let one = post(&server, &device, 1, &body);
    let other = post(&server, &device, 1, &body);
    tokio::pin!(one, other);
    // The writer cannot commit, so only the one that found the key taken can
    // have an answer.
    let refused = tokio::select! {
        reply = &mut one => (reply, false),
        reply = &mut other => (reply, true),
    };
    assert_eq!(refused.0.problem(), ProblemKind::IdempotencyKeyInFlight);
    assert_eq!(refused.0.header("retry-after"), Some("1"));
    shell.execute_batch("ROLLBACK").unwrap();
    let first_is_left = refused.1;
    let left = if first_is_left { one.await } else { other.await };
    assert_eq!(left.verdicts(), ["stored"]);
    // Who was told to come back gets the very same answer.
    let replayed = post(&server, &device, 1, &body).await;
    assert_eq!(replayed.header("idempotent-replayed"), Some("true"));
    assert_eq!(replayed.body, left.body);
}

#[tokio::test]
async fn a_key_at_work_in_one_outbox_is_free_in_another() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let body = json!([device.kill("a", 1, 1)]).to_string();
    let shell = rusqlite::Connection::open(server.data_dir.path().join("ingest.sqlite")).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let post_in = |outbox: u128| {
        let key = IdempotencyKey(uuid::Uuid::from_u128(1)).to_string();
        let outbox = uuid::Uuid::from_u128(outbox).to_string();
        let request = server.request(&device).header("Idempotency-Key", key);
        tokio::spawn(send(request.header("Ringside-Outbox", outbox).body(body.clone())))
    };
    let (one, other) = (post_in(1), post_in(2));
    let both_wait = async {
        loop {
            let metrics = send(server.client.get(server.url("/metrics"))).await.body;
            if String::from_utf8(metrics).unwrap().contains("ringside_ingest_batches_waiting 2\n") {
                return;
            }
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, both_wait).await.expect("neither is refused");
    shell.execute_batch("ROLLBACK").unwrap();
    let mut verdicts = [one.await.unwrap().verdicts(), other.await.unwrap().verdicts()].concat();
    verdicts.sort_unstable();
    assert_eq!(verdicts, ["duplicate", "stored"], "an answer each, an event once");
}

#[tokio::test]
async fn an_answer_with_a_retry_is_not_kept() {
    let server =
        TestServer::start_with(|config| config.store.busy_timeout = std::time::Duration::ZERO)
            .await;
    let device = server.enrol(1).await;
    let body = json!([device.kill("a", 1, 1)]).to_string();
    let shell = rusqlite::Connection::open(server.data_dir.path().join("ingest.sqlite")).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let reply = post(&server, &device, 1, &body).await;
    assert_eq!(reply.verdicts(), ["retry/store_unavailable"]);
    shell.execute_batch("ROLLBACK").unwrap();
    assert_eq!(post(&server, &device, 1, &body).await.verdicts(), ["stored"]);
}
