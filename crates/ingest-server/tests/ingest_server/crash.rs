//! SIGKILL in the middle of posting: no acknowledged event is lost.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use event_model::DeviceId;
use ingest_api::Enrolled;
use reqwest::{Client, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    binary::{self, Running},
    support::{ENROLMENT_KEY, Reply, TestDevice, client, send},
};

const ROUNDS: u64 = 4;
const POSTERS: u64 = 3;
const ACKNOWLEDGED_BEFORE_THE_KILL: usize = 15;

pub(crate) async fn enrol(client: &Client, url: &str) -> TestDevice {
    let id = DeviceId(Uuid::from_u128(1));
    let body = json!({"device": id, "name": "PC"}).to_string();
    let request = client.post(format!("{url}/v1/devices")).bearer_auth(ENROLMENT_KEY);
    let reply = send(request.body(body)).await;
    TestDevice { id, token: reply.json::<Enrolled>().token }
}

/// One event; `None` where the server was killed before it answered.
pub(crate) async fn post(
    client: &Client,
    url: &str,
    device: &TestDevice,
    number: u64,
) -> Option<Reply> {
    let mut event = device.kill(&format!("e{number}"), number, 1);
    // The binary's clock is the real one, and the events' is not.
    event["origin"] = json!("replay");
    let request = client.post(format!("{url}/v1/events")).bearer_auth(&device.token);
    let request = request.header("Content-Type", "application/cloudevents-batch+json");
    let response = request.body(json!([event]).to_string()).send().await.ok()?;
    let (status, headers) = (response.status(), response.headers().clone());
    Some(Reply { status, headers, body: response.bytes().await.ok()?.to_vec() })
}

/// Posts new events from several sides, kills the server while they do, and
/// gives back the numbers that were acknowledged.
async fn post_until_killed(
    mut server: Running,
    device: &Arc<TestDevice>,
    numbers: &Arc<AtomicU64>,
) -> Vec<u64> {
    let (acknowledge, mut acknowledged) = mpsc::unbounded_channel();
    for _ in 0..POSTERS {
        let (url, acknowledge) = (server.url.clone(), acknowledge.clone());
        let (device, numbers) = (device.clone(), numbers.clone());
        tokio::spawn(async move {
            let client = client();
            loop {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                let Some(reply) = post(&client, &url, &device, number).await else { return };
                assert_eq!(reply.verdicts(), ["stored"]);
                if acknowledge.send(number).is_err() {
                    return;
                }
            }
        });
    }
    drop(acknowledge);
    let mut known = Vec::new();
    while let Some(number) = acknowledged.recv().await {
        known.push(number);
        if known.len() == ACKNOWLEDGED_BEFORE_THE_KILL {
            server.kill();
        }
    }
    known
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_no_acknowledged_event() {
    let dir = TempDir::new().unwrap();
    let client = client();
    let first = Running::with_key(dir.path());
    let device = Arc::new(enrol(&client, &first.url).await);
    drop(first);
    let numbers = Arc::new(AtomicU64::new(1));
    let mut acknowledged = Vec::new();
    for _ in 0..ROUNDS {
        let server = Running::with_key(dir.path());
        acknowledged.extend(post_until_killed(server, &device, &numbers).await);
    }
    let server = Running::with_key(dir.path());
    for number in acknowledged {
        let reply = post(&client, &server.url, &device, number).await.unwrap();
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.verdicts(), ["duplicate"], "event {number} was acknowledged");
    }
}

/// As docs/operations.md says, and as it once did.
#[tokio::test]
async fn a_backup_put_in_place_by_hand_is_started_on_only_without_the_log_of_the_crash() {
    let (dir, aside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (path, copy) = (|name: &str| dir.path().join(name), aside.path().join("copy"));
    let client = client();
    let mut server = Running::with_key(dir.path());
    let device = enrol(&client, &server.url).await;
    let verdicts =
        async |url: &str, number| post(&client, url, &device, number).await.unwrap().verdicts();
    verdicts(&server.url, 1).await;
    binary::back_up(dir.path(), &copy);
    verdicts(&server.url, 2).await;
    server.kill();

    std::fs::copy(&copy, path("ingest.sqlite")).unwrap();
    let said = binary::refusal(dir.path());
    assert!(said.contains("ingest.sqlite-wal is the log of another database"), "{said}");
    for name in ["ingest.sqlite", "ingest.sqlite-wal", "ingest.sqlite-shm"] {
        std::fs::rename(path(name), aside.path().join(name)).unwrap();
    }
    std::fs::copy(&copy, path("ingest.sqlite")).unwrap();
    let server = Running::start(dir.path(), &[]);
    assert_eq!(verdicts(&server.url, 1).await, ["duplicate"]);
    assert_eq!(verdicts(&server.url, 2).await, ["stored"]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_command_flushes_the_log_of_a_killed_server_and_leaves_that_of_a_running_one_alone() {
    if !crate::overload::can_trace() {
        return;
    }
    let aside = TempDir::new().unwrap();
    let path = |name: &str| aside.path().join(name).to_str().unwrap().to_owned();
    let (early, late) = (path("early"), path("late"));
    let list = ["device", "list"];
    let commands: [[&[&str]; 2]; 2] =
        [[&list, &list], [&["database", "backup", &early], &["database", "backup", &late]]];
    for [beside, after] in commands {
        let dir = TempDir::new().unwrap();
        let mut server = Running::with_key(dir.path());
        enrol(&client(), &server.url).await;
        let is_written_over = |command: &[&str]| {
            let written = binary::written(dir.path(), command, path("trace").as_ref());
            written.contains("/ingest.sqlite-wal>")
        };
        assert!(!is_written_over(beside), "{beside:?}: a server appends to it");
        server.kill();
        assert!(is_written_over(after), "{after:?}");
    }
}
