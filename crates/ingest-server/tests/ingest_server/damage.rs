//! A database that takes nothing any more.

use reqwest::StatusCode;

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
    server.post(&device, &[device.kill("a", 1, 1)]).await;
    assert!(is_ready(&server).await);
    let shell = rusqlite::Connection::open(server.data_dir.path().join("ingest.sqlite")).unwrap();
    shell.execute_batch("ALTER TABLE event_1 RENAME TO elsewhere").unwrap();
    let second = [device.kill("b", 2, 1)];
    let verdicts = server.post(&device, &second).await.verdicts();
    assert_eq!(verdicts, ["retry/store_unavailable"]);
    for _ in 0..3 {
        assert!(!is_ready(&server).await, "a commit that meets no damage shows nothing");
    }
    assert_eq!(metric(&server, "ringside_ingest_store_failing").await, 1);
    assert_eq!(metric(&server, "ringside_ingest_store_failures_total").await, 1);
    shell.execute_batch("ALTER TABLE elsewhere RENAME TO event_1").unwrap();
    assert_eq!(server.post(&device, &second).await.verdicts(), ["stored"]);
    assert!(is_ready(&server).await);
    assert_eq!(metric(&server, "ringside_ingest_store_failing").await, 0);
}
