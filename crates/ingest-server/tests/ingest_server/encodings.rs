//! Encodings, and bodies that are more than they seem.

use std::io::Write;

use ingest_api::ProblemKind;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Reply, TestDevice, TestServer, send};

async fn post(server: &TestServer, device: &TestDevice, encoding: &str, body: Vec<u8>) -> Reply {
    send(server.request(device).header("Content-Encoding", encoding).body(body)).await
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn all_encodings_say_the_same() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let body = json!([device.kill("a", 1, 1)]).to_string().into_bytes();
    let zstd = zstd::encode_all(&*body, 3).unwrap();
    assert_eq!(post(&server, &device, "zstd", zstd).await.verdicts(), ["stored"]);
    assert_eq!(post(&server, &device, "gzip", gzip(&body)).await.verdicts(), ["duplicate"]);
    assert_eq!(post(&server, &device, "identity", body).await.verdicts(), ["duplicate"]);
}

#[tokio::test]
async fn a_bomb_is_too_large_and_is_never_unpacked() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    // 200 MB of spaces in a JSON array: small as sent, valid where unpacked.
    let mut bomb = vec![b' '; 200_000_000];
    (bomb[0], bomb[199_999_999]) = (b'[', b']');
    let zstd = zstd::encode_all(&*bomb, 3).unwrap();
    assert!(zstd.len() < 100_000);
    let reply = post(&server, &device, "zstd", zstd).await;
    assert_eq!(reply.problem(), ProblemKind::TooLarge);
    let reply = post(&server, &device, "gzip", gzip(&bomb)).await;
    assert_eq!(reply.problem(), ProblemKind::TooLarge);
}

#[tokio::test]
async fn a_body_that_is_not_what_it_says_is_malformed() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    for encoding in ["zstd", "gzip"] {
        let reply = post(&server, &device, encoding, b"[]".to_vec()).await;
        assert_eq!(reply.problem(), ProblemKind::MalformedBatch, "{encoding}");
    }
}

#[tokio::test]
async fn an_unknown_encoding_is_answered_with_those_that_are_known() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let reply = post(&server, &device, "br", b"[]".to_vec()).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(reply.header("accept-encoding"), Some("zstd, gzip, identity"));
}
