//! A server that takes a request and never answers it: the companion as it ships
//! goes on saving meanwhile, and killed in the midst of it loses nothing.

use std::{
    collections::BTreeSet,
    io::Read,
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread::JoinHandle,
    time::Duration,
};

use serde_json::Value;
use system_tests::{Device, LiveCompanion, Server, free_port, retry};

use crate::{
    doctor::post,
    log,
    upgrading::{NEWEST, TOKEN, fixture, frames, played, queue},
};

/// For whatever takes a moment. Well below the half minute for which a companion
/// waits for an answer: what is saved by then did not wait for it.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(50);

/// Takes one request with events; whatever else is asked finds a closed connection.
struct Silence {
    taken: Receiver<()>,
    /// Ends with the connection.
    connection: JoinHandle<()>,
}

impl Silence {
    fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let (sender, taken) = channel();
        let connection = std::thread::spawn(move || {
            let mut part = [0; 4096];
            let mut stream = loop {
                let (mut stream, _) = listener.accept().unwrap();
                let bytes = stream.read(&mut part).unwrap_or_default();
                if part[..bytes].starts_with(b"POST /v1/events") {
                    break stream;
                }
            };
            drop(listener);
            // Nobody listens any more where the test is over.
            sender.send(()).ok();
            while stream.read(&mut part).is_ok_and(|bytes| bytes > 0) {}
        });
        Self { taken, connection }
    }

    fn is_under_way(&self) -> bool {
        !self.connection.is_finished()
    }
}

/// A companion that sends to `server`, and the port that its game posts to.
fn companion(device: &Device, server: &str) -> (LiveCompanion, u16) {
    let port = free_port().unwrap();
    let gsi_port = port.to_string();
    let arguments = ["--server", server, "--gsi-port", &gsi_port, "--league-port", "1"];
    (LiveCompanion::headless(device.data_dir(), &arguments).unwrap(), port)
}

fn play((companion, port): &(LiveCompanion, u16), frames: &[String]) {
    let token = companion.gsi_token().unwrap();
    frames.iter().for_each(|frame| post(*port, &frame.replace(TOKEN, &token)));
}

fn ids(queue: &[[Value; 3]]) -> BTreeSet<String> {
    queue.iter().map(|[_, id, _]| id.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_request_that_is_never_answered_keeps_no_event_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let frames = frames(&fixture(NEWEST));
    let (begin, half) = (frames.len() / 4, frames.len() / 2);
    let at_half = played(&folder.path().join("half"), &frames[..half]);
    let whole = played(&folder.path().join("whole"), &frames);

    let server_dir = folder.path().join("server");
    let server = Server::start(&server_dir).unwrap();
    let url = server.url().to_owned();
    let device = Device::new(&folder.path().join("device"));
    assert!(device.command(&["enrol", "--server", &url]).status().unwrap().success());
    let waiting = played(device.data_dir(), &frames[..begin]);
    assert!(!waiting.is_empty() && waiting.len() + 3 < at_half.len());
    let (_, address) = server.crash().unwrap();

    let silence = Silence::at(&address);
    let mut running = companion(&device, &url);
    silence.taken.recv_timeout(PATIENCE).expect("it sends what waits");
    play(&running, &frames[begin..half]);
    let is_saved = || (queue(&device) == at_half).then_some(());
    let saved = retry(PATIENCE, LOOK, is_saved);
    let in_flight = device.outbox().unwrap()["in_flight"].as_u64();
    let under_way = silence.is_under_way();
    running.0.kill();
    silence.connection.join().unwrap();
    assert!(under_way && in_flight > Some(0), "{in_flight:?} in a request");
    assert!(saved.is_some(), "{:?} of {at_half:?}", queue(&device));

    let server = Server::start_on(&server_dir, &address).unwrap();
    let mut running = companion(&device, &url);
    play(&running, &frames[half..]);
    // Whoever was killed in a request tries again after a while.
    let all_stored = || (log::each_once(&server_dir).len() == whole.len()).then_some(());
    let stored = retry(PATIENCE * 4, LOOK, all_stored);
    let said = running.0.stop();
    assert!(stored.is_some(), "{said:?}");
    let logged = log::each_once(&server_dir).into_iter().map(|(_, id)| id);
    assert_eq!(logged.collect::<BTreeSet<_>>(), ids(&whole));
    assert_eq!(server.verdicts().unwrap().conflicts, 0);
}
