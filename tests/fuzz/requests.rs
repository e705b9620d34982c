//! What a server is sent: over its own socket, since that is where it comes in.

use std::{
    cell::RefCell,
    io::Read,
    sync::{Arc, OnceLock},
};

use event_model::{BATCH_CONTENT_TYPE, Clock, ClockEpoch, ClockReading, Moment, WallTime};
use ingest_api::ReceiptPage;
use ingest_server::{Config, Server};
use ingest_store::Token;
use serde_json::{Value, value::RawValue};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::{Looked, http::Connection};

const KEY: &str = "an-enrolment-key-that-is-long-enough";
const TOKEN: &str = "a-token-that-is-long-enough-to-be-one-of-ours";

/// The device whose events are in the folder of `batch`.
pub(crate) const DEVICE: Uuid = Uuid::from_u128(0xd);

/// More than a server unpacks.
const UNPACKED_MAX: u64 = 16 * 1024 * 1024;

struct Running {
    _folder: TempDir,
    _runtime: Runtime,
    address: std::net::SocketAddr,
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Moment {
        let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms: 1_000 };
        Moment { clock, wall: WallTime::from_unix_ms(1_795_201_200_000) }
    }
}

/// Law: an array is answered with one receipt per item, in order; anything else is
/// refused with a problem, and nothing is the server's own fault.
pub(crate) fn batch(input: &[u8]) -> Looked {
    answered(&post(input, &[]), input)
}

/// Law: the same of a body that is packed, however it was meant to unpack. The
/// first byte chooses how.
pub(crate) fn packed_batch(input: &[u8]) -> Looked {
    let [packing, body @ ..] = input else { return Looked::Refused };
    let is_zstd = packing % 2 == 0;
    let encoding = if is_zstd { "zstd" } else { "gzip" };
    let response = post(body, &[("content-encoding", encoding.to_owned())]);
    answered(&response, &if is_zstd { from_zstd(body) } else { from_gzip(body) })
}

/// Nothing where it is faulty or too long. At once: so no window is too large.
fn from_zstd(body: &[u8]) -> Vec<u8> {
    zstd::bulk::decompress(body, UNPACKED_MAX as usize).unwrap_or_default()
}

/// What comes before a fault is no array, and what is too long neither.
fn from_gzip(body: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    drop(flate2::read::MultiGzDecoder::new(body).take(UNPACKED_MAX).read_to_end(&mut unpacked));
    unpacked
}

fn answered(response: &crate::http::Response, input: &[u8]) -> Looked {
    match (response.status, array(input)) {
        (200, Some(items)) => {
            let page: ReceiptPage = serde_json::from_slice(&response.body).unwrap();
            assert_eq!(page.receipts.len(), items.len());
            for (receipt, item) in page.receipts.iter().zip(&items) {
                let told = Value::from(receipt.id.as_str());
                let id =
                    serde_json::from_str(item.get()).ok().map(|item: Value| item["id"].clone());
                assert!(receipt.id.is_empty() || id.is_none_or(|id| id == told), "in order");
            }
            Looked::Taken
        }
        (400 | 413, _) => refused(response),
        (status, _) => panic!("status {status}: {}", String::from_utf8_lossy(&response.body)),
    }
}

/// Law: headers that cannot be read refuse the request with a problem, and no more.
pub(crate) fn headers(input: &[u8]) -> Looked {
    let names = ["ringside-clock", "ringside-outbox", "idempotency-key", "content-encoding"];
    let text = String::from_utf8_lossy(input);
    // Other bytes end the header, or are refused by HTTP itself.
    let fits = |char: &char| matches!(char, ' '..='~');
    let values = text.split('\n').map(|line| line.chars().filter(fits).collect::<String>());
    let headers: Vec<_> =
        names.into_iter().zip(values).filter(|(_, text)| !text.is_empty()).collect();
    let response = post(b"[]", &headers);
    match response.status {
        200 => Looked::Taken,
        400 | 415 => refused(&response),
        status => panic!("status {status}: {}", String::from_utf8_lossy(&response.body)),
    }
}

fn refused(response: &crate::http::Response) -> Looked {
    let problem: ingest_api::Problem = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(problem.status, response.status);
    assert!(problem.kind().is_some(), "{problem:?}");
    Looked::Refused
}

fn array(input: &[u8]) -> Option<Vec<&RawValue>> {
    serde_json::from_slice(input).ok()
}

fn post(body: &[u8], more: &[(&str, String)]) -> crate::http::Response {
    thread_local! { static CONNECTION: RefCell<Option<Connection>> = const { RefCell::new(None) }; }
    let mut headers = vec![
        ("authorization", format!("Bearer {TOKEN}")),
        ("content-type", BATCH_CONTENT_TYPE.to_owned()),
    ];
    headers.extend_from_slice(more);
    CONNECTION.with_borrow_mut(|connection| {
        let connection = connection.get_or_insert_with(|| Connection::open(server().address));
        connection.ask("POST", "/v1/events", &headers, body)
    })
}

fn server() -> &'static Running {
    static SERVER: OnceLock<Running> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(([127, 0, 0, 1], 0).into(), folder.path().to_owned());
        config.enrolment_key = Some(Token::from_text(KEY));
        config.bounds.requests_per_minute_max = u32::MAX;
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Server::bind(config, Arc::new(Stopped))).unwrap();
        let address = server.address();
        runtime.spawn(server.run());
        let bearer = [("authorization", format!("Bearer {KEY}"))];
        let body = format!(r#"{{"device":"{DEVICE}","name":"PC","token":"{TOKEN}"}}"#);
        let enrolled =
            Connection::open(address).ask("POST", "/v1/devices", &bearer, body.as_bytes());
        assert_eq!(enrolled.status, 201);
        Running { _folder: folder, _runtime: runtime, address }
    })
}
