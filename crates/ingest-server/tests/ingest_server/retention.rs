//! Events that have outlived `--retain-days`, in the server that an operator runs.

use std::{path::Path, sync::Arc, time::Duration};

use boot_clock::BootClock;
use event_model::{BATCH_CONTENT_TYPE, Clock, Moment};
use ingest_server::{Config, Server};
use ingest_store::{ReaderRole, Store, StoreOptions, Token};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    binary::Running,
    crash::{enrol, post},
    support::{ENROLMENT_KEY, TestDevice, client, send},
};

/// More than a month and a day, whatever day it is.
const LONG_AGO_MS: i64 = 95 * 24 * 60 * 60 * 1_000;
/// The gate outlives the events here: half a year. And one device does everything.
const ARGUMENTS: [&str; 6] = [
    "--enrolment-key",
    ENROLMENT_KEY,
    "--gate-retention-s",
    "15552000",
    "--requests-per-minute-max",
    "1000000",
];
/// Forgetting takes a second or two. A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_mins(3);
/// Laps between two looks.
const LAPS_BETWEEN: usize = 50;

/// Stands still in the past.
struct Then(Moment);

impl Clock for Then {
    fn now(&self) -> Moment {
        self.0
    }
}

/// Two events that a server stored at `then`; who sent them.
async fn stored_at(then: Moment, data_dir: &Path) -> TestDevice {
    let mut config = Config::new(([127, 0, 0, 1], 0).into(), data_dir.to_owned());
    config.enrolment_key = Some(Token::from_text(ENROLMENT_KEY));
    let server = Server::bind(config, Arc::new(Then(then))).await.unwrap();
    let (url, shutdown) = (server.url(), server.shutdown());
    let running = tokio::spawn(server.run());
    let client = client();
    let device = enrol(&client, &url).await;
    for number in [1, 2] {
        let reply = post(&client, &url, &device, number).await.unwrap();
        assert_eq!(reply.verdicts(), ["stored"]);
    }
    shutdown.begin();
    running.await.unwrap().unwrap();
    device
}

/// A lap of this month, in a match of its own.
fn lap(device: &TestDevice, number: u64) -> Value {
    let mut lap = device.kill(&format!("lap{number}"), number, 1);
    for name in ["subject", "partitionkey"] {
        lap[name] = json!("race:1");
    }
    lap["type"] = json!("com.example.lap");
    lap["data"] = json!({});
    lap
}

async fn send_lap(client: &Client, url: &str, device: &TestDevice, number: u64) {
    let request = client.post(format!("{url}/v1/events")).bearer_auth(&device.token);
    let request = request.header("Content-Type", BATCH_CONTENT_TYPE);
    let reply = send(request.body(json!([lap(device, number)]).to_string())).await;
    assert_eq!(reply.verdicts(), ["stored"]);
}

/// How many events of the old match a reader is shown.
async fn shown(client: &Client, url: &str, token: &str) -> usize {
    let path = format!("{url}/v1/matches/cs2:1/occurrences");
    let reply = send(client.get(path).bearer_auth(token)).await;
    if reply.status == StatusCode::NOT_FOUND {
        return 0;
    }
    let page: Value = reply.json();
    page["occurrences"].as_array().unwrap().len()
}

#[tokio::test]
async fn events_go_when_their_days_are_over_and_the_gate_still_knows_them() {
    let dir = TempDir::new().unwrap();
    let now = BootClock::new().now();
    let then = Moment { wall: now.wall.plus_ms(-LONG_AGO_MS), ..now };
    let device = stored_at(then, dir.path()).await;
    let mut shell = Store::open(dir.path(), StoreOptions::default()).unwrap();
    let (_, reader) = shell.add_reader("me", ReaderRole::Reader, now.wall).unwrap();
    drop(shell);

    let client = client();
    let server = Running::start(dir.path(), &ARGUMENTS);
    send_lap(&client, &server.url, &device, 1).await;
    let before = shown(&client, &server.url, reader.reveal()).await;
    assert_eq!(before, 2, "they stay where nobody asks");
    drop(server);

    let server = Running::start(dir.path(), &[&ARGUMENTS[..], &["--retain-days", "1"]].concat());
    // What is made of events is forgotten now and then while there is news, and
    // after half a minute where there is none.
    let forgotten = async {
        let mut laps = 2..;
        while shown(&client, &server.url, reader.reveal()).await > 0 {
            for number in laps.by_ref().take(LAPS_BETWEEN) {
                send_lap(&client, &server.url, &device, number).await;
            }
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, forgotten).await;
    assert!(in_time.is_ok(), "the old match is still shown");

    for (number, verdict) in [(1, "duplicate"), (2, "duplicate"), (3, "stored")] {
        let reply = post(&client, &server.url, &device, number).await.unwrap();
        assert_eq!(reply.verdicts(), [verdict], "event {number}");
    }
}
