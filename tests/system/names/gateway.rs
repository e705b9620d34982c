//! The way from one player's PC to the server, which keeps what leaves, and may lose
//! the answers.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// How a zstd frame begins (RFC 8878).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Carries connections to a server.
pub(super) struct Gateway {
    port: u16,
    way: Arc<Way>,
}

struct Way {
    server: String,
    loses_answers: AtomicBool,
    /// What left, by connection.
    left: Mutex<Vec<Vec<u8>>>,
}

impl Gateway {
    /// To the server at an address.
    pub(super) fn to(url: &str) -> Self {
        let server = url.strip_prefix("http://").unwrap().to_owned();
        let (loses_answers, left) = (AtomicBool::new(false), Mutex::default());
        let way = Arc::new(Way { server, loses_answers, left });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = Arc::clone(&way);
        // It ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                Way::carry(&accepting, client);
            }
        });
        Self { port, way }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From here on requests come to the server, and its answers nowhere; or both
    /// come through again.
    pub(super) fn lose_answers(&self, loses: bool) {
        self.way.loses_answers.store(loses, Ordering::SeqCst);
    }

    /// The bodies of batches that left, as JSON.
    pub(super) fn bodies(&self) -> Vec<String> {
        let left = self.way.left.lock().unwrap();
        left.iter().flat_map(|bytes| frames(bytes)).collect()
    }
}

impl Way {
    fn carry(way: &Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(&way.server) else { return };
        let number = {
            let mut left = way.left.lock().unwrap();
            left.push(Vec::new());
            left.len() - 1
        };
        let ends = [&client, &server].map(|stream| stream.try_clone().unwrap());
        let [client_end, server_end] = ends;
        let (there, back) = (Arc::clone(way), Arc::clone(way));
        thread::spawn(move || {
            pour(client, server_end, |bytes| {
                there.left.lock().unwrap()[number].extend_from_slice(bytes);
                true
            });
        });
        thread::spawn(move || {
            pour(server, client_end, |_| !back.loses_answers.load(Ordering::SeqCst));
        });
    }
}

/// Pours until an end, or what comes is not let through: then both hang up.
fn pour(mut from: TcpStream, mut to: TcpStream, mut lets_through: impl FnMut(&[u8]) -> bool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(bytes @ 1..) = from.read(&mut buffer) {
        if !lets_through(&buffer[..bytes]) {
            from.shutdown(Shutdown::Both).ok();
            to.shutdown(Shutdown::Both).ok();
            return;
        }
        if to.write_all(&buffer[..bytes]).is_err() {
            break;
        }
    }
    to.shutdown(Shutdown::Write).ok();
}

/// Every whole zstd frame in some bytes, as text.
fn frames(bytes: &[u8]) -> Vec<String> {
    let begins = |window: &&[u8]| window.starts_with(&ZSTD_MAGIC);
    let starts = (0..bytes.len()).filter(|at| begins(&&bytes[*at..]));
    let decoded = starts.filter_map(|at| {
        let mut json = String::new();
        let mut decoder = zstd::Decoder::new(&bytes[at..]).ok()?.single_frame();
        decoder.read_to_string(&mut json).ok()?;
        Some(json)
    });
    decoded.collect()
}
