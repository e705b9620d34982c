//! A recording that is played on its game's own protocol, captured by a running
//! companion and replayed, is the match that it was.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use system_tests::{
    Device, LiveCompanion, Program, READY_TIMEOUT, Recordings, events_in, free_port, retry,
};

/// Of matches' own clocks: a document of League's a second is shown.
const SECONDS: u64 = 12;

/// What was served may take so long from the reader to the disk.
const CAPTURED_WITHIN: Duration = Duration::from_secs(20);

/// Nobody listens there: what is captured waits.
const NO_SERVER: &str = "http://127.0.0.1:9";

struct Bench {
    folder: tempfile::TempDir,
    recording: PathBuf,
    expected: String,
}

impl Bench {
    fn with(game: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recordings = Recordings::in_folder(folder.path());
        let (frames, _truth) = recordings.make(game, 53, SECONDS).unwrap();
        let recording = folder.path().join("whole.rsrec");
        let device = Device::new(&folder.path().join("importing"));
        let mut import = device.command(&["recording", "import", "--out"]);
        let imported = import.arg(&recording).arg(frames).output().unwrap();
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        let expected = replayed(folder.path(), "expected", &recording);
        assert!(expected.lines().count() > 5, "{expected}");
        Self { folder, recording, expected }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The installation that captures, with this one game beside Counter-Strike.
    fn configure(&self, game: (&str, &str), gsi_port: u16) -> Device {
        let data_dir = self.path("capturing");
        LiveCompanion::configure_alone(&data_dir, NO_SERVER, gsi_port, game).unwrap();
        Device::new(&data_dir)
    }

    /// Serves to a companion that records, until it has captured everything.
    fn captured(&self, device: &Device, arguments: &[&str]) -> PathBuf {
        let mut serve = device.command(&["recording", "serve"]);
        serve.args(arguments).arg(&self.recording);
        let mut serving = Program::start("the served game", &mut serve).unwrap();
        serving.line_with("ready", READY_TIMEOUT).unwrap();
        let recordings = self.path("recordings");
        let record = ["--record", recordings.to_str().unwrap(), "--drain-timeout", "0"];
        let mut companion = LiveCompanion::headless(device.data_dir(), &record).unwrap();
        serving.finished().unwrap();
        let wanted = self.expected.lines().count() as u64;
        retry(CAPTURED_WITHIN, Duration::from_millis(200), || {
            let outbox = device.outbox().ok()?;
            (outbox["pending"].as_u64()? >= wanted).then_some(())
        });
        companion.stop();
        let mut files = std::fs::read_dir(&recordings).unwrap().map(|entry| entry.unwrap().path());
        let recording = files.next().expect("what was served was recorded");
        assert!(files.next().is_none(), "one game, one recording");
        recording
    }

    fn was_captured_the_same(&self, captured: &Path) {
        assert_eq!(replayed(self.folder.path(), "again", captured), self.expected);
    }
}

/// The events of a replay on an installation of its own.
fn replayed(folder: &Path, name: &str, recording: &Path) -> String {
    let device = Device::new(&folder.join(name));
    let events = folder.join(format!("{name}.ndjson"));
    let mut replay = device.command(&["replay", "--json", "--events"]);
    let replayed = replay.arg(&events).arg(recording).output().unwrap();
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    events_in(&events).unwrap()
}

fn info(device: &Device, recording: &Path) -> Value {
    let info = device.command(&["recording", "info", "--json"]).arg(recording).output().unwrap();
    serde_json::from_slice(&info.stdout).unwrap()
}

#[test]
fn a_served_league_match_is_captured_with_the_same_ids_and_its_failures() {
    let bench = Bench::with("league");
    let (port, root) = (free_port().unwrap().to_string(), bench.path("root.pem"));
    let root = root.to_str().unwrap();
    let settings = format!("port = {port}\nroot_certificate = {root:?}");
    let device = bench.configure(("league", settings.as_str()), free_port().unwrap());
    let arguments = ["--speed", "max", "--port", &port, "--root", root];
    let captured = bench.captured(&device, &arguments);
    bench.was_captured_the_same(&captured);
    let info = info(&device, &captured);
    assert!(info["faults"].as_u64() >= Some(1), "loading, and gone at the end: {info}");
}

#[test]
fn a_served_counter_strike_match_is_captured_with_the_same_ids() {
    let bench = Bench::with("cs2");
    let port = free_port().unwrap();
    // One more game for the sake of the file; it is off.
    let device = bench.configure(("league", "enabled = false"), port);
    let captured = bench.captured(&device, &["--speed", "5", "--port", &port.to_string()]);
    bench.was_captured_the_same(&captured);
}

#[test]
fn a_port_that_is_taken_and_a_folder_that_is_not_named_are_said_in_a_sentence() {
    let bench = Bench::with("league");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let root = bench.path("root.pem");
    let device = Device::new(&bench.path("device"));
    let mut serve = device.command(&["recording", "serve", "--port", &port, "--root"]);
    let served = serve.arg(&root).arg(&bench.recording).output().unwrap();
    assert_eq!(served.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&served.stderr).contains(&port));
    let missing = device.command(&["recording", "serve", "nothing.rsrec"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(3));
}

#[test]
fn a_part_has_the_ids_of_the_whole_and_two_parts_are_the_whole_again() {
    let bench = Bench::with("cs2");
    let device = Device::new(&bench.path("device"));
    let part = |name: &str, range: &[&str]| {
        let out = bench.path(name);
        let mut trim = device.command(&["recording", "trim"]);
        let trimmed = trim.args(range).arg("--out").arg(&out).arg(&bench.recording).output();
        let trimmed = trimmed.unwrap();
        assert!(trimmed.status.success(), "{}", String::from_utf8_lossy(&trimmed.stderr));
        out
    };
    let (first, second) = (part("1.rsrec", &["--to", "6"]), part("2.rsrec", &["--from", "6.001"]));
    let halves = [("one", &first), ("two", &second)]
        .map(|(name, file)| replayed(bench.folder.path(), name, file));
    assert!(halves.iter().all(|half| !half.is_empty()));
    assert_eq!(halves.concat(), bench.expected);
    let whole = bench.path("merged.rsrec");
    let mut merge = device.command(&["recording", "merge", "--out"]);
    assert!(merge.arg(&whole).args([&second, &first]).status().unwrap().success());
    assert_eq!(replayed(bench.folder.path(), "merged", &whole), bench.expected);
}
