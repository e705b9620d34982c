//! `ringside record`: what a game says is written down whole, whichever way it says it,
//! and nothing else is done with it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use system_tests::{Device, Program, READY_TIMEOUT, Recordings, events_in, free_port};

const SEED: u64 = 61;
const SECONDS: u64 = 12;

/// A recorded match, and an installation beside the game that plays it.
struct Bench {
    folder: tempfile::TempDir,
    device: Device,
    recording: PathBuf,
    /// What a replay of it makes.
    expected: String,
}

impl Bench {
    fn with(game: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (frames, _truth) =
            Recordings::in_folder(folder.path()).make(game, SEED, SECONDS).unwrap();
        let frames = if frames.exists() { frames } else { frames.with_file_name("Power.log") };
        let recording = folder.path().join("whole.rsrec");
        let device = Device::new(&folder.path().join("device"));
        let mut import = device.command(&["recording", "import", "--out"]);
        let imported = import.arg(&recording).arg(frames).output().unwrap();
        assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
        let expected = replayed(folder.path(), "expected", &recording);
        assert!(expected.lines().count() > 5, "{expected}");
        Self { folder, device, recording, expected }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn serving(&self, arguments: &[&str]) -> Program {
        let mut serve = self.device.command(&["recording", "serve", "--speed", "max"]);
        serve.args(arguments).arg(&self.recording);
        let mut serving = Program::start("the served game", &mut serve).unwrap();
        serving.line_with("ready", READY_TIMEOUT).unwrap();
        serving
    }

    fn recording(&self, game: &str, arguments: &[&str]) -> Recording {
        let mut record = self.device.command(&["record", "--json", "--game", game, "--out"]);
        record.arg(self.path("recorded")).args(arguments);
        // Where what should end it does not.
        record.args(["--seconds", "2:00"]);
        Recording::start(&mut record)
    }

    /// The file of the one game that was recorded, which makes the events of the match.
    fn is_whole(&self, game: &str, (code, summary): (Option<i32>, Value)) -> PathBuf {
        assert_eq!(code, Some(0), "{summary}");
        let files = summary["files"].as_array().unwrap();
        assert_eq!(files.len(), 1, "{summary}");
        assert_eq!(files[0]["source"], game, "{summary}");
        let file = PathBuf::from(files[0]["path"].as_str().unwrap());
        assert_eq!(replayed(self.folder.path(), "again", &file), self.expected);
        let of_device = std::fs::read_dir(self.device.data_dir()).unwrap();
        let names: Vec<_> = of_device.map(|entry| entry.unwrap().file_name()).collect();
        let is_queue = |name: &&std::ffi::OsString| name.to_string_lossy().contains("outbox");
        assert!(!names.iter().any(|name| is_queue(&name)), "no event is kept: {names:?}");
        file
    }
}

/// A running `ringside record`.
struct Recording {
    child: Child,
    words: BufReader<std::process::ChildStderr>,
}

impl Recording {
    fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let words = BufReader::new(child.stderr.take().unwrap());
        Self { child, words }
    }

    /// Reads what it says until a line has `part` in it.
    fn says(&mut self, part: &str) {
        let mut said = String::new();
        while !said.lines().any(|line| line.contains(part)) {
            let read = self.words.read_line(&mut said).unwrap();
            assert!(read > 0, "it ended without {part:?}: {said}");
        }
    }

    fn interrupt(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }

    /// Its exit code and its summary.
    fn ended(mut self) -> (Option<i32>, Value) {
        // It ends by itself or was asked to, also while nobody types.
        let words =
            std::thread::spawn(move || std::io::copy(&mut self.words, &mut std::io::sink()));
        let output = self.child.wait_with_output().unwrap();
        words.join().unwrap().unwrap();
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
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

#[cfg(unix)]
#[test]
fn what_a_game_posts_is_recorded_with_a_persons_marks_until_ctrl_c() {
    let bench = Bench::with("cs2");
    let port = free_port().unwrap().to_string();
    let mut recording = bench.recording("cs2", &["--gsi-port", &port]);
    recording.says("listening for Counter-Strike");
    bench.serving(&["--port", &port]).finished().unwrap();
    recording.says("writing ");
    let typed = recording.child.stdin.as_mut().unwrap();
    typed.write_all(b"round 3\n").unwrap();
    recording.says(r#"mark "round 3""#);
    recording.interrupt();
    let file = bench.is_whole("cs2", recording.ended());
    let info = info(&bench.device, &file);
    assert_eq!(info["marks"], 1, "{info}");
    assert_eq!(info["end"], "stopped", "{info}");
}

#[test]
fn what_a_game_is_asked_for_is_recorded_with_its_failures_to_the_matchs_end() {
    let bench = Bench::with("league");
    let (port, root) = (free_port().unwrap().to_string(), bench.path("root.pem"));
    let root = root.to_str().unwrap();
    let serving = bench.serving(&["--port", &port, "--root", root]);
    let at = ["--league-port", &port, "--league-root", root, "--until", "match_ended"];
    let file = bench.is_whole("league", bench.recording("league", &at).ended());
    drop(serving);
    let info = info(&bench.device, &file);
    assert!(info["faults"].as_u64() >= Some(1), "it answers nothing while it loads: {info}");
}

#[test]
fn what_a_game_streams_and_what_it_writes_into_files_is_recorded_to_the_matchs_end() {
    let until = ["--until", "match_ended"];
    let bench = Bench::with("rocket-league");
    let port = free_port().unwrap().to_string();
    let serving = bench.serving(&["--port", &port]);
    let at = [&["--rocket-league-port", port.as_str()][..], &until].concat();
    bench.is_whole("rocket-league", bench.recording("rocket-league", &at).ended());
    drop(serving);

    let bench = Bench::with("hearthstone");
    let logs = bench.path("Logs");
    std::fs::create_dir(&logs).unwrap();
    let at = [&["--hearthstone-folder", logs.to_str().unwrap()][..], &until].concat();
    let recording = bench.recording("hearthstone", &at);
    let serving = bench.serving(&["--folder", logs.to_str().unwrap()]);
    bench.is_whole("hearthstone", recording.ended());
    drop(serving);
}

#[test]
fn where_no_game_says_anything_that_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(&folder.path().join("device"));
    let out = folder.path().join("recorded");
    let mut record = device.command(&["record", "--game", "cs2", "--gsi-port", "0", "--out"]);
    let recorded = record.arg(&out).args(["--seconds", "100ms"]).output().unwrap();
    assert_eq!(recorded.status.code(), Some(1));
    let said = String::from_utf8_lossy(&recorded.stderr);
    assert!(said.contains("nothing was recorded"), "{said}");
    assert_eq!(std::fs::read_dir(out).unwrap().count(), 0);
}
