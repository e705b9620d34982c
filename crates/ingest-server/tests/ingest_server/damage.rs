//! A database that takes nothing any more.

use std::{fs, path::Path, sync::Arc};

use ingest_server::{Config, ServeError, Server};
use ingest_store::Store;
use reqwest::StatusCode;
use tempfile::TempDir;

use crate::support::{TestServer, send};

/// What Prometheus is told under a name.
async fn metric(server: &TestServer, name: &str) -> u64 {
    let text = send(server.client.get(server.url("/metrics"))).await.body;
    let text = String::from_utf8(text).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap().parse().unwrap()
}

async fn is_ready(server: &TestServer) -> bool {
    // Past what is believed.
    server.clock.advance_ms(1_000);
    send(server.client.get(server.url("/readyz"))).await.status == StatusCode::OK
}

#[tokio::test]
async fn a_server_whose_database_stores_nothing_is_not_ready() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let first = [device.kill("a", 1, 1)];
    server.post(&device, &first).await;
    assert!(is_ready(&server).await);
    let shell = rusqlite::Connection::open(server.data_dir.path().join("ingest.sqlite")).unwrap();
    shell.execute_batch("ALTER TABLE event_1 RENAME TO elsewhere").unwrap();
    let second = [device.kill("b", 2, 1)];
    let verdicts = server.post(&device, &second).await.verdicts();
    assert_eq!(verdicts, ["retry/store_unavailable"]);
    for _ in 0..3 {
        assert!(!is_ready(&server).await, "a commit that meets no damage shows nothing");
        assert_eq!(server.post(&device, &first).await.verdicts(), ["duplicate"]);
    }
    assert_eq!(metric(&server, "ringside_ingest_store_failing").await, 1);
    assert_eq!(metric(&server, "ringside_ingest_store_failures_total").await, 1);
    shell.execute_batch("ALTER TABLE elsewhere RENAME TO event_1").unwrap();
    assert_eq!(server.post(&device, &second).await.verdicts(), ["stored"]);
    assert!(is_ready(&server).await);
    assert_eq!(metric(&server, "ringside_ingest_store_failing").await, 0);
}

// Elsewhere a file that is open cannot be set aside: the next start does that.
#[cfg(unix)]
#[tokio::test]
async fn a_server_whose_index_was_damaged_is_ready_once_it_is_set_aside() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    server.post(&device, &[device.kill("a", 1, 1)]).await;
    let shell = rusqlite::Connection::open(server.data_dir.path().join("index.sqlite")).unwrap();
    shell.execute_batch("INSERT INTO gate VALUES (1, 1, 0, x'00')").unwrap();
    let second = [device.kill("b", 2, 1)];
    let verdicts = server.post(&device, &second).await.verdicts();
    assert_eq!(verdicts, ["retry/store_unavailable"]);
    assert_eq!(metric(&server, "ringside_ingest_store_failures_total").await, 1);
    // Nobody sends anything to a server that is not ready: it comes by itself.
    while !is_ready(&server).await {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.post(&device, &second).await.verdicts(), ["stored"]);
}

/// Why a server does not start on a database.
async fn refused(database: &Path, damage: impl FnOnce(&mut Vec<u8>)) -> ServeError {
    let dir = TempDir::new().unwrap();
    let mut bytes = fs::read(database).unwrap();
    damage(&mut bytes);
    fs::write(dir.path().join(Store::FILE_NAME), bytes).unwrap();
    let config = Config::new(([127, 0, 0, 1], 0).into(), dir.path().to_owned());
    let clock = Arc::new(boot_clock::BootClock::new());
    Server::bind(config, clock).await.map(drop).unwrap_err()
}

#[tokio::test]
async fn a_server_on_a_damaged_database_does_not_listen_and_says_what_to_do() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    for first in [0, 100, 200] {
        let batch: Vec<_> =
            (first..first + 100).map(|n| device.kill(&format!("e{n}"), n + 1, 1)).collect();
        server.post(&device, &batch).await;
    }
    let whole = server.data_dir.path().join("whole");
    Store::back_up(server.data_dir.path(), &whole).unwrap();
    let damages: [fn(&mut Vec<u8>); 3] = [
        |bytes| bytes[..16].fill(0),
        |bytes| bytes.truncate(8_192),
        // The newest batches.
        |bytes| {
            let pages = bytes.len() / 4_096;
            bytes[pages / 2 * 4_096..].fill(0xff);
        },
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let refused = refused(&whole, damage).await;
        assert!(matches!(refused, ServeError::Damaged(_)), "{number}: {refused:?}");
        assert!(refused.to_string().contains("database restore"));
    }
}

#[tokio::test]
async fn a_server_on_a_database_with_other_tables_does_not_blame_damage() {
    let server = TestServer::start().await;
    let copy = server.data_dir.path().join("whole");
    Store::back_up(server.data_dir.path(), &copy).unwrap();
    let shell = rusqlite::Connection::open(&copy).unwrap();
    shell.execute_batch("ALTER TABLE store RENAME TO shop").unwrap();
    shell.close().unwrap();
    let refused = refused(&copy, |_| {}).await;
    assert!(matches!(refused, ServeError::Store(_)), "{refused:?}");
}
