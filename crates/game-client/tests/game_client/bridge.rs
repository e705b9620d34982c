//! The bridge takes what Overwolf's page sends, from nobody else, and loses nothing.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use event_model::{Channel, Game, Reading, Received, Source};
use game_client::{BRIDGE_PATH, BridgeConfig, BridgeHealth, Error, GsiToken, OverwolfBridge};
use reqwest::{
    Client, Method, StatusCode,
    header::{HOST, HeaderMap, ORIGIN},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::support::{IN_2030, SetClock};

const TOKEN: &str = "abcdefghijklmnop";
const PAGE: &str = "overwolf-extension://lpmkjihgfedcbaponmlkjihgfedcba";

struct Listening {
    port: u16,
    readings: mpsc::Receiver<Received>,
    health: watch::Receiver<BridgeHealth>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), Error>>,
    http: Client,
}

async fn listen(room: usize) -> Listening {
    listen_without(room, |_| false).await
}

async fn listen_without(
    room: usize,
    is_off: impl Fn(&Game) -> bool + Send + Sync + 'static,
) -> Listening {
    let config = BridgeConfig { port: 0, token: GsiToken::new(TOKEN).unwrap() };
    let bridge = OverwolfBridge::bind(config, SetClock::at(IN_2030)).await.unwrap();
    let bridge = bridge.leaving_out(Arc::new(is_off));
    let (sender, readings) = mpsc::channel(room);
    let (stop, stopped) = watch::channel(false);
    rustls::crypto::ring::default_provider().install_default().ok();
    Listening {
        port: bridge.local_addr().port(),
        readings,
        health: bridge.health(),
        stop,
        task: tokio::spawn(bridge.run(sender, stopped)),
        http: Client::builder().no_proxy().build().unwrap(),
    }
}

/// A message of the page, spaced as nobody would write it anew.
fn message(seq: u64) -> String {
    format!("{{\"run\": \"r1\",  \"seq\": {seq}, \"channel\":\"x\", \"payload\": {{}} }}")
}

fn list(seqs: impl IntoIterator<Item = u64>) -> String {
    let all: Vec<_> = seqs.into_iter().map(message).collect();
    format!("[{}]", all.join(","))
}

impl Listening {
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}{BRIDGE_PATH}", self.port)
    }

    async fn post(&self, body: String) -> (StatusCode, Option<u64>) {
        let request = self.http.post(self.url()).bearer_auth(TOKEN).header(ORIGIN, PAGE);
        let answer = request.body(body).send().await.unwrap();
        let status = answer.status();
        let json: Option<Value> = serde_json::from_slice(&answer.bytes().await.unwrap()).ok();
        (status, json.and_then(|json| json["taken"].as_u64()))
    }

    /// What the bridge says to a body that is meant for this start of it; for any where
    /// that is empty.
    async fn answer(&self, start: &str, body: String) -> Value {
        let url = if start.is_empty() { self.url() } else { format!("{}?to={start}", self.url()) };
        let request = self.http.post(url).bearer_auth(TOKEN).header(ORIGIN, PAGE);
        let answer = request.body(body).send().await.unwrap().bytes().await.unwrap();
        serde_json::from_slice(&answer).unwrap()
    }

    fn bodies(&mut self) -> Vec<String> {
        let received = std::iter::from_fn(|| self.readings.try_recv().ok());
        received
            .map(|received| {
                assert_eq!(received.source, Source::Overwolf);
                let Reading::Frame(frame) = received.reading else {
                    panic!("a bridge has no faults")
                };
                String::from_utf8(frame.body).unwrap()
            })
            .collect()
    }

    fn counts(&self) -> BridgeHealth {
        self.health.borrow().clone()
    }
}

#[tokio::test]
async fn each_message_is_a_frame_byte_for_byte() {
    let mut listening = listen(8).await;
    assert_eq!(listening.post(message(1)).await, (StatusCode::OK, Some(1)));
    assert_eq!(listening.post(list([2, 3])).await, (StatusCode::OK, Some(2)));
    assert_eq!(listening.bodies(), [message(1), message(2), message(3)]);
    assert_eq!(listening.post("[]".to_owned()).await, (StatusCode::OK, Some(0)), "a greeting");
    assert_eq!(listening.counts().messages, 3);
}

#[tokio::test]
async fn what_is_sent_again_is_taken_once_and_what_never_came_is_counted() {
    let mut listening = listen(8).await;
    listening.post(list([1, 2])).await;
    assert_eq!(listening.post(list([1, 2, 3])).await, (StatusCode::OK, Some(3)));
    listening.post(message(7)).await;
    assert_eq!(listening.bodies(), [1, 2, 3, 7].map(message));
    let counts = listening.counts();
    assert_eq!((counts.repeated, counts.missing), (2, 3));
    assert!(counts.to_string().contains("3 messages were lost"), "{counts}");
}

#[tokio::test]
async fn overwolfs_own_messages_are_taken_as_they_come() {
    let bare = [
        r#"{"gameId":21640,"feature":"match_info","category":"match_info","key":"map","value":"x"}"#,
        r#"{"events":[{"name":"kill_feed","data":"{}"}]}"#,
        r#"{"info":{"match_info":{"round_number":"1"}},"feature":"match_info"}"#,
    ];
    let mut listening = listen(8).await;
    let all = format!("[{}]", bare.join(","));
    assert_eq!(listening.post(all).await, (StatusCode::OK, Some(3)));
    assert_eq!(listening.post(bare[1].to_owned()).await, (StatusCode::OK, Some(1)));
    assert_eq!(listening.bodies(), [bare[0], bare[1], bare[2], bare[1]]);
    assert_eq!((listening.counts().messages, listening.counts().malformed), (4, 0));
}

#[tokio::test]
async fn another_start_of_the_bridge_takes_nothing_that_is_meant_for_the_one_before() {
    let (former, mut listening) = (listen(8).await, listen(8).await);
    let before = former.answer("", list([1])).await["start"].as_str().unwrap().to_owned();
    let refused = listening.answer(&before, list([2])).await;
    assert_eq!(refused["taken"], 0, "the first may have gone with the other");
    assert_eq!(listening.bodies(), Vec::<String>::new());

    let now = refused["start"].as_str().unwrap();
    assert_eq!(listening.answer(now, list([1, 2])).await["taken"], 2);
    assert_eq!(listening.bodies(), [1, 2].map(message));
    assert_eq!(listening.counts().missing, 0);
}

#[tokio::test]
async fn who_means_another_start_is_answered_behind_all_it_sends() {
    let listening = listen(8).await;
    let mut page = TcpStream::connect(("127.0.0.1", listening.port)).await.unwrap();
    let head = format!(
        "POST {BRIDGE_PATH}?to=another HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nOrigin: {PAGE}\r\n\
         Authorization: Bearer {TOKEN}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
        listening.port
    );
    page.write_all(head.as_bytes()).await.unwrap();
    // The server asks for a body only when somebody reads it.
    let asked = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut first = vec![0; asked.len()];
    page.read_exact(&mut first).await.unwrap();
    assert_eq!(String::from_utf8(first).unwrap(), asked);
    page.write_all(b"[]").await.unwrap();
    let mut answer = String::new();
    page.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 409 ") && answer.contains("\"start\""), "{answer}");
}

#[tokio::test]
async fn what_nobody_has_room_for_is_told_and_taken_when_it_comes_again() {
    let mut listening = listen(2).await;
    let all = list(1..=5);
    assert_eq!(listening.post(all.clone()).await, (StatusCode::SERVICE_UNAVAILABLE, Some(2)));
    assert_eq!(listening.bodies(), [1, 2].map(message));
    assert_eq!(listening.post(list(3..=5)).await, (StatusCode::SERVICE_UNAVAILABLE, Some(2)));
    assert_eq!(listening.bodies(), [3, 4].map(message));
    assert_eq!(listening.post(list(5..=5)).await, (StatusCode::OK, Some(1)));
    assert_eq!(listening.counts().missing, 0);
}

#[tokio::test]
async fn another_page_reaches_nothing() {
    let mut listening = listen(8).await;
    for origin in ["https://evil.example", "null", "http://127.0.0.1:9999"] {
        let request =
            listening.http.post(listening.url()).bearer_auth(TOKEN).header(ORIGIN, origin);
        let answer = request.body(message(1)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));

        let asked = listening.http.request(Method::OPTIONS, listening.url()).header(ORIGIN, origin);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
    let rebound =
        listening.http.post(listening.url()).bearer_auth(TOKEN).header(HOST, "evil.example");
    assert_eq!(rebound.body(message(1)).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let tokenless = listening.http.post(listening.url()).header(ORIGIN, PAGE);
    assert_eq!(tokenless.body(message(1)).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(listening.bodies(), Vec::<String>::new());
    let counts = listening.counts();
    assert_eq!((counts.foreign, counts.unauthorised, counts.messages), (7, 1, 0));
}

#[tokio::test]
async fn overwolfs_page_may_ask_and_read_the_answer() {
    let listening = listen(8).await;
    let asked = listening.http.request(Method::OPTIONS, listening.url());
    let asked = asked
        .header(ORIGIN, PAGE)
        .header("access-control-request-method", "POST")
        .header("access-control-request-private-network", "true");
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let text = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(text(answer.headers(), "access-control-allow-origin"), PAGE);
    assert_eq!(text(answer.headers(), "access-control-allow-private-network"), "true");
    assert!(text(answer.headers(), "access-control-allow-headers").contains("authorization"));

    let posted = listening.http.post(listening.url()).bearer_auth(TOKEN).header(ORIGIN, PAGE);
    let answer = posted.body(message(1)).send().await.unwrap();
    assert_eq!(text(answer.headers(), "access-control-allow-origin"), PAGE);
}

#[tokio::test]
async fn what_is_no_message_is_counted_and_stops_nothing() {
    let mut listening = listen(8).await;
    for body in ["", "nonsense", "7", "\"x\"", "[1"] {
        assert_eq!(listening.post(body.to_owned()).await.0, StatusCode::BAD_REQUEST, "{body}");
    }
    let mixed = format!("[{{}}, 3, {}]", message(1));
    let said = listening.answer("", mixed).await;
    assert_eq!((&said["taken"], &said["malformed"]), (&json!(3), &json!(2)), "and it is said");
    let too_many = list(1..=257);
    assert_eq!(listening.post(too_many).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let too_long = format!("{{\"run\":\"r\",\"seq\":1,\"x\":\"{}\"}}", "a".repeat(1024 * 1024));
    assert_eq!(listening.post(too_long).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(listening.bodies(), [message(1)]);
    let counts = listening.counts();
    assert_eq!((counts.malformed, counts.oversized), (7, 2));
}

/// Opens a socket as a page would, and gives what the server answered.
async fn socket(port: u16, origin: &str, protocols: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!(
        "GET {BRIDGE_PATH} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\norigin: {origin}\r\n\
         sec-websocket-protocol: {protocols}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { break };
        head.push(byte);
    }
    (stream, String::from_utf8(head).unwrap())
}

/// Sends a short text with a mask of zeroes, and reads in the short text that answers it
/// how many were taken.
async fn ask(stream: &mut TcpStream, text: &str) -> Option<u64> {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126);
    stream.write_all(&[0x81, 0x80 | length, 0, 0, 0, 0]).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.unwrap();
    let mut answer = vec![0; head[1].into()];
    stream.read_exact(&mut answer).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["ringside"], "bridge/1");
    answer["taken"].as_u64()
}

#[tokio::test]
async fn a_socket_takes_and_answers_one_by_one() {
    let mut listening = listen(1).await;
    let both = format!("ringside.gep.v1, ringside.token.{TOKEN}");
    let (mut stream, head) = socket(listening.port, PAGE, &both).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(head.contains("ringside.gep.v1") && !head.contains(TOKEN), "{head}");

    let (taken, put_off) = (Some(1), Some(0));
    assert_eq!(ask(&mut stream, &message(1)).await, taken);
    assert_eq!(ask(&mut stream, &message(2)).await, put_off, "there was room for one");
    let received = listening.readings.recv().await.unwrap();
    let Reading::Frame(frame) = received.reading else { panic!("a bridge has no faults") };
    assert_eq!((frame.channel, frame.body), (Channel::WebSocket, message(1).into_bytes()));
    assert_eq!(ask(&mut stream, &message(2)).await, taken);
    assert_eq!(ask(&mut stream, &message(1)).await, taken, "taken before");

    listening.stop.send_replace(true);
    listening.task.await.unwrap().unwrap();
    while listening.readings.recv().await.is_some() {}
}

#[tokio::test]
async fn no_socket_opens_for_another_page_or_without_the_token() {
    let listening = listen(1).await;
    let both = format!("ringside.gep.v1, ringside.token.{TOKEN}");
    for (origin, protocols, status) in [
        ("https://evil.example", both.as_str(), "403"),
        (PAGE, "ringside.gep.v1, ringside.token.wrong", "401"),
        (PAGE, "ringside.gep.v1", "401"),
        (PAGE, &format!("ringside.token.{TOKEN}"), "426"),
    ] {
        let (_, head) = socket(listening.port, origin, protocols).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{origin} {protocols}: {head}");
    }
}

#[tokio::test]
async fn a_port_that_another_program_has_is_an_error() {
    let listening = listen(1).await;
    let config = BridgeConfig { port: listening.port, token: GsiToken::new(TOKEN).unwrap() };
    let again = OverwolfBridge::bind(config, SetClock::at(IN_2030)).await;
    assert!(matches!(again, Err(Error::Bind { port, .. }) if port == listening.port));
}

/// A change of one value in a game.
fn told(seq: u64, game_id: u64, key: &str, value: &str) -> String {
    let payload = json!({"info": {"game_info": {key: value}}, "feature": "matchState"});
    json!({"run": "r1", "seq": seq, "gameId": game_id, "payload": payload}).to_string()
}

const LEAGUE: u64 = 5_426;
const COUNTER_STRIKE: u64 = 22_730;
const VALORANT: u64 = 21_640;

#[tokio::test]
async fn the_number_of_leagues_match_goes_into_leagues_own_stream() {
    let mut listening = listen(8).await;
    listening.post(told(1, LEAGUE, "matchId", "7511105411")).await;
    let sources: Vec<_> = std::iter::from_fn(|| listening.readings.try_recv().ok())
        .map(|received| {
            let Reading::Frame(frame) = received.reading else { panic!("no faults") };
            (received.source, frame.path, String::from_utf8(frame.body).unwrap())
        })
        .collect();
    let [(first, ..), (second, path, body)] = &sources[..] else { panic!("{sources:?}") };
    assert_eq!((first, second), (&Source::Overwolf, &Source::League));
    assert_eq!(path.as_deref(), Some("/lol-gameflow/v1/session"));
    assert_eq!(body, r#"{"gameData":{"gameId":7511105411},"phase":"InProgress"}"#);
}

#[tokio::test]
async fn of_a_game_that_is_off_nothing_but_the_numbers_go_on() {
    let is_off = |game: &Game| *game != Game::valorant();
    let mut listening = listen_without(8, is_off).await;
    listening.post(told(1, COUNTER_STRIKE, "map", "de_nuke")).await;
    listening.post(told(2, LEAGUE, "matchId", "7511105411")).await;
    let valorant = told(3, 21_640, "map", "Ascent");
    listening.post(valorant.clone()).await;
    let bodies = listening.bodies();
    assert_eq!(bodies.len(), 3, "nothing for League's stream: {bodies:?}");
    assert!(!bodies.concat().contains("de_nuke") && !bodies.concat().contains("7511105411"));
    assert_eq!(bodies[2], valorant);
    let counts = listening.counts();
    assert_eq!((counts.messages, counts.left_out, counts.missing), (3, 2, 0));
}

#[tokio::test]
async fn the_number_of_leagues_match_is_said_no_more_once_league_is_off() {
    let is_off = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&is_off);
    let mut listening =
        listen_without(2, move |game| *game == Game::league() && switch.load(Ordering::SeqCst))
            .await;
    // There is room for two: the number is to be said with the next.
    listening.post(told(1, VALORANT, "map", "Ascent")).await;
    listening.post(told(2, LEAGUE, "matchId", "7511105411")).await;
    assert_eq!(listening.bodies().len(), 2);
    is_off.store(true, Ordering::SeqCst);
    listening.post(told(3, VALORANT, "map", "Bind")).await;
    assert_eq!(listening.bodies().len(), 1);
    is_off.store(false, Ordering::SeqCst);
    listening.post(told(4, VALORANT, "map", "Haven")).await;
    assert_eq!(listening.bodies().len(), 1, "it is forgotten");
}
