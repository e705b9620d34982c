//! The listener answers at once, whoever asks, and passes on what the game sent.

use event_model::{Channel, Reading, Received, Source};
use game_client::{Error, GsiConfig, GsiGame, GsiHealth, GsiListener, GsiToken};
use reqwest::{Client, StatusCode, header::HOST};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::support::{IN_2030, SetClock};

const TOKEN: &str = "abcdefghijklmnop";

struct Listening {
    port: u16,
    readings: mpsc::Receiver<Received>,
    health: watch::Receiver<GsiHealth>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), Error>>,
    http: Client,
}

async fn listen(room: usize) -> Listening {
    listen_to(GsiGame::CounterStrike, room).await
}

async fn listen_to(game: GsiGame, room: usize) -> Listening {
    let config = GsiConfig { game, port: 0, token: GsiToken::new(TOKEN).unwrap() };
    let listener = GsiListener::bind(config, SetClock::at(IN_2030)).await.unwrap();
    let (sender, readings) = mpsc::channel(room);
    let (stop, stopped) = watch::channel(false);
    Listening {
        port: listener.local_addr().port(),
        readings,
        health: listener.health(),
        stop,
        task: tokio::spawn(listener.run(sender, stopped)),
        http: plain_http(),
    }
}

fn plain_http() -> Client {
    // The first installation of a provider wins; it is the same one each time.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().no_proxy().build().unwrap()
}

impl Listening {
    async fn post(&self, body: impl Into<reqwest::Body>) -> StatusCode {
        self.post_to(&format!("127.0.0.1:{}", self.port), body).await
    }

    async fn post_to(&self, host: &str, body: impl Into<reqwest::Body>) -> StatusCode {
        let url = format!("http://127.0.0.1:{}/", self.port);
        let request = self.http.post(url).header(HOST, host).body(body);
        request.send().await.unwrap().status()
    }

    fn counts(&self) -> GsiHealth {
        self.health.borrow().clone()
    }
}

fn body(round: u32) -> String {
    format!(
        "{{\n\t\"provider\": {{ \"appid\": 730 }},\n\t\"map\": {{ \"round\": {round} }},\n\t\
         \"auth\": {{\n\t\t\"token\": \"{TOKEN}\"\n\t}}\n}}"
    )
}

#[tokio::test]
async fn what_the_game_posts_comes_through_without_its_token() {
    let mut listening = listen(4).await;
    assert_eq!(listening.post(body(3)).await, StatusCode::OK);

    let received = listening.readings.recv().await.unwrap();
    let Reading::Frame(frame) = received.reading else { panic!("a listener has no faults") };
    assert_eq!(received.source, Source::Cs2);
    assert_eq!((frame.channel, frame.status), (Channel::Http, None));
    assert_eq!((frame.method.as_deref(), frame.path.as_deref()), (Some("POST"), Some("/")));
    assert_eq!(
        String::from_utf8(frame.body).unwrap(),
        "{\n\t\"provider\": { \"appid\": 730 },\n\t\"map\": { \"round\": 3 },\n\t\
         \"auth\": {\"token\":\"[cut]\"}\n}",
        "every byte but the token"
    );
    assert_eq!(listening.counts().frames, 1);
    assert_eq!(listening.counts().last_frame_at, Some(received.at));
}

#[tokio::test]
async fn a_request_of_nobody_we_know_is_answered_counted_and_not_passed_on() {
    let mut listening = listen(4).await;
    assert_eq!(listening.post_to("evil.example", body(1)).await, StatusCode::OK);
    assert_eq!(listening.post("curl was here").await, StatusCode::OK);
    assert_eq!(listening.post(body(1).replace("provider", "prov")).await, StatusCode::OK);
    assert_eq!(listening.post(body(1).replace(TOKEN, "another")).await, StatusCode::OK);
    assert_eq!(listening.post(body(2)).await, StatusCode::OK);

    let counted = listening.counts();
    assert_eq!((counted.foreign, counted.unauthorised, counted.frames), (3, 1, 1));
    assert!(listening.readings.recv().await.is_some(), "the game's own");
    assert!(listening.readings.try_recv().is_err(), "nobody else's");
}

#[tokio::test]
async fn each_game_is_heard_by_its_own_listener_alone() {
    let mut listening = listen_to(GsiGame::Dota2, 4).await;
    assert_eq!(listening.post(body(1)).await, StatusCode::OK);
    assert_eq!(listening.post(body(2).replace("730", "570")).await, StatusCode::OK);
    let counted = listening.counts();
    assert_eq!((counted.foreign, counted.frames), (1, 1), "Counter-Strike's is foreign here");
    let received = listening.readings.recv().await.unwrap();
    assert_eq!(received.source, Source::Dota2);
    let Reading::Frame(frame) = received.reading else { panic!("a listener has no faults") };
    let text = String::from_utf8(frame.body).unwrap();
    assert!(text.contains("570") && !text.contains(TOKEN), "{text}");
}

#[tokio::test]
async fn what_a_browser_sends_for_a_page_is_refused_before_it_is_read() {
    let mut listening = listen(4).await;
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let url = format!("http://127.0.0.1:{}/", listening.port);
        let request = listening.http.post(url).header(name, value).body(body(1));
        assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(listening.counts().foreign, 2);
    assert!(listening.readings.try_recv().is_err());
}

#[tokio::test]
async fn a_body_without_end_is_refused_and_counted() {
    let listening = listen(4).await;
    let long = vec![b' '; 1024 * 1024 + 1];
    assert_eq!(listening.post(long).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(listening.counts().oversized, 1);
    assert_eq!(listening.post(body(1)).await, StatusCode::OK, "the next one is welcome");
}

#[tokio::test]
async fn a_burst_that_nobody_takes_is_answered_and_counted_as_dropped() {
    let listening = listen(4).await;
    for round in 0..20 {
        assert_eq!(listening.post(body(round)).await, StatusCode::OK, "the game never waits");
    }
    let counted = listening.counts();
    assert_eq!((counted.frames, counted.dropped), (4, 16));
}

#[tokio::test]
async fn a_burst_that_is_taken_keeps_its_order() {
    let mut listening = listen(64).await;
    for round in 0..20 {
        listening.post(body(round)).await;
    }
    for round in 0..20 {
        let Reading::Frame(frame) = listening.readings.recv().await.unwrap().reading else {
            panic!("a listener has no faults")
        };
        let text = String::from_utf8(frame.body).unwrap();
        assert!(text.contains(&format!("\"round\": {round} ")), "round {round} in {text}");
    }
}

#[tokio::test]
async fn a_request_that_is_no_post_is_refused() {
    let listening = listen(4).await;
    let url = format!("http://localhost:{}/", listening.port);
    let status = listening.http.get(url).send().await.unwrap().status();
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_with_its_number() {
    let first = listen(1).await;
    let (game, token) = (GsiGame::Dota2, GsiToken::new(TOKEN).unwrap());
    let config = GsiConfig { game, port: first.port, token };
    let second = GsiListener::bind(config, SetClock::at(IN_2030)).await.err();
    assert!(matches!(second, Some(Error::Bind { port, .. }) if port == first.port), "{second:?}");
}

#[tokio::test]
async fn the_listener_stops_although_a_request_never_ends() {
    let listening = listen(4).await;
    let mut half = TcpStream::connect(("127.0.0.1", listening.port)).await.unwrap();
    half.write_all(b"POST / HTTP/1.1\r\nHost: ").await.unwrap();
    listening.stop.send_replace(true);
    listening.task.await.unwrap().unwrap();
}
