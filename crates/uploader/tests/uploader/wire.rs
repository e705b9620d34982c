//! What goes over a real socket.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use delivery::{Silence, WaitReason};
use event_model::{EventId, Origin};
use ingest_api::{IdempotencyKey, SentClock};
use tokio::{io::AsyncReadExt, net::TcpListener};
use uploader::UploadState;

use crate::support::{Device, ids, receipts};

/// An ingest server that does what it must, and remembers what it saw.
#[derive(Clone, Default)]
pub(crate) struct Server {
    pub(crate) seen: Arc<Mutex<Vec<Request>>>,
    stored: Arc<Mutex<Vec<EventId>>>,
    /// Statuses to answer with first.
    first: Arc<Mutex<Vec<StatusCode>>>,
}

/// A request as it came, its body decoded.
pub(crate) struct Request {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Server {
    pub(crate) fn router(&self) -> Router {
        Router::new().route("/v1/events", post(events)).with_state(self.clone())
    }

    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let router = self.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    pub(crate) fn header(&self, n: usize, name: &str) -> Option<String> {
        let seen = self.seen.lock().expect("nobody panicked");
        seen[n]
            .headers
            .get(name)
            .map(|value| value.to_str().expect("our headers are text").to_owned())
    }
}

async fn events(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let body = zstd::decode_all(body.as_ref()).expect("the body is zstd");
    let ids = ids(&body);
    server.seen.lock().expect("nobody panicked").push(Request { headers, body });
    if let Some(status) = server.first.lock().expect("nobody panicked").pop() {
        return status.into_response();
    }
    receipts(&ids, &mut server.stored.lock().expect("nobody panicked")).into_response()
}

#[tokio::test]
async fn a_request_is_as_the_contract_says() {
    let (device, server) = (Device::new(), Server::default());
    device.append(0..3);
    device.upload_to(&server.start().await).until_idle_with(3).await;
    let header = |name| server.header(0, name).unwrap();
    assert_eq!(header("content-type"), "application/cloudevents-batch+json");
    assert_eq!(header("content-encoding"), "zstd");
    assert_eq!(header("authorization"), "Bearer first");
    let id = device.outbox.lock().unwrap().id();
    assert_eq!(header("ringside-outbox"), id.to_string());
    let sent: SentClock = header("ringside-clock").parse().unwrap();
    assert!(sent.wall.is_some());
    let body = server.seen.lock().unwrap()[0].body.clone();
    assert_eq!(header("idempotency-key").parse(), Ok(IdempotencyKey::of_body(&body)));
}

#[tokio::test]
async fn a_replay_sends_no_clock() {
    let (device, server) = (Device::new(), Server::default());
    device.append_to("m", 0..3, Origin::Replay);
    device.upload_to(&server.start().await).until_idle_with(3).await;
    assert_eq!(server.header(0, "ringside-clock"), None);
}

#[tokio::test]
async fn a_busy_server_gets_the_same_request_again() {
    let (device, server) = (Device::new(), Server::default());
    server.first.lock().unwrap().push(StatusCode::SERVICE_UNAVAILABLE);
    device.append(0..3);
    let progress = device.upload_to(&server.start().await).until_idle_with(3).await;
    assert_eq!((progress.requests, progress.failed_requests), (2, 1));
    assert_eq!(server.header(0, "idempotency-key"), server.header(1, "idempotency-key"));
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_again() {
    let (device, server) = (Device::new(), Server::default());
    device.append(0..3);
    let behind = server.start().await;
    let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = front.local_addr().unwrap();
    // The first connection ends after the request was read, the next ones pass.
    tokio::spawn(async move {
        let (mut lost, _) = front.accept().await.unwrap();
        lost.read_buf(&mut Vec::with_capacity(1024)).await.unwrap();
        drop(lost);
        loop {
            let (mut from, _) = front.accept().await.unwrap();
            let to = behind.strip_prefix("http://").unwrap().to_owned();
            tokio::spawn(async move {
                let mut to = tokio::net::TcpStream::connect(to).await.unwrap();
                drop(tokio::io::copy_bidirectional(&mut from, &mut to).await);
            });
        }
    });
    let mut running = device.upload_to(&format!("http://{address}"));
    let waiting = running.until(|now| now.failed_requests == 1).await;
    assert_eq!(waiting.stored, 0);
    let progress = running.until_idle_with(3).await;
    assert_eq!(progress.requests, 2);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_waited_for() {
    let device = Device::new();
    device.append(0..3);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut running = device.upload_to(&nobody);
    let waiting = running.until(|now| matches!(now.state, UploadState::Waiting { .. })).await;
    let UploadState::Waiting { reason, .. } = waiting.state else { unreachable!() };
    assert_eq!(reason, WaitReason::Silence(Silence::Unreachable));
    assert_eq!(device.status().pending, 3);
}

#[tokio::test]
async fn a_redirect_gets_neither_token_nor_events() {
    let (device, elsewhere) = (Device::new(), Server::default());
    device.append(0..3);
    let target = format!("{}/v1/events", elsewhere.start().await);
    let router = Router::new().route(
        "/v1/events",
        post(|| async move { (StatusCode::TEMPORARY_REDIRECT, [("location", target)]) }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut running = device.upload_to(&format!("http://{address}"));
    running.until(|now| now.failed_requests == 1).await;
    assert!(elsewhere.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let device = Device::new();
    device.append(0..1);
    let router = Router::new().route("/v1/events", post(|| async { vec![b' '; 5 * 1024 * 1024] }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut running = device.upload_to(&format!("http://{address}"));
    let waiting = running.until(|now| matches!(now.state, UploadState::Waiting { .. })).await;
    let UploadState::Waiting { reason, .. } = waiting.state else { unreachable!() };
    assert_eq!(reason, WaitReason::Silence(Silence::TooLong));
}
