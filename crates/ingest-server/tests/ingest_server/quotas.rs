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
async fn a_request_with_a_key_costs_an_event_also_where_it_has_none() {
    let server = TestServer::start_with(|config| config.bounds.events_per_day_max = 3).await;
    let device = server.enrol(1).await;
    let empty = |number: u128| {
        let key = format!("\"{}\"", uuid::Uuid::from_u128(number));
        send(server.request(&device).header("Idempotency-Key", key).body("[]"))
    };
    for number in 1..=4 {
        assert_eq!(empty(number).await.status, StatusCode::OK, "{number}");
    }
    assert_eq!(empty(5).await.problem(), ProblemKind::RateLimited);
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

/// A zstd frame that decodes to nothing.
fn skippable(bytes: u32) -> Vec<u8> {
    let zeros = vec![0; usize::try_from(bytes).unwrap()];
    [&0x184D_2A50_u32.to_le_bytes(), &bytes.to_le_bytes(), zeros.as_slice()].concat()
}

#[tokio::test]
async fn what_decodes_to_nothing_is_charged_and_not_kept() {
    let server = TestServer::start_with(|config| config.bounds.bytes_per_day_max = 100_000).await;
    let device = server.enrol(1).await;
    let event = serde_json::json!([device.kill("a", 1, 1)]).to_string();
    let frame = zstd::encode_all(event.as_bytes(), 3).unwrap();
    let padded = [skippable(1_000_000), frame].concat();
    let request = server.request(&device).header("Content-Encoding", "zstd").body(padded);
    assert_eq!(send(request).await.verdicts(), ["stored"]);
    assert_eq!(server.post(&device, &[]).await.problem(), ProblemKind::RateLimited);
    let files = std::fs::read_dir(server.data_dir.path()).unwrap();
    let on_disk: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(on_disk < 1_000_000, "{on_disk} bytes");
}

#[tokio::test]
async fn a_body_that_is_refused_whole_is_charged_its_bytes() {
    let nested = [b"[".repeat(150_000).as_slice(), b"x"].concat();
    let spaces = [b"[", vec![b' '; 200_000].as_slice(), b"]"].concat();
    let mut torn = zstd::encode_all(&*[spaces.as_slice(), &[7; 100]].concat(), 3).unwrap();
    torn.pop();
    for (packed, kind) in [
        (zstd::encode_all(&*nested, 3).unwrap(), ProblemKind::MalformedBatch),
        (zstd::encode_all(&*spaces, 3).unwrap(), ProblemKind::TooLarge),
        (torn, ProblemKind::MalformedBatch),
    ] {
        let server = TestServer::start_with(|config| {
            config.bounds.bytes_per_day_max = 100_000;
            config.limits.decoded_bytes_max =
                if kind == ProblemKind::TooLarge { 150_000 } else { 1_000_000 };
        })
        .await;
        let device = server.enrol(1).await;
        assert!(packed.len() < 1_000, "small as sent");
        let request = server.request(&device).header("Content-Encoding", "zstd").body(packed);
        assert_eq!(send(request).await.problem(), kind);
        assert_eq!(server.post(&device, &[]).await.problem(), ProblemKind::RateLimited, "{kind:?}");
    }
}

#[tokio::test]
async fn a_device_holds_a_hundredth_of_the_places_however_slowly_it_sends() {
    let server = TestServer::start().await;
    let (slow, other) = (server.enrol(1).await, server.enrol(2).await);
    let head = crate::raw::batch_head(&slow.token, 2);
    let head = head.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    let mut held = Vec::new();
    let refused = loop {
        let mut client = crate::raw::Raw::connect(&server.url).await;
        client.send(head.as_bytes()).await;
        let answered = client.answer().await;
        if answered.status != 100 {
            break answered;
        }
        held.push(client);
    };
    assert_eq!(refused.problem().kind(), Some(ProblemKind::RateLimited));
    assert!(refused.header("retry-after").is_some());
    assert!(held.len() * 100 < ingest_server::Bounds::CONCURRENT_REQUESTS_MAX, "{}", held.len());
    assert_eq!(server.post(&other, &[]).await.status, StatusCode::OK);
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
