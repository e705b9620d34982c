//! The order in which a companion stops: it reads no more, what was read becomes
//! events on disk, and only then does the upload end.

use std::{
    net::TcpStream,
    path::Path,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use boot_clock::BootClock;
use companion::{
    Companion, CompanionStatus, FeedLine, Glance, RunOptions, RunSummary, Shell, UploadOptions,
    event_model::Source,
};
use system_tests::{ENROLMENT_KEY, LiveCompanion, Recordings, Server, retry};
use tokio::runtime::Runtime;

/// Far longer than anything takes, also where much else runs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const LOOK: Duration = Duration::from_millis(20);
/// Frames in which a match begins, and those that wait while capture is held:
/// together fewer than its queue takes.
const FIRST_FRAMES: usize = 20;
const WAITING_FRAMES: usize = 40;

/// A shell that holds capture at its first event until it may go on.
struct Holding {
    reached: Mutex<Option<mpsc::Sender<()>>>,
    go_on: Mutex<mpsc::Receiver<()>>,
}

impl Shell for Holding {
    fn feed(&self, _: FeedLine) {
        if let Some(reached) = self.reached.lock().unwrap().take() {
            reached.send(()).unwrap();
            self.go_on.lock().unwrap().recv().unwrap();
        }
    }

    fn glance(&self, _: Source, _: Option<Glance>) {}
    fn status(&self, _: CompanionStatus) {}
}

/// The bodies that the game posts.
pub(crate) fn posts(folder: &Path, token: &str) -> Vec<String> {
    let (file, _truth) = Recordings::in_folder(folder).make("cs2", 29, 60).unwrap();
    let frames = std::fs::read_to_string(file).unwrap();
    let body = |line: &str| {
        let frame: serde_json::Value = serde_json::from_str(line).unwrap();
        frame["body"].as_str().unwrap().replace("simulated-token", token)
    };
    frames.lines().map(body).collect()
}

pub(crate) fn gsi_token(folder: &Path) -> String {
    let identity = std::fs::read(folder.join("identity.json")).unwrap();
    let identity: serde_json::Value = serde_json::from_slice(&identity).unwrap();
    identity["gsi_token"].as_str().unwrap().to_owned()
}

pub(crate) async fn post(game: &reqwest::Client, url: &str, body: String) {
    let response = game.post(url).body(body).send().await.unwrap();
    assert!(response.status().is_success(), "{response:?}");
}

/// Stops a companion beside a match while capture has hardly begun with what was
/// read, and the upload has nothing to do at the moment.
fn stopped_while_frames_wait(folder: &Path, server: &Server, runtime: &Runtime) -> RunSummary {
    let (reached, held) = mpsc::channel();
    let (let_go, go_on) = mpsc::channel();
    let shell = Holding { reached: Mutex::new(Some(reached)), go_on: Mutex::new(go_on) };
    let options = RunOptions {
        upload: UploadOptions {
            server: Some(server.url().to_owned()),
            enrolment_key: Some(ENROLMENT_KEY.to_owned()),
            server_ca: None,
        },
        league_port: Some(1),
        gsi_port: Some(0),
        ..RunOptions::new(Some(folder.join("device")))
    };
    let starting = Companion::start(options, Arc::new(BootClock::new()), Arc::new(shell));
    let companion = runtime.block_on(starting).unwrap();
    let address = companion.gsi_address().unwrap();
    let url = format!("http://{address}/");
    drop(rustls::crypto::ring::default_provider().install_default());
    // No connection stays open, so that the listener need not wait for it to end.
    let game = reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build().unwrap();
    let mut posts = posts(folder, &gsi_token(&folder.join("device"))).into_iter();
    for body in posts.by_ref().take(FIRST_FRAMES) {
        runtime.block_on(post(&game, &url, body));
    }
    held.recv_timeout(PATIENCE).expect("a match has events");
    let first_stored = || (server.verdicts().ok()?.stored > 0).then_some(());
    retry(PATIENCE, LOOK, first_stored).expect("what is on disk is sent meanwhile");
    for body in posts.take(WAITING_FRAMES) {
        runtime.block_on(post(&game, &url, body));
    }
    let stopping = runtime.spawn(companion.stop(PATIENCE));
    let readers_ended = || TcpStream::connect(address).is_err().then_some(());
    retry(PATIENCE, LOOK, readers_ended).expect("nothing is read any more");
    // An upload that ended too early has the time to.
    server.verdicts().unwrap();
    assert!(!stopping.is_finished(), "capture has frames still");
    let_go.send(()).unwrap();
    runtime.block_on(stopping).unwrap().unwrap()
}

#[test]
fn everything_that_was_read_is_on_the_server_when_a_companion_has_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let runtime = Runtime::new().unwrap();
    let summary = stopped_while_frames_wait(folder.path(), &server, &runtime);
    assert!(summary.captured > 5, "the frames that waited had events: {summary:?}");
    assert_eq!((summary.pending, summary.lost), (0, 0), "{summary:?}");
    assert_eq!(summary.stored, summary.captured);
    assert_eq!(server.verdicts().unwrap().stored, summary.captured);
}

/// Where the kernel tells which signals a process takes.
#[cfg(target_os = "linux")]
#[test]
fn a_companion_that_says_it_listens_ends_in_order_when_it_is_told_to() {
    const INTERRUPT: u32 = 2;
    const TERMINATE: u32 = 15;
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--gsi-port", "0", "--league-port", "1"];
    let mut companion = LiveCompanion::headless(folder.path(), &arguments).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", companion.id())).unwrap();
    let taken = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    let taken = u64::from_str_radix(taken.trim(), 16).unwrap();
    for signal in [INTERRUPT, TERMINATE] {
        assert_ne!(taken & (1 << (signal - 1)), 0, "signal {signal} would kill it");
    }
    let said = companion.stop();
    assert!(said.iter().any(|line| line.starts_with("captured")), "{said:?}");
}
