//! What can be made anew from the log is, without anybody's doing.

use ingest_api::ProblemKind;
use reqwest::{StatusCode, header::RETRY_AFTER};

use crate::support::{TestServer, send};

#[tokio::test]
async fn a_server_starts_with_a_damaged_index_and_shows_everything() {
    let server = TestServer::start_with(|config| {
        let noise: Vec<u8> =
            (0..50_000u32).flat_map(|n| n.wrapping_mul(0x9e37_79b9).to_be_bytes()).collect();
        std::fs::write(config.data_dir.join("index.sqlite"), noise).unwrap();
    })
    .await;
    let device = server.enrol(1).await;
    server.post(&device, &[device.kill("a", 1, 1)]).await;
    assert_eq!(server.occurrences("cs2:1").await.occurrences.len(), 1);
    assert!(server.data_dir.path().join("index.sqlite.damaged").exists());
}

// Elsewhere a file in use cannot be taken away.
#[cfg(unix)]
#[tokio::test]
async fn an_index_that_is_deleted_in_use_is_associated_again() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    server.post(&device, &[device.kill("a", 1, 1), device.kill("b", 2, 1)]).await;
    assert_eq!(server.occurrences("cs2:1").await.occurrences.len(), 2);
    for file in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
        drop(std::fs::remove_file(server.data_dir.path().join(file)));
    }
    let again = server.post(&device, &[device.kill("a", 1, 1), device.kill("c", 3, 1)]).await;
    assert_eq!(again.verdicts(), ["duplicate", "stored"]);
    assert_eq!(server.occurrences("cs2:1").await.occurrences.len(), 3);
}

// Elsewhere a file in use cannot be taken away.
#[cfg(unix)]
#[tokio::test]
async fn while_matches_are_made_anew_reads_are_to_come_back_and_events_are_taken() {
    // Nobody follows the log: it stays so.
    let server = TestServer::start_with(|config| config.associates = false).await;
    let (device, reader) = (server.enrol(1).await, server.reader());
    let ready = || send(server.client.get(server.url("/readyz")));
    server.post(&device, &[device.kill("a", 1, 1)]).await;
    let behind = server.get(&reader, "/v1/matches").await;
    assert_eq!(behind.status, StatusCode::OK, "who is only behind tells what there is");
    assert_eq!(ready().await.status, StatusCode::OK);
    for file in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
        drop(std::fs::remove_file(server.data_dir.path().join(file)));
    }
    server.clock.advance_ms(1_000);
    for shelved in [false, true] {
        for path in ["/v1/matches", "/v1/matches/cs2:1", "/v1/matches/cs2:1/feed"] {
            let refused = server.get(&reader, path).await;
            assert!(refused.headers.contains_key(RETRY_AFTER), "{path} {shelved}");
            assert_eq!(refused.problem(), ProblemKind::Overloaded, "{path} {shelved}");
        }
        assert_eq!(ready().await.status, StatusCode::SERVICE_UNAVAILABLE, "{shelved}");
        let kill = device.kill(if shelved { "c" } else { "b" }, 2, 2);
        assert_eq!(server.post(&device, &[kill]).await.verdicts(), ["stored"]);
    }
}
