//! Every problem that a whole request can meet.

use std::time::Duration;

use ingest_api::{ProblemKind, ReceiptPage};
use reqwest::StatusCode;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{TestServer, send};

#[tokio::test]
async fn without_a_known_token_nothing_is_told() {
    let server = TestServer::start().await;
    for authorization in [None, Some("Bearer wrong"), Some("Basic eA=="), Some("Bearer ")] {
        for path in ["/v1/matches", "/v1/matches/cs2:1", "/v1/matches/cs2:1/occurrences"] {
            let mut request = server.client.get(server.url(path));
            if let Some(authorization) = authorization {
                request = request.header("Authorization", authorization);
            }
            let reply = send(request).await;
            assert_eq!(reply.problem(), ProblemKind::Unauthenticated);
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        }
    }
    let reply = send(server.client.post(server.url("/v1/events")).body("[]")).await;
    assert_eq!(reply.problem(), ProblemKind::Unauthenticated);
}

#[tokio::test]
async fn a_revoked_device_is_told_so_within_half_a_second() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    // Often enough that the server knows the token by heart.
    for _ in 0..3 {
        assert_eq!(server.post(&device, &[]).await.status, StatusCode::OK);
    }
    let now = event_model::Clock::now(&*server.clock).wall;
    server.shell().revoke_device(device.id, now).unwrap();
    server.clock.advance_ms(500);
    assert_eq!(server.post(&device, &[]).await.problem(), ProblemKind::Revoked);
}

#[tokio::test]
async fn a_reader_cannot_send() {
    let server = TestServer::start().await;
    let mut device = server.enrol(1).await;
    device.token = server.reader();
    assert_eq!(server.post(&device, &[]).await.problem(), ProblemKind::Forbidden);
}

#[tokio::test]
async fn only_a_cloudevents_batch_is_read() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let bearer = format!("Bearer {}", device.token);
    for content_type in ["application/json", "application/cloudevents+json", ""] {
        let request = server.client.post(server.url("/v1/events")).body("[]");
        let request = request.header("Authorization", &bearer).header("Content-Type", content_type);
        assert_eq!(send(request).await.problem(), ProblemKind::UnsupportedMediaType);
    }
    let request = server.client.post(server.url("/v1/events")).body("[]");
    let with_charset = "application/CloudEvents-batch+json; charset=UTF-8";
    let request = request.header("Authorization", &bearer).header("Content-Type", with_charset);
    assert_eq!(send(request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_array_of_events_is_malformed() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    for body in ["", "{}", "[", "[1}", "null", "[]x", "\u{feff}[]"] {
        let reply = send(server.request(&device).body(body)).await;
        assert_eq!(reply.problem(), ProblemKind::MalformedBatch, "{body:?}");
    }
}

#[tokio::test]
async fn more_than_a_request_may_hold_is_too_large() {
    let server = TestServer::start_with(|config| {
        config.limits.events_max = 2;
        config.limits.sent_bytes_max = 5_000;
        config.limits.decoded_bytes_max = 6_000;
    })
    .await;
    let device = server.enrol(1).await;
    let three: Vec<_> = (1..=3).map(|n| device.kill("a", n, 1)).collect();
    assert_eq!(server.post(&device, &three).await.problem(), ProblemKind::TooLarge);
    let long = vec![b' '; 5_001];
    let reply = send(server.request(&device).body(long.clone())).await;
    assert_eq!(reply.problem(), ProblemKind::TooLarge, "as its length announces");
    let decoded = zstd::encode_all(&*vec![b' '; 6_001], 3).unwrap();
    let request = server.request(&device).header("Content-Encoding", "zstd").body(decoded);
    assert_eq!(send(request).await.problem(), ProblemKind::TooLarge, "once decoded");
}

#[tokio::test]
async fn a_client_that_is_refused_while_it_writes_still_hears_why() {
    let server = TestServer::start().await;
    let mut device = server.enrol(1).await;
    let large = || vec![b' '; 6 * 1024 * 1024];
    let reply = send(server.request(&device).body(large())).await;
    assert_eq!(reply.problem(), ProblemKind::TooLarge);
    device.token = "wrong".to_owned();
    let reply = send(server.request(&device).body(large())).await;
    assert_eq!(reply.problem(), ProblemKind::Unauthenticated);
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_as_well() {
    let server = TestServer::start_with(|config| config.limits.sent_bytes_max = 5_000).await;
    let device = server.enrol(1).await;
    let mut socket = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/cloudevents-batch+json\r\nTransfer-Encoding: chunked\r\n\r\n",
        device.token
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..6 {
        socket.write_all(b"3e8\r\n").await.unwrap();
        socket.write_all(&[b' '; 1_000]).await.unwrap();
        socket.write_all(b"\r\n").await.unwrap();
    }
    socket.write_all(b"0\r\n\r\n").await.unwrap();
    let mut status = [0; 12];
    socket.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test]
async fn headers_of_another_form_are_refused_by_name() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    for (name, value) in
        [("Ringside-Outbox", "1"), ("Ringside-Clock", "now"), ("Idempotency-Key", "\"x\"")]
    {
        let reply = send(server.request(&device).header(name, value).body("[]")).await;
        assert_eq!(reply.problem(), ProblemKind::BadRequest, "{name}");
        let text = String::from_utf8(reply.body).unwrap();
        assert!(text.contains(&name.to_lowercase()), "{text}");
    }
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_told_when_to_come_back() {
    let server = TestServer::start_with(|config| config.bounds.requests_per_minute_max = 2).await;
    let device = server.enrol(1).await;
    let statuses = [200, 200, 429].map(|code| StatusCode::from_u16(code).unwrap());
    for expected in statuses {
        assert_eq!(server.post(&device, &[]).await.status, expected);
    }
    let reply = server.post(&device, &[]).await;
    assert_eq!(reply.problem(), ProblemKind::RateLimited);
    assert_eq!(reply.header("retry-after"), Some("30"));
    server.clock.advance_ms(30_000);
    assert_eq!(server.post(&device, &[]).await.status, StatusCode::OK);
}

/// A request whose body does not come, known to be inside of its handler.
async fn stalled(server: &TestServer, token: &str) -> TcpStream {
    let mut socket = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/cloudevents-batch+json\r\nContent-Length: 2\r\n\
         Expect: 100-continue\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    socket.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket
}

#[tokio::test]
async fn an_overloaded_server_says_so_and_serves_its_operators() {
    let server = TestServer::start_with(|config| config.bounds.concurrent_requests_max = 1).await;
    let device = server.enrol(1).await;
    let mut first = stalled(&server, &device.token).await;
    let reply = server.post(&device, &[]).await;
    assert_eq!(reply.problem(), ProblemKind::Overloaded);
    assert!(reply.header("retry-after").is_some());
    assert_eq!(send(server.client.get(server.url("/healthz"))).await.status, StatusCode::OK);
    first.write_all(b"[]").await.unwrap();
    let mut status = [0; 12];
    first.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200", "what was admitted is served");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    let server =
        TestServer::start_with(|config| config.bounds.body_timeout = Duration::from_millis(50))
            .await;
    let device = server.enrol(1).await;
    let mut socket = stalled(&server, &device.token).await;
    let mut status = [0; 12];
    socket.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 408");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let server = TestServer::start().await;
    let reply = send(server.client.get(server.url("/v2/events"))).await;
    assert_eq!(reply.problem(), ProblemKind::NotFound);
    let reply = send(server.client.get(server.url("/v1/events"))).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
}

#[tokio::test]
async fn nothing_of_a_refused_request_is_stored() {
    let server = TestServer::start_with(|config| config.limits.events_max = 1).await;
    let device = server.enrol(1).await;
    let two = [device.kill("a", 1, 1), device.kill("b", 2, 1)];
    server.post(&device, &two).await.problem();
    let page: ReceiptPage = server.post(&device, &two[..1]).await.page();
    assert_eq!(json!(page.receipts[0].status), "stored");
}
