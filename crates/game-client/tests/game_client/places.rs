//! Connections to a listener are few: who is refused leaves its place, who is known
//! keeps it.

use std::time::Duration;

use event_model::Received;
use game_client::{
    BRIDGE_PATH, BridgeConfig, GsiConfig, GsiGame, GsiListener, GsiToken, OverwolfBridge,
    PROGRAMS_PATH, ProgramListener, ProgramsConfig,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, watch},
    time::timeout,
};

use crate::support::{IN_2030, SetClock};

const TOKEN: &str = "abcdefghijklmnop";
const EVIL: &str = "origin: https://evil.example\r\n";

/// More than any of the listeners has places for.
const PAGES: usize = 40;

/// A listener that waits longer than this for a place waits for ever.
const PATIENCE: Duration = Duration::from_secs(20);

/// A listener, and a request that it answers.
struct Listener {
    port: u16,
    path: &'static str,
    head: String,
    body: String,
}

impl Listener {
    fn request(&self, more: &str) -> String {
        let Self { port, path, head, body } = self;
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{head}{more}\
             content-length: {length}\r\n\r\n{body}"
        )
    }

    /// The answers to two requests over one connection.
    async fn twice(&self) -> [String; 2] {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        [answer(&mut stream, &self.request("")).await, answer(&mut stream, &self.request("")).await]
    }
}

/// The head of the answer; its body is read too.
async fn answer(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    head
}

/// Whoever drops this ends the listeners.
struct Kept {
    _stop: watch::Sender<bool>,
    readings: mpsc::Receiver<Received>,
}

async fn all() -> (Vec<Listener>, Kept) {
    let token = || GsiToken::new(TOKEN).unwrap();
    let clock = || SetClock::at(IN_2030);
    let ((sender, readings), (stop, stopped)) = (mpsc::channel(8), watch::channel(false));
    let config = GsiConfig { game: GsiGame::CounterStrike, port: 0, token: token() };
    let gsi = GsiListener::bind(config, clock()).await.unwrap();
    let config = BridgeConfig { port: 0, token: token() };
    let bridge = OverwolfBridge::bind(config, clock()).await.unwrap();
    let config = ProgramsConfig { port: 0, token: token() };
    let programs = ProgramListener::bind(config, clock()).await.unwrap();
    let bearer = format!("authorization: Bearer {TOKEN}\r\n");
    let batch = format!("{bearer}content-type: application/cloudevents-batch+json\r\n");
    let state = format!(r#"{{"provider":{{"appid":730}},"auth":{{"token":"{TOKEN}"}}}}"#);
    let of = |port, path, head, body| Listener { port, path, head, body };
    let listeners = vec![
        of(gsi.local_addr().port(), "/", String::new(), state),
        of(bridge.local_addr().port(), BRIDGE_PATH, bearer, "[]".to_owned()),
        of(programs.local_addr().port(), PROGRAMS_PATH, batch, "[]".to_owned()),
    ];
    tokio::spawn(gsi.run(sender.clone(), stopped.clone()));
    tokio::spawn(bridge.run(sender, stopped.clone()));
    tokio::spawn(programs.run(ProgramListener::queue().0, stopped));
    (listeners, Kept { _stop: stop, readings })
}

#[tokio::test]
async fn pages_that_are_refused_take_no_place_from_who_is_known() {
    let (listeners, kept) = all().await;
    for listener in listeners {
        let mut pages = Vec::new();
        let in_time = timeout(PATIENCE, async {
            for _ in 0..PAGES {
                let mut page = TcpStream::connect(("127.0.0.1", listener.port)).await.unwrap();
                let refused = answer(&mut page, &listener.request(EVIL)).await;
                assert!(refused.starts_with("HTTP/1.1 403"), "{}: {refused}", listener.path);
                // As a browser does, which would keep it for the next request.
                pages.push(page);
            }
            listener.twice().await
        });
        let answers = in_time.await.unwrap_or_else(|_| panic!("{}: no place", listener.path));
        for answer in answers {
            assert!(answer.starts_with("HTTP/1.1 200"), "{}: {answer}", listener.path);
        }
    }
    assert_eq!(kept.readings.len(), 2, "what the game posted");
}
