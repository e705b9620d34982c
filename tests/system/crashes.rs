//! SIGKILL at any moment, and the same again: nothing is lost, nothing doubled.

use std::{collections::BTreeSet, path::Path, time::Duration};

use serde_json::Value;
use system_tests::{Device, Recordings, Server};

/// Moments at which a replay is killed, in milliseconds after its start: from
/// before it does anything to after it is done.
const MOMENTS_MS: [u64; 12] = [1, 5, 10, 20, 30, 45, 60, 80, 110, 150, 220, 400];

/// Ids of the events that a server has.
fn recorded(server: &Server) -> BTreeSet<String> {
    let occurrences = server.occurrences().unwrap();
    let ids = occurrences.iter().flat_map(|occurrence| {
        let witnesses = occurrence["witnesses"].as_array().cloned().unwrap_or_default();
        witnesses.into_iter().map(|witness| witness["event_id"].to_string())
    });
    ids.collect()
}

fn replayed_without_a_crash(folder: &Path, file: &Path) -> BTreeSet<String> {
    let server = Server::start(&folder.join("calm-server")).unwrap();
    let device = Device::new(&folder.join("calm-device"));
    assert_eq!(device.replay(file, Some(server.url())).unwrap().code, Some(0));
    recorded(&server)
}

#[test]
fn a_replay_killed_at_any_moment_and_run_again_leaves_the_same_events() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("league", 31, 600).unwrap();
    let expected = replayed_without_a_crash(folder.path(), &file);
    assert!(expected.len() > 20);

    let server = Server::start(&folder.path().join("server")).unwrap();
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
        assert_eq!(recorded(&server), expected, "after {moment} ms");
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
