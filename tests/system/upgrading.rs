//! The data folder of a companion that an earlier version left, killed in the
//! midst of a match: this one goes on with that match as if nothing had happened.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use system_tests::{Device, LiveCompanion, Recordings, free_port, retry};

use crate::doctor::post;

/// The schema of the outbox that this version writes. Its fixture is made by
/// `UPDATE_EXPECT=1 cargo test -p system-tests`; one that is there is never made
/// again.
pub(crate) const NEWEST: u32 = 3;
/// The first schema whose folder was kept.
const OLDEST: u32 = 1;

/// Length of the match, by its own clock, and its seed.
const SECONDS: u64 = 12;
const SEED: u64 = 95;
/// For whatever takes a moment, and between two looks.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);
/// What the frames of the simulator say to whoever listens.
pub(crate) const TOKEN: &str = "simulated-token";

pub(crate) fn fixture(schema: u32) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fixtures.join(format!("companion-{schema}"))
}

/// What the game posts, frame by frame.
pub(crate) fn frames(fixture: &Path) -> Vec<String> {
    let text = fs::read_to_string(fixture.join("frames.jsonl")).unwrap();
    let body =
        |line| serde_json::from_str::<Value>(line).unwrap()["body"].as_str().map(str::to_owned);
    text.lines().map(|line| body(line).unwrap()).collect()
}

/// What an installation keeps; not what belongs to the process that has it open.
fn copy(from: &Path, to: &Path, is_taken: impl Fn(&str) -> bool) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_passing = [".lock", "-shm", "sources.json"].iter().any(|end| name.ends_with(end));
        if !is_passing && is_taken(name) {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// Everything in the queue: sequence, id and type.
pub(crate) fn queue(device: &Device) -> Vec<[Value; 3]> {
    let arguments = ["outbox", "list", "--json", "--limit", "10000"];
    let output = device.command(&arguments).output().unwrap();
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let told = |entry: &Value| ["sequence", "event_id", "type"].map(|name| entry[name].clone());
    listed.iter().map(told).collect()
}

/// How many events a folder has; looked at in a copy, since closing the file
/// tidies up what a killed process left.
fn waiting(left: &Path, copied_to: &Path, schema: u32) -> usize {
    copy(left, copied_to, |_| true);
    let db = rusqlite::Connection::open(copied_to.join("outbox.sqlite")).unwrap();
    assert_eq!(version(&db), schema);
    db.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap()
}

fn version(db: &rusqlite::Connection) -> u32 {
    db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// Runs a companion beside a game that posts `frames`.
fn run(data_dir: &Path, frames: &[String]) -> LiveCompanion {
    let port = free_port().unwrap();
    let arguments = ["--gsi-port", &port.to_string(), "--league-port", "1"];
    let companion = LiveCompanion::headless(data_dir, &arguments).unwrap();
    let token = companion.gsi_token().unwrap();
    frames.iter().for_each(|frame| post(port, &frame.replace(TOKEN, &token)));
    companion
}

/// The same to its end; what is in the queue then.
pub(crate) fn played(data_dir: &Path, frames: &[String]) -> Vec<[Value; 3]> {
    let mut companion = run(data_dir, frames);
    companion.stop();
    queue(companion.device())
}

fn make_fixture(folder: &Path) {
    let to = fixture(NEWEST);
    let (file, _truth) = Recordings::in_folder(folder).make("cs2", SEED, SECONDS).unwrap();
    fs::create_dir_all(&to).unwrap();
    fs::copy(file, to.join("frames.jsonl")).unwrap();
    let frames = frames(&to);
    let first = &frames[..frames.len() / 2];
    let expected = played(&folder.join("unharmed"), first);
    let killed = folder.join("killed");
    let mut companion = run(&killed, first);
    let is_saved = || (queue(companion.device()).len() == expected.len()).then_some(());
    retry(PATIENCE, LOOK, is_saved).expect("everything is saved");
    companion.kill();
    copy(&killed, &to, |_| true);
}

#[test]
fn a_companion_goes_on_with_the_match_that_an_earlier_version_was_killed_in() {
    let folder = tempfile::tempdir().unwrap();
    if std::env::var_os("UPDATE_EXPECT").is_some() && !fixture(NEWEST).exists() {
        make_fixture(folder.path());
    }
    for schema in OLDEST..=NEWEST {
        let (left, frames) = (fixture(schema), frames(&fixture(schema)));
        let calm = folder.path().join(format!("calm-{schema}"));
        copy(&left, &calm, |name| name == "identity.json");
        let whole = played(&calm, &frames);

        let upgraded = folder.path().join(format!("upgraded-{schema}"));
        copy(&left, &upgraded, |name| name != "frames.jsonl");
        let before = waiting(&left, &folder.path().join(format!("looked-at-{schema}")), schema);
        assert!(before > 3 && before + 3 < whole.len(), "{before} of {}", whole.len());
        assert_eq!(played(&upgraded, &frames[frames.len() / 2..]), whole, "schema {schema}");
    }
}

#[test]
fn the_newest_schema_has_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new");
    played(&new, &[]);
    let db = rusqlite::Connection::open(new.join("outbox.sqlite")).unwrap();
    assert_eq!(version(&db), NEWEST, "a new schema needs a folder of its own");
}

/// A queue with events whose file has the schema `version`, and what is written
/// beside it says `announced`.
fn queue_of_schema(folder: &Path, version: u32, announced: u32) -> Device {
    let (file, _truth) = Recordings::in_folder(folder).make("cs2", SEED, SECONDS).unwrap();
    let device = Device::new(&folder.join("device"));
    assert_eq!(device.replay(&file, None).unwrap().code, Some(0));
    let queue = device.data_dir().join("outbox.sqlite");
    let db = rusqlite::Connection::open(&queue).unwrap();
    db.pragma_update(None, "user_version", version).unwrap();
    db.close().unwrap();
    let beside = queue.with_extension("sqlite.id");
    let mut written: Value = serde_json::from_slice(&fs::read(&beside).unwrap()).unwrap();
    let identity = &mut written["identity"];
    identity["schema"] = announced.into();
    let [outbox, of] = ["outbox", "device"].map(|name| identity[name].as_str().unwrap());
    let mut checksum = flate2::Crc::new();
    checksum.update(format!("{outbox} {of} {announced}").as_bytes());
    written["checksum"] = checksum.sum().into();
    fs::write(&beside, written.to_string()).unwrap();
    device
}

/// The queue's files but the lock, byte for byte.
fn files(device: &Device) -> Vec<(PathBuf, Vec<u8>)> {
    let listed = fs::read_dir(device.data_dir()).unwrap().map(|entry| entry.unwrap().path());
    let is_queue = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("outbox.sqlite") && !name.ends_with(".lock")
    };
    let mut files: Vec<_> =
        listed.filter(is_queue).map(|path| (path.clone(), fs::read(&path).unwrap())).collect();
    files.sort();
    files
}

/// What a command says, all of it, and its exit code.
fn said(device: &Device, arguments: &[&str]) -> (Option<i32>, String) {
    let output = device.command(arguments).output().unwrap();
    let all = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&all).into_owned())
}

#[test]
fn every_command_names_a_newer_queue_and_leaves_it_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let device = queue_of_schema(folder.path(), NEWEST + 1, NEWEST + 1);
    let before = files(&device);
    let frames = folder.path().join("frames.jsonl");
    fs::copy(fixture(NEWEST).join("frames.jsonl"), &frames).unwrap();
    let replay = ["replay", frames.to_str().unwrap()];
    let run = ["run", "--seconds", "1", "--gsi-port", "0", "--league-port", "1"];
    let id = "01890000-0000-8000-8000-000000000001";
    let commands: [(&[&str], i32); 7] = [
        (&["outbox", "status"], 4),
        (&["outbox", "list"], 4),
        (&["outbox", "export"], 4),
        (&["outbox", "delete", id], 4),
        (&["doctor"], 0),
        (&run, 4),
        (&replay, 4),
    ];
    for (arguments, code) in commands {
        let (ended, words) = said(&device, arguments);
        assert_eq!(ended, Some(code), "{arguments:?}: {words}");
        assert!(words.contains("a newer Ringside wrote"), "{arguments:?}: {words}");
        assert!(files(&device) == before, "{arguments:?} changed something: {words}");
    }
}

#[test]
fn a_version_that_no_program_announced_is_called_damage_and_costs_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let device = queue_of_schema(folder.path(), 99, NEWEST);
    let before = files(&device);
    for command in [&["outbox", "status"][..], &["doctor"]] {
        let (_, words) = said(&device, command);
        assert!(words.contains("is damaged") && words.contains("start Ringside"), "{words}");
    }
    assert!(files(&device) == before, "a look changes nothing");
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", SEED, SECONDS).unwrap();
    let replayed = device.replay(&file, None).unwrap();
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    assert_eq!(replayed.report["already_known"], replayed.report["captured"]);
    let status = device.outbox().unwrap();
    assert_eq!(status["pending"], replayed.report["captured"], "{status}");
    assert_eq!(status["salvaged"]["unreadable"], 0, "{status}");
}
