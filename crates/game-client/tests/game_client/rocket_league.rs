//! The reader against a server that sends as the game does.

use std::{net::SocketAddr, time::Duration};

use event_model::{Channel, Reading, Received, Source};
use futures_util::SinkExt;
use game_client::{RocketLeagueConfig, RocketLeagueHealth, RocketLeagueReader, rocket_league};
use rocket_league::RocketLeagueStage;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::support::{IN_2030, SetClock};

/// Longer than anything here takes on a machine that does much else.
const LONG: Duration = Duration::from_secs(30);

struct Listening {
    readings: mpsc::Receiver<Received>,
    health: watch::Receiver<RocketLeagueHealth>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn read(address: SocketAddr, room: usize) -> Listening {
    let config = RocketLeagueConfig { port: address.port() };
    let reader = RocketLeagueReader::new(&config, SetClock::at(IN_2030));
    let (sender, readings) = mpsc::channel(room);
    let (stop, stopped) = watch::channel(false);
    let health = reader.health();
    Listening { readings, health, stop, task: tokio::spawn(reader.run(sender, stopped)) }
}

async fn game() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn client_of(listener: &TcpListener) -> TcpStream {
    timeout(LONG, listener.accept()).await.expect("the reader connects").unwrap().0
}

impl Listening {
    async fn next(&mut self) -> Received {
        timeout(LONG, self.readings.recv()).await.expect("something comes").unwrap()
    }

    async fn next_body(&mut self) -> String {
        let received = self.next().await;
        assert_eq!(received.source, Source::RocketLeague);
        let Reading::Frame(frame) = received.reading else { panic!("{received:?}") };
        assert_eq!(frame.channel, Channel::Tcp);
        String::from_utf8(frame.body).unwrap()
    }

    async fn next_fault(&mut self) -> String {
        let received = self.next().await;
        let Reading::Fault(fault) = received.reading else { panic!("{received:?}") };
        fault.error
    }

    async fn until(
        &mut self,
        holds: impl FnMut(&RocketLeagueHealth) -> bool,
    ) -> RocketLeagueHealth {
        timeout(LONG, self.health.wait_for(holds)).await.expect("it comes to that").unwrap().clone()
    }
}

fn message(number: usize) -> String {
    format!(r#"{{"Event":"BallHit","Data":"{{\"Number\":{number},\"Name\":\"}}{{\"}}"}}"#)
}

fn state(number: usize) -> String {
    format!(r#"{{"Event":"UpdateState","Data":"{{\"Number\":{number}}}"}}"#)
}

#[tokio::test]
async fn every_message_is_a_frame_wherever_the_game_stops_writing() {
    let (listener, address) = game().await;
    let mut reading = read(address, 64);
    let mut client = client_of(&listener).await;
    let stream: String = (0..40).map(message).collect();
    for piece in stream.as_bytes().chunks(13) {
        client.write_all(piece).await.unwrap();
        client.flush().await.unwrap();
    }
    for number in 0..40 {
        assert_eq!(reading.next_body().await, message(number));
    }
    let health = reading.until(|health| health.messages == 40).await;
    assert_eq!(health.stage, RocketLeagueStage::Receiving);
    assert!(health.last_message_at.is_some());
}

#[tokio::test]
async fn a_game_that_comes_back_is_read_again_and_half_a_message_is_forgotten() {
    let (listener, address) = game().await;
    let mut reading = read(address, 64);
    let mut client = client_of(&listener).await;
    client.write_all(format!("{}{}", message(1), &message(2)[..20]).as_bytes()).await.unwrap();
    assert_eq!(reading.next_body().await, message(1));
    drop(client);
    assert_eq!(reading.next_fault().await, "connection lost: the game closed the connection");

    let mut client = client_of(&listener).await;
    client.write_all(message(3).as_bytes()).await.unwrap();
    assert_eq!(reading.next_body().await, message(3));
}

#[tokio::test]
async fn a_game_that_is_not_there_is_told_once_and_found_when_it_comes() {
    let (listener, address) = game().await;
    drop(listener);
    let mut reading = read(address, 64);
    let refused = "the game is not running, or its Stats API is off (connection refused)";
    assert_eq!(reading.next_fault().await, refused);
    let listener = TcpListener::bind(address).await.unwrap();
    let mut client = client_of(&listener).await;
    client.write_all(message(1).as_bytes()).await.unwrap();
    assert_eq!(reading.next_body().await, message(1), "no second fault before it");
}

#[tokio::test]
async fn a_program_that_sends_something_else_is_told_apart() {
    let (listener, address) = game().await;
    let mut reading = read(address, 64);
    let mut client = client_of(&listener).await;
    client.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
    let health = reading.until(|health| health.stage == RocketLeagueStage::NotTheGame).await;
    assert_eq!(health.skipped_bytes, 20);
}

#[tokio::test]
async fn the_game_is_read_on_while_nobody_takes_the_readings() {
    let (listener, address) = game().await;
    let mut reading = read(address, 1);
    let mut client = client_of(&listener).await;
    // More than the sockets of both sides hold.
    let padding = " ".repeat(10_000);
    for number in 0..2_000 {
        let text = format!("{}{padding}", state(number)).into_bytes();
        timeout(LONG, client.write_all(&text)).await.expect("the game never waits").unwrap();
    }
    client.write_all(message(7).as_bytes()).await.unwrap();
    reading.until(|health| health.messages == 2_001).await;
    let mut last = String::new();
    for _ in 0..2_001 {
        last = reading.next_body().await;
    }
    assert_eq!(last, message(7));
}

#[tokio::test]
async fn what_was_read_before_the_stop_is_passed_on() {
    let (listener, address) = game().await;
    let mut reading = read(address, 1);
    let mut client = client_of(&listener).await;
    let stream: String = (0..20).map(message).collect();
    client.write_all(stream.as_bytes()).await.unwrap();
    reading.until(|health| health.messages == 20).await;
    reading.stop.send_replace(true);
    for number in 0..20 {
        assert_eq!(reading.next_body().await, message(number));
    }
    timeout(LONG, reading.task).await.expect("then it ends").unwrap();
}

#[tokio::test]
async fn a_reader_that_is_stopped_while_nobody_takes_anything_ends_and_counts_what_it_held() {
    let (listener, address) = game().await;
    let mut reading = read(address, 1);
    let mut client = client_of(&listener).await;
    let stream: String = (0..3).map(message).collect();
    client.write_all(stream.as_bytes()).await.unwrap();
    reading.until(|health| health.messages == 3).await;
    reading.stop.send_replace(true);
    timeout(LONG, reading.task).await.expect("it waits for no disk").unwrap();
    assert_eq!(reading.health.borrow().dropped, 2, "there was room for one");
}

#[tokio::test]
async fn a_game_that_waits_to_be_asked_for_a_web_socket_is_asked() {
    let (listener, address) = game().await;
    let mut reading = read(address, 64);
    // The raw connection is answered with nothing, the next one as a WebSocket.
    let raw = client_of(&listener).await;
    let stream = client_of(&listener).await;
    let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
    for number in 0..3 {
        socket.send(tokio_tungstenite::tungstenite::Message::text(message(number))).await.unwrap();
    }
    for number in 0..3 {
        let Reading::Frame(frame) = reading.next().await.reading else { panic!("a message") };
        assert_eq!(frame.channel, Channel::WebSocket);
        assert_eq!(String::from_utf8(frame.body).unwrap(), message(number));
    }
    drop((raw, socket));
    assert!(reading.next_fault().await.starts_with("connection lost"));
}

#[tokio::test]
async fn a_raw_stream_that_was_silent_before_the_match_is_read_on() {
    let (listener, address) = game().await;
    let mut reading = read(address, 64);
    let mut raw = client_of(&listener).await;
    // The question, which a raw server does not understand.
    let asked = client_of(&listener).await;
    raw.write_all(message(1).as_bytes()).await.unwrap();
    assert_eq!(reading.next_body().await, message(1));
    drop(asked);
}
