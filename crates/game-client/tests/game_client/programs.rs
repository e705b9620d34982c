//! Programs are answered when their events are kept, and no page is listened to.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use event_model::{Clock, ClockEpoch, ClockReading, Moment, WallTime};
use game_client::{
    Delivery, Error, GsiToken, Kept, PROGRAMS_PATH, ProgramListener, ProgramsConfig,
};
use reqwest::{Client, RequestBuilder, StatusCode, header::HOST};
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::support::{IN_2030, SetClock};

const TOKEN: &str = "abcdefghijklmnop";
const BATCH: &str = "application/cloudevents-batch+json";

struct Listening {
    port: u16,
    deliveries: Option<mpsc::Receiver<Delivery>>,
    _stop: watch::Sender<bool>,
    _task: JoinHandle<Result<(), Error>>,
    http: Client,
}

/// A clock that goes on when a test says so.
#[derive(Default)]
struct Ticking(AtomicU64);

impl Clock for Ticking {
    fn now(&self) -> Moment {
        let mono_ms = self.0.load(Ordering::Relaxed);
        let clock = ClockReading { epoch: ClockEpoch(uuid::Uuid::nil()), mono_ms };
        Moment { clock, wall: WallTime::from_unix_ms(0) }
    }
}

async fn listen() -> Listening {
    listen_by(SetClock::at(IN_2030)).await
}

async fn listen_by(clock: Arc<dyn Clock>) -> Listening {
    let config = ProgramsConfig { port: 0, token: GsiToken::new(TOKEN).unwrap() };
    let listener = ProgramListener::bind(config, clock).await.unwrap();
    let (sender, deliveries) = ProgramListener::queue();
    let (stop, stopped) = watch::channel(false);
    rustls::crypto::ring::default_provider().install_default().ok();
    Listening {
        port: listener.local_addr().port(),
        deliveries: Some(deliveries),
        _stop: stop,
        _task: tokio::spawn(listener.run(sender, stopped)),
        http: Client::builder().no_proxy().build().unwrap(),
    }
}

impl Listening {
    fn request(&self) -> RequestBuilder {
        let url = format!("http://127.0.0.1:{}{PROGRAMS_PATH}", self.port);
        self.http.post(url).header("content-type", BATCH)
    }

    /// Keeps whatever comes, all but the first as known.
    fn keep(&mut self) {
        let mut deliveries = self.deliveries.take().unwrap();
        tokio::spawn(async move {
            while let Some(Delivery { events, kept }) = deliveries.recv().await {
                let of = |(nth, event): (usize, game_client::ProgramEvent)| Kept {
                    event: format!("kept as {}", event.id),
                    duplicate: nth > 0,
                };
                kept.send(events.into_iter().enumerate().map(of).collect()).unwrap();
            }
        });
    }
}

fn lap(id: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "//lap-timer", "type": "com.example.lap",
        "subject": "track:7", "time": "2026-01-01T00:00:00Z", "data": {"lap": id},
    })
}

#[tokio::test]
async fn each_event_gets_its_receipt_in_order() {
    let mut listening = listen().await;
    listening.keep();
    let own = json!({"specversion": "1.0", "id": "b", "source": "x", "type": "ringside.kill.v1", "subject": "s"});
    let body = json!([lap("a"), own, lap("c")]);
    let answer =
        listening.request().bearer_auth(TOKEN).body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(answer["ringside"], "kept/1");
    let receipts = &answer["receipts"];
    assert_eq!(receipts[0], json!({"id": "a", "status": "kept", "event": "kept as a"}));
    assert_eq!((&receipts[1]["id"], &receipts[1]["status"]), (&json!("b"), &json!("invalid")));
    assert_eq!(receipts[2], json!({"id": "c", "status": "duplicate", "event": "kept as c"}));
}

#[tokio::test]
async fn what_is_passed_on_is_what_the_program_said() {
    let mut listening = listen().await;
    let mut deliveries = listening.deliveries.take().unwrap();
    let request = listening.request().bearer_auth(TOKEN).body(json!([lap("a")]).to_string());
    let answered = tokio::spawn(request.send());
    let Delivery { events, kept } = deliveries.recv().await.unwrap();
    let time: WallTime = "2026-01-01T00:00:00Z".parse().unwrap();
    assert_eq!((events[0].program.as_str(), events[0].time), ("//lap-timer", time));
    // The disk does not take it.
    drop(kept);
    let answer = answered.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn no_page_no_other_host_and_nobody_without_the_token_is_listened_to() {
    let mut listening = listen().await;
    listening.keep();
    let body = json!([lap("a")]).to_string();
    let known = || listening.request().bearer_auth(TOKEN).body(body.clone());
    for (request, status) in [
        (known().header("origin", "https://evil.example"), StatusCode::FORBIDDEN),
        (known().header("origin", "http://127.0.0.1"), StatusCode::FORBIDDEN),
        (known().header("sec-fetch-site", "none"), StatusCode::FORBIDDEN),
        (known().header(HOST, "evil.example"), StatusCode::FORBIDDEN),
        (listening.request().body(body.clone()), StatusCode::UNAUTHORIZED),
        (listening.request().bearer_auth("abcdefghijklmnoq"), StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    assert_eq!(known().send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_request_is_bounded() {
    let mut listening = listen().await;
    listening.keep();
    let known = || listening.request().bearer_auth(TOKEN);
    let many: Vec<_> = (0..101).map(|n| lap(&n.to_string())).collect();
    for (request, status) in [
        (known().body("[1"), StatusCode::BAD_REQUEST),
        (known().body("{}"), StatusCode::BAD_REQUEST),
        (known().body(json!(many).to_string()), StatusCode::PAYLOAD_TOO_LARGE),
        (known().body("a".repeat(1024 * 1024 + 1)), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    let other = listening.http.post(format!("http://127.0.0.1:{}{PROGRAMS_PATH}", listening.port));
    let other = other.bearer_auth(TOKEN).header("content-type", "text/plain").body("[]");
    assert_eq!(other.send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // The clock of this test stands still: what came at once is all that may come.
    let hundred = json!(many[..100]).to_string();
    for _ in 0..10 {
        assert_eq!(known().body(hundred.clone()).send().await.unwrap().status(), StatusCode::OK);
    }
    let flood = known().body(hundred).send().await.unwrap();
    assert_eq!(flood.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_batch_that_waits_as_long_as_it_is_told_is_taken() {
    let clock = Arc::new(Ticking::default());
    let mut listening = listen_by(Arc::clone(&clock) as Arc<dyn Clock>).await;
    listening.keep();
    let send = async |events: std::ops::Range<u32>| {
        let laps: Vec<_> = events.map(|n| lap(&n.to_string())).collect();
        let request = listening.request().bearer_auth(TOKEN).body(json!(laps).to_string());
        request.send().await.unwrap()
    };
    for n in 0..10 {
        assert_eq!(send(n * 100..(n + 1) * 100).await.status(), StatusCode::OK);
    }
    let refused = send(1_000..1_025).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(seconds, 3, "25 at ten a second");
    // Whoever asks each second is no worse off.
    for second in 1..=seconds {
        clock.0.store(second * 1_000, Ordering::Relaxed);
        let taken = send(1_000..1_025).await.status() == StatusCode::OK;
        assert_eq!(taken, second == seconds, "after {second} s");
    }
}
