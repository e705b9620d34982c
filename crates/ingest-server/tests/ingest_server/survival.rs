//! What a consumer has, and what an operator decided, outlives the server.

use std::path::Path;

use ingest_api::{MatchView, OccurrenceList};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    binary::{Running, run},
    crash::{enrol, post},
    listening::{Known, Listening},
    support::{Reply, TestDevice, client, send},
};

const MATCH: &str = "/v1/matches/cs2:1";

/// As an operator gets it from the shell.
fn operator(data_dir: &Path) -> String {
    let added = run(data_dir, &["reader", "add", "--name", "admin", "--operator", "--json"]);
    let added: Value = serde_json::from_slice(&added.stdout).unwrap();
    assert_eq!(added["role"], "operator");
    added["token"].as_str().unwrap().to_owned()
}

async fn get(server: &Running, token: &str, rest: &str) -> Reply {
    send(client().get(format!("{}{MATCH}{rest}", server.url)).bearer_auth(token)).await
}

async fn stored(server: &Running, device: &TestDevice, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        let reply = post(&client(), &server.url, device, number).await.unwrap();
        assert_eq!(reply.verdicts(), ["stored"]);
    }
}

#[tokio::test]
async fn a_consumer_goes_on_where_it_was_when_the_server_was_killed() {
    let dir = TempDir::new().unwrap();
    let mut server = Running::with_key(dir.path());
    let device = enrol(&client(), &server.url).await;
    let operator = operator(dir.path());
    stored(&server, &device, 1..=5).await;
    let url = |server: &Running| format!("{}{MATCH}/feed", server.url);
    let mut feed = Listening::open_url(&url(&server), &operator, None).await;
    let mut known = Known::default();
    while known.last_id.is_none() {
        known.apply(&feed.next().await.unwrap());
    }
    server.kill();
    feed.ended().await;
    let server = Running::with_key(dir.path());
    stored(&server, &device, 6..=8).await;
    let list: OccurrenceList = get(&server, &operator, "/occurrences").await.json();
    let mut feed = Listening::open_url(&url(&server), &operator, known.last_id.as_deref()).await;
    while known.occurrences.len() < list.occurrences.len() {
        known.apply(&feed.next().await.unwrap());
    }
    let listed: Vec<_> = list.occurrences.iter().map(|one| json!(one)).collect();
    assert_eq!((listed.len(), known.resets), (8, 1), "nothing was told twice");
    assert!(listed.iter().all(|one| known.occurrences[one["id"].as_str().unwrap()] == *one));
}

#[tokio::test]
async fn what_is_sealed_stays_sealed_in_an_index_that_is_made_anew() {
    let dir = TempDir::new().unwrap();
    let mut server = Running::with_key(dir.path());
    let device = enrol(&client(), &server.url).await;
    let operator = operator(dir.path());
    stored(&server, &device, 1..=3).await;
    let seal = client().post(format!("{}{MATCH}/seal", server.url)).bearer_auth(&operator);
    let sealed = send(seal).await;
    assert_eq!(sealed.status, StatusCode::OK);
    let sealed: MatchView = sealed.json();
    stored(&server, &device, 4..=4).await;
    let before: OccurrenceList = get(&server, &operator, "/occurrences").await.json();
    server.kill();
    for file in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
        drop(std::fs::remove_file(dir.path().join(file)));
    }
    let server = Running::with_key(dir.path());
    let after: OccurrenceList = get(&server, &operator, "/occurrences").await.json();
    assert!(sealed.sealed && after.sealed);
    assert_eq!(after.occurrences, before.occurrences, "with what came late, and the same ids");
    assert_eq!(after.occurrences.iter().filter(|one| one.late).count(), 1);
}
