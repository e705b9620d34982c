//! The page that Overwolf loads, run by Node, against the real bridge.

use std::{path::Path, process::Stdio, time::Duration};

use event_model::{Reading, Received};
use game_client::{BridgeConfig, Error, GsiToken, OverwolfBridge};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::support::{IN_2030, SetClock};

const TOKEN: &str = "abcdefghijklmnop";

/// Far longer than anything here takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

struct Page {
    _process: Child,
    orders: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Page {
    /// Nothing where there is no Node to run it.
    fn load(port: u16) -> Option<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut process = Command::new("node")
            .arg(here.join("tests/game_client/overwolf/harness.mjs"))
            .arg(here.join("../../bridge/overwolf/bridge.js"))
            .args([&port.to_string(), TOKEN])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let orders = process.stdin.take()?;
        let said = BufReader::new(process.stdout.take()?).lines();
        Some(Self { _process: process, orders, said })
    }

    async fn order(&mut self, order: &Value) {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
        while self.says().await != json!({ "done": order }) {}
    }

    async fn says(&mut self) -> Value {
        let line = timeout(PATIENCE, self.said.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }

    async fn tell(&mut self, number: usize) {
        let payload = json!({"events": [{"name": "kill", "data": number}]});
        self.order(&json!({"emit": "onNewEvents", "payload": payload})).await;
    }
}

struct Bridge {
    port: u16,
    readings: mpsc::Receiver<Received>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), Error>>,
}

impl Bridge {
    async fn on(port: u16, room: usize) -> Self {
        let config = BridgeConfig { port, token: GsiToken::new(TOKEN).unwrap() };
        // The port of a listener that has just gone may be taken for a moment.
        let bound = async {
            loop {
                match OverwolfBridge::bind(config.clone(), SetClock::at(IN_2030)).await {
                    Ok(bridge) => return bridge,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        let bridge = timeout(PATIENCE, bound).await.unwrap();
        let (sender, readings) = mpsc::channel(room);
        let (stop, stopped) = watch::channel(false);
        let port = bridge.local_addr().port();
        Self { port, readings, stop, task: tokio::spawn(bridge.run(sender, stopped)) }
    }

    async fn next(&mut self) -> Value {
        let received = timeout(PATIENCE, self.readings.recv()).await.unwrap().unwrap();
        let Reading::Frame(frame) = received.reading else { panic!("a bridge has no faults") };
        serde_json::from_slice(&frame.body).unwrap()
    }

    async fn goes(self) -> u16 {
        self.stop.send_replace(true);
        self.task.await.unwrap().unwrap();
        self.port
    }
}

fn number_of(message: &Value) -> Option<u64> {
    message["payload"]["events"][0]["data"].as_u64()
}

macro_rules! page_or_skip {
    ($port:expr) => {
        match Page::load($port) {
            Some(page) => page,
            None => {
                eprintln!("skipped: no `node` to run Overwolf's page with");
                return;
            }
        }
    };
}

#[tokio::test]
async fn the_page_asks_until_it_is_granted_and_forwards_untouched() {
    let mut bridge = Bridge::on(0, 64).await;
    let mut page = page_or_skip!(bridge.port);
    page.order(&json!({"game": 21_640})).await;
    let all = bridge.next().await;
    assert_eq!(all["channel"], "getInfo", "granted at the second try");
    assert_eq!(all["payload"], json!({"success": true, "res": {"me": {"player_id": "puuid-0"}}}));
    assert_eq!((all["seq"].as_u64(), all["gameId"].as_u64()), (Some(1), Some(21_640)));

    let payload =
        json!({"info": {"match_info": {"kill_feed": "{\"a\":1}"}}, "feature": "match_info"});
    page.order(&json!({"emit": "onInfoUpdates2", "payload": payload})).await;
    let message = bridge.next().await;
    assert_eq!((&message["payload"], &message["channel"]), (&payload, &json!("onInfoUpdates2")));
    assert_eq!((&message["seq"], &message["run"]), (&json!(2), &all["run"]));
}

#[tokio::test]
async fn what_is_told_while_the_companion_is_away_comes_in_order_behind_what_was_taken_last() {
    let mut bridge = Bridge::on(0, 64).await;
    let mut page = page_or_skip!(bridge.port);
    for number in 1..=3 {
        page.tell(number).await;
    }
    for number in 1..=3 {
        assert_eq!(number_of(&bridge.next().await), Some(number));
    }
    let port = bridge.goes().await;
    for number in 4..=200 {
        page.tell(number).await;
    }
    let mut bridge = Bridge::on(port, 8).await;
    for number in 201..=210 {
        page.tell(number).await;
    }
    // The first three may have gone with the companion, before they were on its disk.
    for number in 1..=210 {
        let message = bridge.next().await;
        assert_eq!(number_of(&message), Some(number));
        assert_eq!(message["seq"].as_u64(), Some(number));
    }
}

#[tokio::test]
async fn what_a_companion_had_read_ahead_when_it_was_killed_comes_to_the_next() {
    let mut bridge = Bridge::on(0, 64).await;
    let mut page = page_or_skip!(bridge.port);
    for number in 1..=3 {
        page.tell(number).await;
    }
    for number in 1..=3 {
        assert_eq!(number_of(&bridge.next().await), Some(number));
    }
    // The page tells nothing meanwhile, so it never meets a closed port.
    let port = bridge.goes().await;
    let mut bridge = Bridge::on(port, 64).await;
    page.tell(4).await;
    for number in 1..=4 {
        assert_eq!(number_of(&bridge.next().await), Some(number));
    }
}

#[tokio::test]
async fn what_does_not_fit_while_nobody_listens_shows_as_a_gap() {
    let bridge = Bridge::on(0, 8).await;
    let mut page = page_or_skip!(bridge.port);
    let port = bridge.goes().await;
    // One more than the page keeps, told at once.
    let all: Vec<_> = (1..=4_001).map(|data| json!({"name": "kill", "data": data})).collect();
    for one in all {
        let order = json!({"emit": "onNewEvents", "payload": {"events": [one]}});
        page.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
        page.says().await;
    }
    let mut bridge = Bridge::on(port, 4_096).await;
    assert_eq!(bridge.next().await["seq"].as_u64(), Some(2), "the first went");
    for seq in 3..=4_001 {
        assert_eq!(bridge.next().await["seq"].as_u64(), Some(seq));
    }
}
