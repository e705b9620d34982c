//! More than the server can take: it says so at once, drops nothing that it
//! acknowledged, and stays as large as its bounds allow.

use std::time::Duration;

use ingest_api::ProblemKind;
use reqwest::{Client, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::{
    binary::Running,
    crash::{enrol, post},
    raw::{Raw, batch_head},
    support::{ENROLMENT_KEY, Reply, TestDevice, TestServer, client, send},
};

/// A connection that holds the database's one write lock.
pub(crate) fn lock(dir: &TempDir) -> rusqlite::Connection {
    let shell = rusqlite::Connection::open(dir.path().join("ingest.sqlite")).unwrap();
    shell.busy_timeout(Duration::from_secs(10)).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    shell
}

fn started(dir: &TempDir, more: &[&str]) -> Running {
    Running::start(dir.path(), &[&["--enrolment-key", ENROLMENT_KEY], more].concat())
}

/// Posts events of these numbers, all at once.
fn post_all(
    client: &Client,
    url: &str,
    device: &TestDevice,
    numbers: std::ops::Range<u64>,
) -> JoinSet<(u64, Option<Reply>)> {
    let mut posts = JoinSet::new();
    for number in numbers {
        let (client, url) = (client.clone(), url.to_owned());
        let device = TestDevice { id: device.id, token: device.token.clone() };
        posts.spawn(async move { (number, post(&client, &url, &device, number).await) });
    }
    posts
}

#[tokio::test]
async fn a_surge_over_the_bound_is_shed_at_once_and_what_is_acknowledged_is_stored() {
    let dir = TempDir::new().unwrap();
    let server = started(&dir, &["--concurrent-requests-max", "8"]);
    let client = client();
    let device = enrol(&client, &server.url).await;
    assert_eq!(post(&client, &server.url, &device, 1).await.unwrap().status, StatusCode::OK);
    let shell = lock(&dir);
    let mut posts = post_all(&client, &server.url, &device, 2..42);
    let mut waits = Vec::new();
    // The disk stands still: whoever is answered was sent away.
    while waits.len() < 32 {
        let (_, reply) = posts.join_next().await.unwrap().unwrap();
        let reply = reply.unwrap();
        assert_eq!(reply.problem(), ProblemKind::Overloaded);
        waits.push(reply.header("retry-after").unwrap().to_owned());
    }
    waits.sort_unstable();
    waits.dedup();
    assert_eq!(waits, ["2", "3", "4", "5"], "they do not all come back at once");
    shell.execute_batch("ROLLBACK").unwrap();
    while let Some(posted) = posts.join_next().await {
        let (number, reply) = posted.unwrap();
        assert_eq!(reply.unwrap().verdicts(), ["stored"], "event {number} was admitted");
    }
    let log = ingest_store::Store::open(dir.path(), ingest_store::StoreOptions::default()).unwrap();
    assert_eq!(log.log_position().unwrap(), 9, "the first and the eight that were admitted");
}

/// Whether programs can be traced here. Where nobody would see that they cannot it
/// is a failure.
#[cfg(target_os = "linux")]
pub(crate) fn can_trace() -> bool {
    let mut probe = std::process::Command::new("strace");
    let can = probe.args(["-qq", "-o", "/dev/null", "true"]).output();
    let can = can.is_ok_and(|output| output.status.success());
    assert!(can || std::env::var_os("CI").is_none(), "strace cannot trace here");
    can
}

/// Events refused before there must be room: one thread writes them, and of its
/// writes 21 fail, so that this is never met but by a server that mends nothing.
#[cfg(target_os = "linux")]
const REFUSED_MAX: usize = 200;

/// SQLite calls it no full disk: to it a quota is an error of the disk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_quota_that_is_used_up_stores_nothing_until_there_is_room() {
    if !can_trace() {
        return;
    }
    let (dir, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // Made before: of each thread's writes those that fail are counted from the first.
    drop(ingest_store::Store::open(dir.path(), ingest_store::StoreOptions::default()).unwrap());
    let trace = elsewhere.path().join("trace");
    let server = Running::with_failing_writes(dir.path(), "error=EDQUOT:when=40..60", &trace);
    let client = client();
    let device = enrol(&client, &server.url).await;
    let (mut stored, mut refused) = (0, 0);
    while stored < 40 {
        let reply = post(&client, &server.url, &device, stored + 1).await.unwrap();
        match reply.verdicts().as_slice() {
            [verdict] if verdict == "stored" => stored += 1,
            other => {
                assert_eq!(other, ["retry/store_unavailable"], "after {stored}");
                refused += 1;
                assert!(refused < REFUSED_MAX, "nothing more was stored after {stored}");
                if refused == 1 {
                    not_ready_until_there_is_room(&client, &server.url).await;
                }
            }
        }
    }
    assert!(refused > 0, "{} writes failed", injected(&trace));
    assert!(refused <= injected(&trace), "and no more than that");
    drop(server);
    let log = ingest_store::Store::open(dir.path(), ingest_store::StoreOptions::default()).unwrap();
    assert_eq!(log.log_position().unwrap(), 40, "each of them once");
}

/// Nobody sends it anything meanwhile.
#[cfg(target_os = "linux")]
async fn not_ready_until_there_is_room(client: &Client, url: &str) {
    let ready = || async { send(client.get(format!("{url}/readyz"))).await.status };
    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    let recovered = async { while ready().await != StatusCode::OK {} };
    tokio::time::timeout(Duration::from_mins(1), recovered).await.expect("it says that it is");
}

#[cfg(target_os = "linux")]
fn injected(trace: &std::path::Path) -> usize {
    std::fs::read_to_string(trace).unwrap().matches("(INJECTED)").count()
}

/// What the server says to the head of a batch: 100 where it wants the body.
async fn said_to_a_head(url: &str, token: &str) -> crate::raw::Answered {
    let mut client = Raw::connect(url).await;
    let head = batch_head(token, 2).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    client.send(head.as_bytes()).await;
    client.answer().await
}

#[tokio::test]
async fn while_a_batch_waits_too_long_nobody_is_let_in_and_it_is_stored_nevertheless() {
    let dir = TempDir::new().unwrap();
    let server = started(&dir, &["--queue-age-max-s", "0", "--answer-timeout-s", "1"]);
    let client = client();
    let device = enrol(&client, &server.url).await;
    let shell = lock(&dir);
    let mut first = post_all(&client, &server.url, &device, 1..2);
    let refused = loop {
        // Let in until the first has waited for a millisecond.
        let said = said_to_a_head(&server.url, &device.token).await;
        if said.status != 100 {
            break said;
        }
    };
    assert_eq!(refused.problem().kind(), Some(ProblemKind::Overloaded));
    assert!(refused.header("retry-after").is_some());
    let ready = send(client.get(format!("{}/readyz", server.url))).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    let waited = first.join_next().await.unwrap().unwrap().1.unwrap();
    assert_eq!(waited.problem(), ProblemKind::Overloaded, "nobody waits for ever");
    shell.execute_batch("ROLLBACK").unwrap();
    stored_one(&client, &server.url).await;
    let again = post(&client, &server.url, &device, 1).await.unwrap();
    assert_eq!(again.verdicts(), ["duplicate"]);
}

/// Waits until the server has counted one stored event.
async fn stored_one(client: &Client, url: &str) {
    let counted = async {
        loop {
            let metrics = send(client.get(format!("{url}/metrics"))).await.body;
            let text = String::from_utf8(metrics).unwrap();
            if text.contains("ringside_ingest_events_total{verdict=\"stored\"} 1\n") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), counted).await.expect("it is counted");
}

#[tokio::test]
async fn a_client_that_goes_away_takes_nothing_with_it() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let shell = rusqlite::Connection::open(server.data_dir.path().join("ingest.sqlite")).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let body = json!([device.kill("a", 1, 1)]).to_string();
    let mut leaving = Raw::connect(&server.url).await;
    leaving.send(format!("{}{body}", batch_head(&device.token, body.len())).as_bytes()).await;
    let at_work = async {
        loop {
            let metrics = send(server.client.get(server.url("/metrics"))).await.body;
            let text = String::from_utf8(metrics).unwrap();
            if text.contains("ringside_ingest_batches_waiting 1\n") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), at_work).await.expect("the batch waits");
    drop(leaving);
    shell.execute_batch("ROLLBACK").unwrap();
    stored_one(&server.client, &server.url).await;
    assert_eq!(server.shell().log_position().unwrap(), 1);
}

#[tokio::test]
async fn below_the_floor_the_servers_own_log_gives_its_room_back() {
    let server = TestServer::start_with(|config| config.bounds.disk_floor_bytes = u64::MAX).await;
    server.reader();
    let wal = server.data_dir.path().join("ingest.sqlite-wal");
    let bytes = || std::fs::metadata(&wal).unwrap().len();
    assert!(bytes() > 0);
    let device = event_model::DeviceId(uuid::Uuid::from_u128(1));
    let refused = server.try_enrol(device, ENROLMENT_KEY).await;
    assert_eq!(refused.problem(), ProblemKind::Overloaded);
    let emptied = async {
        while bytes() > 0 {
            send(server.client.get(server.url("/healthz"))).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), emptied).await.expect("it is emptied");
}

#[tokio::test]
async fn more_bytes_than_may_be_held_are_refused() {
    let server = TestServer::start_with(|config| config.bounds.working_bytes_max = 50_000).await;
    let device = server.enrol(1).await;
    let spaces = |count| [b"[", vec![b' '; count].as_slice(), b"]"].concat();
    let reply = send(server.request(&device).body(spaces(60_000))).await;
    assert_eq!(reply.problem(), ProblemKind::Overloaded, "as sent");
    let packed = zstd::encode_all(&*spaces(60_000), 3).unwrap();
    let request = server.request(&device).header("Content-Encoding", "zstd").body(packed);
    assert_eq!(send(request).await.problem(), ProblemKind::Overloaded, "as decoded");
    for _ in 0..5 {
        let reply = send(server.request(&device).body(spaces(20_000))).await;
        assert_eq!(reply.status, StatusCode::OK, "what was held is given back");
    }
}

/// While nothing accepts them; the standard library's backlog holds 128. What the
/// system has no room for is not refused but left to try again and again.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_wave_of_connections_is_held_until_it_is_accepted() {
    use std::{net::TcpStream, sync::Arc};

    const WAVE: usize = 400;
    let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let wave = WAVE.min(most.trim().parse().unwrap());
    let dir = TempDir::new().unwrap();
    let config = ingest_server::Config::new(([127, 0, 0, 1], 0).into(), dir.path().to_owned());
    let clock = Arc::new(boot_clock::BootClock::new());
    let server = ingest_server::Server::bind(config, clock).await.unwrap();
    // Long: who is held connects in microseconds, and who is not never does.
    let connect = |_| TcpStream::connect_timeout(&server.address(), Duration::from_secs(20));
    let held: Vec<_> = (0..wave).map(connect).collect::<Result<_, _>>().unwrap();
    assert_eq!(held.len(), wave);
}

#[cfg(target_os = "linux")]
mod memory {
    use super::*;

    /// A line of /proc/PID/status, in KiB.
    fn status_kib(server: &Running, name: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Bodies as sent, those that are being decoded, and what the allocator
    /// keeps of both; measured 101 MiB.
    const BOMBS_GROWTH_KIB: u64 = 160 * 1024;

    #[tokio::test]
    async fn sixty_four_bombs_at_once_stay_within_the_bounds() {
        let dir = TempDir::new().unwrap();
        let server = started(&dir, &["--device-requests-max", "64"]);
        let client = client();
        let device = enrol(&client, &server.url).await;
        let before = status_kib(&server, "VmHWM");
        // A gigabyte of zeros in each, a megabyte as sent.
        let frame = zstd::encode_all(vec![0; 16 * 1024 * 1024].as_slice(), 1).unwrap();
        let bomb = frame.repeat(1024 * 1024 / frame.len());
        let mut posts = JoinSet::new();
        for _ in 0..64 {
            let request = client.post(format!("{}/v1/events", server.url));
            let request = request.bearer_auth(&device.token).header("Content-Encoding", "zstd");
            let request = request.header("Content-Type", "application/cloudevents-batch+json");
            posts.spawn(send(request.body(bomb.clone())));
        }
        while let Some(reply) = posts.join_next().await {
            let kind = reply.unwrap().problem();
            assert!([ProblemKind::TooLarge, ProblemKind::Overloaded].contains(&kind), "{kind:?}");
        }
        let grown = status_kib(&server, "VmHWM") - before;
        println!("64 bombs: {grown} KiB more at the peak");
        assert!(grown < BOMBS_GROWTH_KIB, "{grown} KiB");
    }

    /// With a task, a timer and two buffers; measured 13 KiB in a debug build.
    const IDLE_CONNECTION_KIB: u64 = 32;

    /// Connections that are measured, and in the long run.
    const IDLE: u64 = 500;
    const IDLE_LONG: u64 = 10_000;
    /// Fewer would measure the server's first requests.
    const IDLE_MIN: u64 = 100;
    /// Files that this process and the server each have open besides.
    const OTHER_FILES: u64 = 200;

    /// As many as are wanted, or as there may be files open.
    fn idle_connections() -> u64 {
        let wanted = if std::env::var_os("RINGSIDE_LONG").is_some() { IDLE_LONG } else { IDLE };
        let open_files = rlimit::increase_nofile_limit(wanted + OTHER_FILES).unwrap();
        let count = wanted.min(open_files.saturating_sub(OTHER_FILES));
        assert!(count >= IDLE_MIN, "only {open_files} files may be open here");
        count
    }

    #[tokio::test]
    async fn an_idle_connection_costs_little() {
        let count = idle_connections();
        let dir = TempDir::new().unwrap();
        let server = started(&dir, &[]);
        let before = status_kib(&server, "VmRSS");
        let mut idle = Vec::new();
        for _ in 0..count {
            let mut connection = Raw::connect(&server.url).await;
            connection.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
            assert_eq!(connection.answer().await.status, 200);
            idle.push(connection);
        }
        let grown = status_kib(&server, "VmRSS").saturating_sub(before);
        println!("{count} idle connections: {grown} KiB, {} bytes each", grown * 1024 / count);
        assert!(grown < count * IDLE_CONNECTION_KIB, "{grown} KiB for {count}");
    }
}
