//! What a replay tells is what a count in Python of the same frames says
//! (`tests/contract/recording_counts.py`), which shares nothing with our rules.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use system_tests::{Device, goldens, shared_recordings, workspace_root};

/// The folders of real recordings, with the module that counts each.
const FOLDERS: [(&str, &str); 8] = [
    ("cs2", "cs2"),
    ("csgo", "cs2"),
    ("dota2", "dota2"),
    ("elite-dangerous", "elite"),
    ("hearthstone", "hearthstone"),
    ("league-of-legends", "league"),
    ("rocket-league", "rocket-league"),
    ("valorant-gep", "valorant"),
];

/// What lies beside the recordings and is none: configuration files, and messages of
/// other interfaces than those that are read.
const NO_RECORDINGS: [&str; 5] = [
    "gamestate_integration_template.cfg",
    "gamestate_integration_py.cfg",
    "nescabir_mirv_player_death.json",
    "nescabir_mirv_player_hurt.json",
    "uniliga_lcu_eog_stats_block.json",
];

/// An installation, and where it writes what it tells.
struct Counting {
    folder: tempfile::TempDir,
    device: Device,
}

impl Counting {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::new(&folder.path().join("device"));
        Self { folder, device }
    }

    /// Replays a file and writes what it tells; the exit code.
    fn replay_to(&self, events: &Path, file: &Path) -> Option<i32> {
        let mut replay = self.device.command(&["replay", "--json", "--events"]);
        replay.arg(events).arg(file).output().unwrap().status.code()
    }

    /// What the count says against it.
    fn differences(&self, game: &str, file: &Path) -> Option<String> {
        let events = self.folder.path().join("events.ndjson");
        let code = self.replay_to(&events, file);
        if code != Some(0) {
            return Some(format!("{}: ended with {code:?}", file.display()));
        }
        let mut count = python();
        count.arg(workspace_root().join("tests/contract/recording_counts.py"));
        let counted = count.arg(game).arg(file).arg(events).output().unwrap();
        let said = String::from_utf8_lossy(&counted.stderr);
        (!counted.status.success()).then(|| format!("{}:\n{said}", file.display()))
    }

    /// The same recording without its compression, which Python cannot read.
    fn plain(&self, recording: &Path) -> PathBuf {
        let out = self.folder.path().join(recording.file_stem().unwrap());
        let mut import = self.device.command(&["recording", "import", "--out"]);
        assert!(import.arg(&out).arg(recording).output().unwrap().status.success());
        out
    }
}

fn python() -> Command {
    Command::new(if cfg!(windows) { "python" } else { "python3" })
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn has_python() -> bool {
    let is_there = python().arg("--version").output().is_ok_and(|said| said.status.success());
    // In CI nobody reads that a test was skipped.
    assert!(is_there || std::env::var_os("CI").is_none(), "no Python to count with");
    if !is_there {
        eprintln!("skipped: no Python to count with");
    }
    is_there
}

fn assert_none(differences: &[String]) {
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_golden_tells_what_a_count_of_its_frames_says() {
    if !has_python() {
        return;
    }
    let counting = Counting::new();
    let of_golden = goldens().unwrap().into_iter();
    let differences = of_golden.filter_map(|golden| {
        counting.differences(&golden.game, &counting.plain(&golden.recording))
    });
    assert_none(&differences.collect::<Vec<_>>());
}

#[test]
fn every_real_recording_tells_what_a_count_of_its_frames_says() {
    let Some(shared) = shared_recordings().filter(|_| has_python()) else { return };
    let counting = Counting::new();
    let mut differences = Vec::new();
    for (folder, game) in FOLDERS {
        for entry in fs::read_dir(shared.join(folder)).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_name().unwrap().to_string_lossy();
            if NO_RECORDINGS.contains(&&*name) {
                let events = counting.folder.path().join("none.ndjson");
                assert_eq!(counting.replay_to(&events, &file), Some(3), "{name}");
            } else {
                differences.extend(counting.differences(game, &file));
            }
        }
    }
    assert_none(&differences);
}

#[test]
fn a_count_that_differs_is_said() {
    if !has_python() {
        return;
    }
    let counting = Counting::new();
    let golden = &goldens().unwrap()[0];
    let plain = counting.plain(&golden.recording);
    let events = fs::read_to_string(&golden.events).unwrap();
    let without_a_kill: Vec<_> = {
        let is_kill = |line: &str| line.contains("\"type\":\"ringside.kill.v1\"");
        let first = events.lines().position(is_kill).unwrap();
        events.lines().enumerate().filter(|(index, _)| *index != first).collect()
    };
    let spoilt = counting.folder.path().join("spoilt.ndjson");
    let lines: Vec<_> = without_a_kill.into_iter().map(|(_, line)| line).collect();
    fs::write(&spoilt, lines.join("\n")).unwrap();
    let mut count = python();
    count.arg(workspace_root().join("tests/contract/recording_counts.py"));
    let counted = count.arg(&golden.game).arg(plain).arg(spoilt).output().unwrap();
    assert_eq!(counted.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&counted.stderr).starts_with("kill: counted"));
}
