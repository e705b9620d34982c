//! Bodies that were made to hurt: a bad event refuses nobody else, and nothing
//! costs more than its bounds.

use std::io::Write;

use ingest_api::ProblemKind;
use reqwest::StatusCode;

use crate::support::{Reply, TestDevice, TestServer, send};

async fn post(server: &TestServer, device: &TestDevice, body: Vec<u8>) -> Reply {
    send(server.request(device).body(body)).await
}

/// A batch of a sound event, these bytes, and another sound event.
fn between(device: &TestDevice, item: &[u8]) -> Vec<u8> {
    let (before, after) = (device.kill("before", 1, 1), device.kill("after", 2, 1));
    [b"[", before.to_string().as_bytes(), b",", item, b",", after.to_string().as_bytes(), b"]"]
        .concat()
}

#[tokio::test]
async fn a_strange_item_is_refused_alone() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let with = |member: &str| {
        let text = device.kill("strange", 3, 1).to_string();
        text.replacen("\"details\":{}", &format!("\"details\":{{{member}}}"), 1)
    };
    let id = |id: &str| device.kill("ID", 3, 1).to_string().replacen("\"ID\"", id, 1);
    let items = [
        ("[".repeat(15_000) + &"]".repeat(15_000), "invalid/too_deep"),
        (with(&format!("\"a\":{}{}", "[".repeat(200), "]".repeat(200))), "invalid/too_deep"),
        (with("\"a\":1e999999"), "invalid/malformed_event"),
        (with(&format!("\"a\":{}", "9".repeat(10_000))), "invalid/malformed_event"),
        (with(r#""a":"\ud800""#), "invalid/malformed_event"),
        (id(r#""\udfff""#), "invalid/malformed_event"),
        (id("7"), "invalid/malformed_event"),
        (id(&format!("\"{}\"", "x".repeat(257))), "invalid/malformed_event"),
        ("1e999999".to_owned(), "invalid/malformed_event"),
        ("null".to_owned(), "invalid/malformed_event"),
    ];
    for (item, verdict) in items {
        let reply = post(&server, &device, between(&device, item.as_bytes())).await;
        let shown = &item[..item.len().min(80)];
        assert_eq!(reply.status, StatusCode::OK, "{shown}");
        let verdicts = reply.verdicts();
        assert_eq!(verdicts[1], verdict, "{shown}");
        for neighbour in [&verdicts[0], &verdicts[2]] {
            assert!(neighbour == "stored" || neighbour == "duplicate", "{shown}: {neighbour}");
        }
    }
}

#[tokio::test]
async fn a_batch_as_deep_as_it_is_long_is_bounded_by_its_bytes() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    // A million levels: two megabytes, small once packed.
    let deep = ["[".repeat(1_000_000), "]".repeat(1_000_000)].concat();
    let zstd = zstd::encode_all(deep.as_bytes(), 3).unwrap();
    let request = server.request(&device).header("Content-Encoding", "zstd");
    let reply = send(request.body(zstd)).await;
    assert_eq!(reply.verdicts(), ["invalid/event_too_large"]);
    let open = zstd::encode_all(vec![b'['; 8_000_000].as_slice(), 3).unwrap();
    let request = server.request(&device).header("Content-Encoding", "zstd");
    assert_eq!(send(request.body(open)).await.problem(), ProblemKind::MalformedBatch);
}

#[tokio::test]
async fn text_that_is_no_json_refuses_the_batch_and_nothing_is_stored() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    for bytes in [&b"\"\xff\""[..], b"\"\xed\xa0\x80\"", b"\"a\0b\"", b"\0", b"NaN", b"'a'", b"01"]
    {
        let reply = post(&server, &device, between(&device, bytes)).await;
        assert_eq!(reply.problem(), ProblemKind::MalformedBatch, "{bytes:?}");
    }
    assert_eq!(server.shell().log_position().unwrap(), 0);
}

#[tokio::test]
async fn a_name_given_twice_makes_one_verdict_and_the_same_again() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let text = device.kill("twice", 1, 1).to_string();
    let item = text.replacen("\"id\":\"twice\"", "\"id\":\"other\",\"id\":\"twice\"", 1);
    assert_ne!(item, text);
    let body = format!("[{item}]").into_bytes();
    let first = post(&server, &device, body.clone()).await.verdicts();
    let second = post(&server, &device, body).await.verdicts();
    let again = if first == ["stored"] { vec!["duplicate".to_owned()] } else { first.clone() };
    assert_eq!(second, again, "whichever of the two it reads, it reads it again: {first:?}");
}

#[tokio::test]
async fn an_escaped_nul_is_a_character_like_any_other() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    let item = device.kill("nul", 3, 1).to_string();
    let item = item.replacen("\"details\":{}", r#""details":{"a\u0000":"b\u0000"}"#, 1);
    let reply = post(&server, &device, between(&device, item.as_bytes())).await;
    assert_eq!(reply.verdicts(), ["stored", "stored", "stored"]);
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// What unpacks to far more than it is, each in its own way.
pub(crate) fn bombs() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let spaces = vec![b' '; 9 * 1024 * 1024];
    let member = gzip(&spaces);
    let frame = zstd::encode_all(&*spaces, 1).unwrap();
    let repeated = |part: &[u8]| part.repeat((1024 * 1024 / part.len()).max(1));
    let mut window = zstd::Encoder::new(Vec::new(), 1).unwrap();
    window.window_log(27).unwrap();
    window.write_all(&spaces).unwrap();
    // A frame that is skipped, of one byte each.
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0].repeat(100_000);
    vec![
        ("many gzip members", "gzip", repeated(&member)),
        ("many zstd frames", "zstd", repeated(&frame)),
        ("a gzip in a gzip", "gzip", gzip(&gzip(&vec![0; 9 * 1024 * 1024]))),
        ("a huge window", "zstd", window.finish().unwrap()),
        ("frames of nothing", "zstd", skipped),
        ("empty gzip members", "gzip", repeated(&gzip(b""))),
    ]
}

#[tokio::test]
async fn no_bomb_is_unpacked_beyond_the_bound() {
    let server = TestServer::start().await;
    let device = server.enrol(1).await;
    for (name, encoding, body) in bombs() {
        assert!(body.len() <= 1024 * 1024, "{name} passes the limit as sent: {}", body.len());
        let request = server.request(&device).header("Content-Encoding", encoding);
        let reply = send(request.body(body)).await;
        let kind = reply.problem();
        let refused = [ProblemKind::TooLarge, ProblemKind::MalformedBatch].contains(&kind);
        assert!(refused, "{name}: {kind:?}");
    }
}
