//! Who keeps a connection, and who loses it. Time runs by itself while all wait.

use std::{convert::Infallible, net::Ipv4Addr};

use axum::{
    Router,
    body::{Body, Bytes},
    http::StatusCode,
    middleware,
    routing::{get, post},
};
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::let_go;

/// What a listener of one place is asked.
const ALLOWED: &str = "POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 0\r\n\r\n";
const REFUSED: &str = "GET / HTTP/1.1\r\nhost: here\r\norigin: https://evil.example\r\n\r\n";
const FOLLOWED: &str = "GET /events HTTP/1.1\r\nhost: here\r\n\r\n";

/// So often a stream of events says something.
const EVENT_EVERY: Duration = Duration::from_secs(15);

/// A listener that has one place.
async fn listen() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/", post(async || StatusCode::OK))
        .route("/events", get(async || Body::from_stream(events())))
        .layer(middleware::map_response(let_go));
    tokio::spawn(axum::serve(Limited::new(listener, 1), router).into_future());
    address
}

/// Ten of them, far apart.
fn events() -> impl stream::Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(0, async |told| {
        sleep(EVENT_EVERY).await;
        (told < 10).then(|| (Ok(Bytes::from_static(b"event\n")), told + 1))
    })
}

async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

/// Whether a connection has its turn by then, with another one open before it.
async fn has_its_turn_within(address: SocketAddr, limit: Duration) -> bool {
    let mut next = TcpStream::connect(address).await.unwrap();
    let answered = tokio::time::timeout(limit, ask(&mut next, ALLOWED)).await;
    answered.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_keeps_no_place() {
    let address = listen().await;
    let mut page = TcpStream::connect(address).await.unwrap();
    let answer = ask(&mut page, REFUSED).await;
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(has_its_turn_within(address, UNUSED_MAX / 2).await);
}

#[tokio::test(start_paused = true)]
async fn who_asks_nothing_keeps_no_place() {
    let address = listen().await;
    let _silent = TcpStream::connect(address).await.unwrap();
    assert!(has_its_turn_within(address, UNUSED_MAX * 2).await);
}

#[tokio::test(start_paused = true)]
async fn who_has_asked_and_is_silent_keeps_its_place_for_a_while_only() {
    let address = listen().await;
    let mut game = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut game, ALLOWED).await.starts_with("HTTP/1.1 200"));
    assert!(!has_its_turn_within(address, IDLE_MAX / 2).await);
    assert!(has_its_turn_within(address, IDLE_MAX).await);
}

#[tokio::test(start_paused = true)]
async fn a_game_that_posts_now_and_then_stays_connected() {
    let address = listen().await;
    let mut game = TcpStream::connect(address).await.unwrap();
    for _ in 0..20 {
        assert!(ask(&mut game, ALLOWED).await.starts_with("HTTP/1.1 200"));
        sleep(IDLE_MAX / 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_told_events_and_says_nothing_stays_connected() {
    let address = listen().await;
    let mut page = TcpStream::connect(address).await.unwrap();
    page.write_all(FOLLOWED.as_bytes()).await.unwrap();
    let mut told = String::new();
    while told.matches("event").count() < 10 {
        let mut some = [0; 1024];
        let length = page.read(&mut some).await.unwrap();
        assert_ne!(length, 0, "ended after {told}");
        told.push_str(&String::from_utf8_lossy(&some[..length]));
    }
}
