//! The poller follows the game through its states and reports each change once.

use std::{net::TcpListener, time::Duration};

use event_model::{Channel, Reading, Received, Source};
use game_client::{LeagueConfig, LeagueHealth, LeaguePoller};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::support::{IN_2030, LEAF_SHA256, LookAlike, ROOT, SetClock};

/// As fast as the machine goes: nothing here waits for time to pass.
const AT_ONCE: Duration = Duration::from_millis(1);

pub(crate) fn config(port: u16) -> LeagueConfig {
    LeagueConfig {
        port,
        root_pem: Some(ROOT.to_vec()),
        match_interval: AT_ONCE,
        probe_interval: AT_ONCE,
    }
}

struct Running {
    readings: mpsc::Receiver<Received>,
    health: watch::Receiver<LeagueHealth>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn poll(port: u16) -> Running {
    let poller = LeaguePoller::new(config(port), SetClock::at(IN_2030)).unwrap();
    let (sender, readings) = mpsc::channel(1);
    let (stop, stopped) = watch::channel(false);
    let health = poller.health();
    Running { readings, health, stop, task: tokio::spawn(poller.run(sender, stopped)) }
}

impl Running {
    async fn next(&mut self) -> Reading {
        let received = self.readings.recv().await.unwrap();
        assert_eq!(received.source, Source::League);
        received.reading
    }

    async fn fault(&mut self) -> String {
        match self.next().await {
            Reading::Fault(fault) => fault.error,
            Reading::Frame(frame) => panic!("a fault was due, not {frame:?}"),
        }
    }

    async fn body(&mut self) -> String {
        match self.next().await {
            Reading::Frame(frame) => String::from_utf8(frame.body).unwrap(),
            Reading::Fault(fault) => panic!("a frame was due, not {fault:?}"),
        }
    }
}

fn loading() -> (u16, String) {
    (404, r#"{"errorCode":"RESOURCE_NOT_FOUND","httpStatus":404}"#.to_owned())
}

fn document(text: &str) -> (u16, String) {
    (200, text.to_owned())
}

#[tokio::test]
async fn a_match_is_followed_from_loading_to_the_end_of_the_process() {
    let says = vec![loading(), loading(), loading(), document("one"), document("two")];
    let game = LookAlike::serving(LEAF_SHA256, says);
    let mut running = poll(game.port);

    assert_eq!(running.fault().await, "the match is loading (404)");
    assert_eq!(running.body().await, "one", "three times loading is one fault");
    assert_eq!(running.body().await, "two");
    running.health.wait_for(|health| *health == LeagueHealth::InMatch).await.unwrap();

    game.quit();
    let mut end = running.next().await;
    while matches!(end, Reading::Frame(_)) {
        end = running.next().await;
    }
    running.health.wait_for(|health| *health == LeagueHealth::NotRunning).await.unwrap();
}

#[tokio::test]
async fn a_frame_is_the_answer_byte_for_byte_with_how_it_came() {
    let text = "{ \"gameData\" :\t{} }\r\n";
    let game = LookAlike::serving(LEAF_SHA256, vec![document(text)]);
    let Reading::Frame(frame) = poll(game.port).next().await else { panic!("a frame was due") };

    assert_eq!(frame.body, text.as_bytes());
    assert_eq!(frame.channel, Channel::Poll);
    assert_eq!(frame.method.as_deref(), Some("GET"));
    assert_eq!(frame.path.as_deref(), Some("/liveclientdata/allgamedata"));
    assert_eq!(frame.status, Some(200));
    let headers: Vec<_> = frame.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let length = text.len().to_string();
    assert_eq!(headers, [("content-length", &*length), ("content-type", "application/json")]);
}

#[tokio::test]
async fn a_game_that_starts_later_is_found() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut running = poll(port);
    assert_eq!(running.fault().await, "no match is running (connection refused)");

    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let _game = LookAlike::on(listener, LEAF_SHA256, vec![document("here")]);
    assert_eq!(running.body().await, "here", "nothing is said again in between");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let game = LookAlike::serving(LEAF_SHA256, vec![(302, String::new()), document("elsewhere")]);
    assert_eq!(poll(game.port).fault().await, "unexpected answer with status 302");
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let game = LookAlike::serving(LEAF_SHA256, vec![document(&" ".repeat(4 * 1024 * 1024 + 1))]);
    let mut running = poll(game.port);
    assert_eq!(running.fault().await, "the answer is longer than a frame may be");
    running.health.wait_for(|health| *health == LeagueHealth::TooLarge).await.unwrap();
}

#[tokio::test]
async fn the_poller_stops_even_while_nobody_takes_its_readings() {
    let game = LookAlike::serving(LEAF_SHA256, vec![document("one")]);
    let mut running = poll(game.port);
    assert_eq!(running.body().await, "one");
    running.stop.send_replace(true);
    running.task.await.unwrap();
}

#[tokio::test]
async fn the_poller_stops_when_nobody_can_take_its_readings_any_more() {
    let game = LookAlike::serving(LEAF_SHA256, vec![document("one")]);
    let running = poll(game.port);
    drop(running.readings);
    running.task.await.unwrap();
}
