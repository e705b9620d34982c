//! What one device may take, and what the disk has left.

use ingest_api::ProblemKind;
use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{TestServer, send};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

#[tokio::test]
async fn a_device_that_sent_its_day_waits_while_others_go_on() {
    let server = TestServer::start_with(|config| config.bounds.events_per_day_max = 100).await;
    let (greedy, other) = (server.enrol(1).await, server.enrol(2).await);
    let batch: Vec<_> = (1..=110).map(|n| greedy.kill(&format!("e{n}"), n, 1)).collect();
    assert_eq!(server.post(&greedy, &batch).await.status, StatusCode::OK);
    let refused = server.post(&greedy, &batch[..1]).await;
    assert_eq!(refused.problem(), ProblemKind::RateLimited);
    let wait_s: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=DAY_MS / 1_000 / 10).contains(&wait_s), "a tenth of a day, {wait_s}");
    assert_eq!(server.post(&other, &[other.kill("a", 1, 1)]).await.status, StatusCode::OK);
    server.clock.advance_ms(wait_s * 1_000);
    assert_eq!(server.post(&greedy, &batch[..1]).await.status, StatusCode::OK, "as it said");
}

#[tokio::test]
async fn a_devices_reads_count_among_its_requests() {
    let server = TestServer::start_with(|config| config.bounds.requests_per_minute_max = 2).await;
    let (device, reader) = (server.enrol(1).await, server.reader());
    for expected in [200, 200, 429] {
        let reply = server.get(&device.token, "/v1/matches").await;
        assert_eq!(reply.status.as_u16(), expected);
        assert_eq!(server.get(&reader, "/v1/matches").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn bytes_of_a_day_are_counted_as_they_are_unpacked() {
    let server = TestServer::start_with(|config| config.bounds.bytes_per_day_max = 100_000).await;
    let device = server.enrol(1).await;
    let spaces = [b"[", vec![b' '; 150_000].as_slice(), b"]"].concat();
    let packed = zstd::encode_all(&*spaces, 3).unwrap();
    assert!(packed.len() < 1_000);
    let request = server.request(&device).header("Content-Encoding", "zstd").body(packed);
    assert_eq!(send(request).await.status, StatusCode::OK);
    assert_eq!(server.post(&device, &[]).await.problem(), ProblemKind::RateLimited);
}

#[tokio::test]
async fn the_bounds_in_force_are_published() {
    let server = TestServer::start_with(|config| {
        config.bounds.events_per_day_max = 17;
        config.bounds.disk_floor_bytes = 18;
    })
    .await;
    let document: Value = send(server.client.get(server.url("/openapi.json"))).await.json();
    let limits = &document["x-ringside-limits"];
    assert_eq!(
        (&limits["events_per_day_max"], &limits["disk_floor_bytes"]),
        (&17.into(), &18.into())
    );
    assert_eq!(limits["events_max"], 1_000);
}

/// What a full disk does to the routes.
async fn statuses(server: &TestServer, device: &crate::support::TestDevice) -> [StatusCode; 4] {
    let get = async |path: &str| send(server.client.get(server.url(path))).await.status;
    [
        server.post(device, &[]).await.status,
        get("/readyz").await,
        get("/healthz").await,
        server.get(&device.token, "/v1/matches").await.status,
    ]
}

#[tokio::test]
async fn below_the_floor_events_are_refused_unread_and_the_rest_goes_on() {
    let server = TestServer::start_with(|config| config.bounds.disk_floor_bytes = u64::MAX).await;
    let now = event_model::Clock::now(&*server.clock).wall;
    let id = event_model::DeviceId(uuid::Uuid::from_u128(1));
    let token = server.shell().add_device(id, "PC", now).unwrap().unwrap().reveal().to_owned();
    let device = crate::support::TestDevice { id, token };
    let (busy, ok) = (StatusCode::SERVICE_UNAVAILABLE, StatusCode::OK);
    assert_eq!(statuses(&server, &device).await, [busy, busy, ok, ok]);

    let mut client = crate::raw::Raw::connect(&server.url).await;
    client.send(crate::raw::batch_head(&device.token, 1_000).as_bytes()).await;
    let answered = client.answer().await;
    assert_eq!(answered.problem().kind(), Some(ProblemKind::Overloaded));
    assert!(answered.header("retry-after").is_some());
}

/// On a file system of its own, which only root can make.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_fills_up_stops_the_intake_and_one_that_is_cleared_starts_it() {
    use std::process::Command;

    let folder = tempfile::TempDir::new().unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=32m", "ringside-test"])
        .arg(folder.path())
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        // Where nobody would read that it was skipped, that is a failure.
        assert!(std::env::var_os("CI").is_none(), "CI mounts file systems");
        println!("skipped: no file system can be mounted here");
        return;
    }
    let server = TestServer::start_with(|config| {
        config.data_dir = folder.path().join("data");
        config.bounds.disk_floor_bytes = 16 * 1024 * 1024;
    })
    .await;
    let device = server.enrol(1).await;
    let (busy, ok) = (StatusCode::SERVICE_UNAVAILABLE, StatusCode::OK);
    let mut seen = vec![statuses(&server, &device).await];
    let filler = folder.path().join("filler");
    std::fs::write(&filler, vec![0; 20 * 1024 * 1024]).unwrap();
    server.clock.advance_ms(100);
    seen.push(statuses(&server, &device).await);
    std::fs::remove_file(&filler).unwrap();
    server.clock.advance_ms(100);
    seen.push(statuses(&server, &device).await);
    drop(server);
    // Lazily: the server may still be closing its files.
    let unmount = Command::new("umount").arg("--lazy").arg(folder.path()).status().unwrap();
    assert!(unmount.success());
    assert_eq!(seen, [[ok; 4], [busy, busy, ok, ok], [ok; 4]]);
}
