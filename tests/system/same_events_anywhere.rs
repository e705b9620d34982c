//! The same file gives the same events, byte for byte, whatever differs between
//! two machines.

use std::path::Path;

use serde_json::Value;
use system_tests::{Device, Recordings, Server, events_in};

/// Replays on a fresh device under another environment; the events without
/// what belongs to their sending.
fn events_under(folder: &Path, name: &str, file: &Path, environment: &[(&str, &str)]) -> String {
    let device = Device::new(&folder.join(name));
    let out = folder.join(format!("{name}.ndjson"));
    let mut command = device.replay_command(file, None);
    command.arg("--events").arg(&out).envs(environment.iter().copied());
    assert!(command.status().unwrap().success());
    events_in(&out).unwrap()
}

#[test]
fn another_folder_zone_locale_and_name_change_no_byte_of_an_event() {
    let folder = tempfile::tempdir().unwrap();
    for game in ["league", "cs2"] {
        let (file, _truth) = Recordings::in_folder(folder.path()).make(game, 11, 120).unwrap();
        let elsewhere = folder.path().join(format!("Übung {game}.jsonl"));
        std::fs::copy(&file, &elsewhere).unwrap();
        let here = events_under(folder.path(), &format!("{game}-a"), &file, &[]);
        let there = events_under(
            folder.path(),
            &format!("{game}-b"),
            &elsewhere,
            &[("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")],
        );
        assert!(here.lines().count() > 10, "{game}: a match has events");
        assert_eq!(here, there, "{game}");
    }
}

#[test]
fn a_replay_meets_its_own_golden_events_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = Recordings::in_folder(folder.path());
    let (file, _truth) = recordings.make("cs2", 12, 60).unwrap();
    let (other, _truth) = recordings.make("cs2", 13, 60).unwrap();
    let golden = folder.path().join("golden.ndjson");
    let mut make = Device::new(&folder.path().join("a")).replay_command(&file, None);
    assert!(make.arg("--events").arg(&golden).status().unwrap().success());

    let check = |name: &str, file: &Path| {
        let device = Device::new(&folder.path().join(name));
        device.replay_command(file, None).arg("--expect").arg(&golden).output().unwrap()
    };
    let same = check("b", &file);
    assert_eq!(same.status.code(), Some(0), "{}", String::from_utf8_lossy(&same.stderr));
    let differs = check("c", &other);
    assert_eq!(differs.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&differs.stderr).contains("the events differ: "));
    // The queue of this device already holds the golden events: they are not
    // what is compared.
    let again = Device::new(&folder.path().join("b"));
    let differs = again.replay_command(&other, None).arg("--expect").arg(&golden).output().unwrap();
    assert_eq!(differs.status.code(), Some(1));
}

#[test]
fn an_imported_recording_gives_the_events_of_its_origin() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("league", 14, 60).unwrap();
    let recording = folder.path().join("match.rsrec");
    let device = Device::new(&folder.path().join("import"));
    let mut import = device.command(&["recording", "import", "--json", "--out"]);
    let imported = import.arg(&recording).arg(&file).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let info: Value = serde_json::from_slice(&imported.stdout).unwrap();
    assert_eq!(info["source"], "league");

    let verify = device.command(&["recording", "verify"]).arg(&recording).status().unwrap();
    assert!(verify.success());
    assert_eq!(
        events_under(folder.path(), "a", &file, &[]),
        events_under(folder.path(), "b", &recording, &[]),
    );
}

#[test]
fn a_second_replay_sends_nothing_and_one_without_its_queue_is_all_duplicates() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 16, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let replay = || device.replay(&file, Some(server.url())).unwrap().report;
    let first = replay();
    assert_eq!(first["stored"], first["captured"], "{first}");
    let second = replay();
    let sent = ["already_known", "uploaded", "duplicates"].map(|name| second[name].clone());
    assert_eq!(sent, [first["captured"].clone(), 0.into(), 0.into()], "{second}");
    device.delete_outbox().unwrap();
    let third = replay();
    assert_eq!([&third["stored"], &third["duplicates"]], [&0.into(), &first["captured"]]);
}
