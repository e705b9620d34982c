//! The live feed, over real connections.

use std::time::Duration;

use ingest_api::{Problem, ProblemKind};
use reqwest::StatusCode;
use serde_json::json;

use crate::{
    listening::{Known, Listening, try_open},
    support::{TestDevice, TestServer, connecting_anew, send},
};

const FEED: &str = "/v1/matches/cs2:1/feed";

/// So many kills of one round each, the victims told apart.
fn kills(device: &TestDevice, numbers: std::ops::RangeInclusive<u32>) -> Vec<serde_json::Value> {
    numbers
        .map(|n| {
            let mut kill = device.kill(&format!("e{n}"), n.into(), n);
            kill["data"]["actors"]["victim"] = json!(format!("Bo {n}"));
            kill["data"]["observed"]["mono_ms"] = json!(5_000 + n * 30_000);
            kill
        })
        .collect()
}

/// Whose feeds hear of nothing but by being woken.
async fn server_that_wakes() -> TestServer {
    TestServer::start_with(|config| config.bounds.feed_keep_alive = Duration::from_hours(1)).await
}

/// Reads until as much is known as is listed.
async fn catch_up(server: &TestServer, known: &mut Known, feed: &mut Listening) {
    let listed = Known::listed(server, "cs2:1").await;
    while known.occurrences != listed {
        let told = feed.next().await.expect("the feed goes on");
        known.apply(&told);
    }
}

async fn feeds_open(server: &TestServer) -> u64 {
    let metrics = send(server.client.get(server.url("/metrics"))).await;
    let text = String::from_utf8(metrics.body).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("ringside_feeds_open ")).unwrap();
    line.parse().unwrap()
}

async fn no_feed_is_open(server: &TestServer) {
    while feeds_open(server).await > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_feed_tells_what_stands_and_then_what_comes() {
    let server = server_that_wakes().await;
    let device = server.enrol(1).await;
    server.post(&device, &kills(&device, 1..=40)).await;
    let (reader, mut known) = (server.reader(), Known::default());
    let mut feed = Listening::open(&server, &reader, FEED, None).await;
    catch_up(&server, &mut known, &mut feed).await;
    assert_eq!(known.occurrences.len(), 40);
    assert!(known.last_id.is_some(), "all that stands is told");
    let resets = known.resets;
    for n in 41..=43 {
        server.post(&device, &kills(&device, n..=n)).await;
        catch_up(&server, &mut known, &mut feed).await;
    }
    assert_eq!((known.occurrences.len(), known.resets), (43, resets), "told as it came");
    assert_eq!(feeds_open(&server).await, 1);
    drop(feed);
    no_feed_is_open(&server).await;
}

#[tokio::test]
async fn a_consumer_that_is_cut_off_after_any_event_comes_to_the_same() {
    let server = TestServer::start().await;
    let devices = [server.enrol(1).await, server.enrol(2).await];
    server.post(&devices[0], &kills(&devices[0], 1..=20)).await;
    let (reader, mut known) = (server.reader(), Known::default());
    let mut whole = Listening::open(&server, &reader, FEED, None).await;
    catch_up(&server, &mut known, &mut whole).await;
    // From here on changes, of the second device's witness too.
    for n in 11..=30 {
        for device in &devices {
            server.post(device, &kills(device, n..=n)).await;
        }
    }
    let listed = Known::listed(&server, "cs2:1").await;
    let (mut cut, mut taken) = (known.clone(), 0);
    while cut.occurrences != listed {
        let id = cut.last_id.clone();
        let mut feed = Listening::open(&server, &reader, FEED, id.as_deref()).await;
        cut.apply(&feed.next().await.expect("there is more"));
        taken += 1;
        assert!(taken < 500, "it gets further each time");
    }
    assert_eq!(cut.resets, known.resets, "it went on where it was");
    assert!(taken > 10, "{taken}");
    let mut since = Known::default();
    let from = known.occurrences.values().map(|one| one["revision"].as_u64().unwrap()).max();
    let path = format!("{FEED}?since={}", from.unwrap());
    let mut feed = Listening::open(&server, &reader, &path, None).await;
    let first = feed.next().await.unwrap();
    since.apply(&first);
    assert_eq!(since.resets, 0, "{first:?}");
}

#[tokio::test]
async fn what_is_cut_off_while_all_is_told_anew_is_told_anew_again() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    server.post(&device, &kills(&device, 1..=50)).await;
    let (reader, listed) = (server.reader(), Known::listed(&server, "cs2:1").await);
    let mut known = Known::default();
    for wanted in [1, 20, 49] {
        let mut feed = Listening::open(&server, &reader, FEED, known.last_id.as_deref()).await;
        for _ in 0..wanted {
            known.apply(&feed.next().await.unwrap());
        }
        assert_eq!(known.last_id, None, "or the rest would never come");
    }
    let mut feed = Listening::open(&server, &reader, FEED, None).await;
    while known.last_id.is_none() {
        known.apply(&feed.next().await.unwrap());
    }
    assert_eq!(known.occurrences, listed);
}

#[tokio::test]
async fn an_id_of_another_match_or_index_begins_anew() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    server.post(&device, &kills(&device, 1..=3)).await;
    let mut elsewhere = kills(&device, 4..=4);
    elsewhere[0]["subject"] = json!("cs2:2");
    elsewhere[0]["data"]["match"]["key"] = json!("cs2:2");
    server.post(&device, &elsewhere).await;
    let (reader, mut known) = (server.reader(), Known::default());
    let mut feed = Listening::open(&server, &reader, FEED, None).await;
    while known.last_id.is_none() {
        known.apply(&feed.next().await.unwrap());
    }
    let id = known.last_id.unwrap();
    let of_none = format!("{:016x}-1", 1);
    for (path, id) in [("/v1/matches/cs2:2/feed", id.as_str()), (FEED, of_none.as_str())] {
        let mut other = Listening::open(&server, &reader, path, Some(id)).await;
        assert_eq!(other.next().await.unwrap().name, "reset", "{path}");
    }
    let beyond = format!("{FEED}?since=1000000");
    let mut feed = Listening::open(&server, &reader, &beyond, None).await;
    assert_eq!(feed.next().await.unwrap().name, "reset");
    let wrong = try_open(&server, &reader, FEED, Some("7")).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    for (since, status) in [(1_u64 << 53, StatusCode::BAD_REQUEST), ((1 << 53) - 1, StatusCode::OK)]
    {
        let path = format!("{FEED}?since={since}");
        let opened = try_open(&server, &reader, &path, None).await;
        assert_eq!(opened.status(), status, "{since}: as the document says");
    }
}

#[tokio::test]
async fn a_line_on_which_nothing_happens_is_kept_alive() {
    let server = TestServer::start_with(|config| {
        config.bounds.feed_keep_alive = Duration::from_millis(20);
    })
    .await;
    let device = server.enrol(1).await;
    server.post(&device, &kills(&device, 1..=1)).await;
    let (reader, mut known) = (server.reader(), Known::default());
    let mut feed = Listening::open(&server, &reader, FEED, None).await;
    catch_up(&server, &mut known, &mut feed).await;
    // Read by asking for an event that comes after some silence.
    let silence = tokio::time::timeout(Duration::from_millis(200), feed.next()).await;
    assert!(silence.is_err(), "nothing happened");
    server.post(&device, &kills(&device, 2..=2)).await;
    catch_up(&server, &mut known, &mut feed).await;
    assert!(feed.comments.iter().any(|comment| comment == "keep-alive"), "{:?}", feed.comments);
}

#[tokio::test]
async fn a_device_hears_nothing_before_its_own_match_ended() {
    let server = TestServer::start().await;
    let (playing, done) = (server.enrol(1).await, server.enrol(2).await);
    server.post(&playing, &kills(&playing, 1..=2)).await;
    let end = done.event("match_ended", "end", 2, 1);
    server.post(&done, &[kills(&done, 1..=1), vec![end]].concat()).await;
    server.occurrences("cs2:1").await;
    let refused = try_open(&server, &playing.token, FEED, None).await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    let mut feed = Listening::open(&server, &done.token, FEED, None).await;
    let mut known = Known::default();
    catch_up(&server, &mut known, &mut feed).await;
}

#[tokio::test]
async fn a_token_and_a_server_have_so_many_feeds() {
    let server = TestServer::start_with(|config| {
        (config.bounds.feeds_max, config.bounds.principal_feeds_max) = (3, 2);
    })
    .await;
    let device = server.enrol(1).await;
    server.post(&device, &kills(&device, 1..=1)).await;
    let readers = [server.reader(), server.reader(), server.reader()];
    let mut open = Vec::new();
    for reader in [0, 0, 1] {
        let mut feed = Listening::open(&server, &readers[reader], FEED, None).await;
        feed.next().await.unwrap();
        open.push(feed);
    }
    for (reader, kind) in [(0, ProblemKind::RateLimited), (2, ProblemKind::Overloaded)] {
        let refused = try_open(&server, &readers[reader], FEED, None).await;
        let wait_s: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..60).contains(&wait_s));
        let problem: Problem = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
        assert_eq!(problem.kind(), Some(kind));
    }
    drop(open);
    no_feed_is_open(&server).await;
    Listening::open(&server, &readers[2], FEED, None).await.next().await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_revoked_ends_its_feeds_and_no_others() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    server.post(&device, &kills(&device, 1..=1)).await;
    let now = event_model::Clock::now(&*server.clock).wall;
    let role = ingest_store::ReaderRole::Reader;
    let (id, token) = server.shell().add_reader("gone soon", role, now).unwrap();
    let (mut known, stays) = (Known::default(), server.reader());
    let mut feed = Listening::open(&server, token.reveal(), FEED, None).await;
    let mut other = Listening::open(&server, &stays, FEED, None).await;
    catch_up(&server, &mut known, &mut feed).await;
    assert!(server.shell().revoke_reader(id, now).unwrap());
    server.clock.advance_ms(1_000);
    tokio::time::timeout(Duration::from_secs(20), feed.ended()).await.expect("it ends");
    let refused = try_open(&server, token.reveal(), FEED, None).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    server.post(&device, &kills(&device, 2..=2)).await;
    let mut known = Known::default();
    catch_up(&server, &mut known, &mut other).await;
}

#[tokio::test]
async fn a_server_that_stops_ends_its_feeds() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    server.post(&device, &kills(&device, 1..=1)).await;
    let mut feed = Listening::open(&server, &server.reader(), FEED, None).await;
    feed.next().await.unwrap();
    server.stop();
    let soon = Duration::from_secs(5);
    tokio::time::timeout(soon, feed.ended()).await.expect("long before it is cut off");
}

/// The kernel holds some megabytes for whoever does not read; the server a piece
/// or two.
#[tokio::test]
async fn a_consumer_that_does_not_read_is_let_go() {
    use tokio::{io::AsyncWriteExt, net::TcpSocket};

    let mut server = TestServer::start_with(|config| {
        config.bounds.idle_timeout = Duration::from_secs(1);
        config.bounds.disk_floor_bytes = 0;
    })
    .await;
    // Nor is a connection used again that the server is just about to let go.
    server.client = connecting_anew();
    let device = server.enrol(1).await;
    for n in 1..=200 {
        let mut kill = kills(&device, n..=n);
        kill[0]["data"]["details"]["text"] = json!("x".repeat(60_000));
        assert_eq!(server.post(&device, &kill).await.verdicts(), ["stored"]);
    }
    server.occurrences("cs2:1").await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let address = server.url.strip_prefix("http://").unwrap().parse().unwrap();
    let mut silent = socket.connect(address).await.unwrap();
    let head = format!(
        "GET {FEED} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        server.reader()
    );
    silent.write_all(head.as_bytes()).await.unwrap();
    while feeds_open(&server).await == 0 {
        tokio::task::yield_now().await;
    }
    let soon = Duration::from_secs(20);
    tokio::time::timeout(soon, no_feed_is_open(&server)).await.expect("it is let go");
    drop(silent);
}

// Elsewhere a file in use cannot be taken away.
#[cfg(unix)]
#[tokio::test]
async fn where_the_index_is_made_anew_all_is_told_anew() {
    let server = server_that_wakes().await;
    let device = server.enrol(1).await;
    server.post(&device, &kills(&device, 1..=3)).await;
    let (reader, mut known) = (server.reader(), Known::default());
    let mut feed = Listening::open(&server, &reader, FEED, None).await;
    while known.last_id.is_none() {
        known.apply(&feed.next().await.unwrap());
    }
    let mut away = known.clone();
    for file in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
        drop(std::fs::remove_file(server.data_dir.path().join(file)));
    }
    server.post(&device, &kills(&device, 4..=5)).await;
    // A feed may end where its match is not there for a moment.
    let listed = Known::listed(&server, "cs2:1").await;
    while known.occurrences != listed {
        match feed.next().await {
            Some(told) => known.apply(&told),
            None => {
                let id = known.last_id.clone();
                feed = Listening::open(&server, &reader, FEED, id.as_deref()).await;
            }
        }
    }
    assert_eq!(known.occurrences.len(), 5);
    assert!(known.resets > away.resets, "who stayed");
    let id = away.last_id.clone();
    let mut feed = Listening::open(&server, &reader, FEED, id.as_deref()).await;
    assert_eq!(feed.next().await.unwrap().name, "reset", "and who comes back");
    away.occurrences.clear();
    catch_up(&server, &mut away, &mut feed).await;
}
