//! SIGKILL at any moment, and the same again: nothing is lost, nothing doubled.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use serde_json::Value;
use system_tests::{Device, Recordings, Server};

use crate::log;

/// Moments at which a replay is killed, in milliseconds after its start: from
/// before it does anything to after it is done.
const MOMENTS_MS: [u64; 12] = [1, 5, 10, 20, 30, 45, 60, 80, 110, 150, 220, 400];

/// Ids of the events that a server shows.
fn shown(server: &Server) -> BTreeSet<String> {
    let occurrences = server.occurrences().unwrap();
    let ids = occurrences.iter().flat_map(|occurrence| {
        let witnesses = occurrence["witnesses"].as_array().cloned().unwrap_or_default();
        witnesses.into_iter().map(|witness| witness["event_id"].as_str().unwrap().to_owned())
    });
    ids.collect()
}

/// Ids of the events of each device in the server's log, where each is once.
fn logged(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut devices: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (device, id) in log::each_once(folder) {
        devices.entry(device).or_default().insert(id);
    }
    devices
}

/// What a server shows, and what is in its log.
fn replayed_without_a_crash(folder: &Path, file: &Path) -> [BTreeSet<String>; 2] {
    let calm = folder.join("calm-server");
    let server = Server::start(&calm).unwrap();
    let device = Device::new(&folder.join("calm-device"));
    assert_eq!(device.replay(file, Some(server.url())).unwrap().code, Some(0));
    [shown(&server), logged(&calm).into_values().flatten().collect()]
}

#[test]
fn a_replay_killed_at_any_moment_and_run_again_leaves_the_same_events() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("league", 31, 600).unwrap();
    let [expected, in_log] = replayed_without_a_crash(folder.path(), &file);
    assert!(expected.len() > 20 && in_log.len() > expected.len());

    let data_dir = folder.path().join("server");
    let server = Server::start(&data_dir).unwrap();
    for moment in MOMENTS_MS {
        let device = Device::new(&folder.path().join(format!("device-{moment}")));
        let mut replay = device.replay_command(&file, Some(server.url())).spawn().unwrap();
        // The moment of the kill is the very subject here.
        std::thread::sleep(Duration::from_millis(moment));
        replay.kill().unwrap();
        replay.wait().unwrap();

        let again = device.replay(&file, Some(server.url())).unwrap();
        assert_eq!(again.code, Some(0), "after {moment} ms: {}", again.stderr);
        let outbox = device.outbox().unwrap();
        assert_eq!(
            (&outbox["pending"], &outbox["quarantined"], &outbox["lost"]),
            (&Value::from(0), &Value::from(0), &Value::from(0)),
            "after {moment} ms: {outbox}"
        );
        assert_eq!(shown(&server), expected, "after {moment} ms");
    }
    let devices = logged(&data_dir);
    assert_eq!(devices.len(), MOMENTS_MS.len());
    for (device, logged) in devices {
        assert_eq!(logged, in_log, "{device}");
    }
    assert_eq!(server.verdicts().unwrap().conflicts, 0);
}

#[test]
fn two_replays_at_once_on_one_folder_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 32, 600).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let slow = ["--speed", "50"];
    let mut first = device.replay_command(&file, None).args(slow).spawn().unwrap();
    let owner = system_tests::retry(Duration::from_secs(20), Duration::from_millis(20), || {
        device.data_dir().join("outbox.sqlite").exists().then_some(())
    });
    assert!(owner.is_some(), "the first one has the outbox");
    let second = device.replay(&file, None).unwrap();
    let status = device.outbox();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.code, Some(4), "{}", second.stderr);
    assert!(second.stderr.contains("already running"), "{}", second.stderr);
    assert!(status.is_ok(), "reading works all the same");
}
