//! The same events from many connections at once: each is stored once.

use std::{collections::BTreeMap, sync::Arc};

use ingest_api::ReceiptStatus;
use serde_json::{Value, json};

use crate::support::{TestServer, client, send};

const CLIENTS: u64 = 16;
const ROUNDS: u64 = 12;

/// Two devices and windows of ids that overlap from client to client.
fn window(number: u64, round: u64) -> std::ops::Range<u64> {
    let first = round * 7 + number % 5 * 3;
    first..first + 10
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_duplicates_are_stored_once_and_told_once() {
    let server = TestServer::start().await;
    let devices = Arc::new([server.enrol(1).await, server.enrol(2).await]);
    let (url, mut clients) = (server.url("/v1/events"), Vec::new());
    for number in 0..CLIENTS {
        let (devices, url) = (devices.clone(), url.clone());
        clients.push(tokio::spawn(async move {
            let client = client();
            let device = &devices[usize::try_from(number % 2).unwrap()];
            let mut told = Vec::new();
            for round in 0..ROUNDS {
                let events: Vec<Value> = window(number, round)
                    .map(|event| device.kill(&format!("e{event}"), event + 1, 1))
                    .collect();
                let request = client
                    .post(&url)
                    .header("Authorization", format!("Bearer {}", device.token))
                    .header("Content-Type", event_model::BATCH_CONTENT_TYPE);
                let reply = send(request.body(json!(events).to_string())).await;
                told.extend(reply.page().receipts.into_iter().map(|one| (one.id, one.status)));
            }
            (number % 2, told)
        }));
    }
    let mut stored: BTreeMap<(u64, String), u64> = BTreeMap::new();
    for one in clients {
        let (device, told) = one.await.unwrap();
        for (id, status) in told {
            assert!(matches!(status, ReceiptStatus::Stored | ReceiptStatus::Duplicate));
            let times = stored.entry((device, id)).or_default();
            *times += u64::from(status == ReceiptStatus::Stored);
        }
    }
    assert!(stored.values().all(|times| *times == 1), "each was told `stored` once: {stored:?}");
    let distinct = u64::try_from(stored.len()).unwrap();
    assert_eq!(server.shell().log_position().unwrap(), distinct);
}
