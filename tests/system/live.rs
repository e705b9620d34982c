//! A companion beside two games, on their real protocols.

use std::path::{Path, PathBuf};

use serde_json::Value;
use system_tests::{Device, LiveCompanion, Server, Simulator, compare, free_port};

/// Length of the simulated matches, by their own clock.
const SECONDS: u64 = 15;

struct Evening {
    folder: tempfile::TempDir,
    server: Server,
    truths: Vec<PathBuf>,
    outbox: Value,
    said: Vec<String>,
}

impl Evening {
    fn data_dir(folder: &Path) -> PathBuf {
        folder.join("companion")
    }
}

/// Both matches, recorded; the companion crashes once on the way where asked.
fn evening(seed: u64, crash: bool) -> Evening {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let server = Server::start(&path("server")).unwrap();
    let (root, data_dir) = (path("root.pem"), Evening::data_dir(folder.path()));
    let (league, league_port) =
        Simulator::league(seed, SECONDS, &root, &path("league.json")).unwrap();
    let gsi_port = free_port().unwrap();
    LiveCompanion::configure(&data_dir, server.url(), (league_port, &root), gsi_port).unwrap();
    let recordings = path("recordings");
    let record = ["--record", recordings.to_str().unwrap()];
    let mut companion = LiveCompanion::headless(&data_dir, &record).unwrap();
    let token = companion.gsi_token().unwrap();
    let cs2 = Simulator::cs2(seed, SECONDS, gsi_port, &token, &path("cs2.json")).unwrap();
    if crash {
        let some = system_tests::retry(
            std::time::Duration::from_secs(SECONDS),
            std::time::Duration::from_millis(100),
            || companion.device().outbox().ok()?["settled"].as_u64().filter(|sent| *sent > 3),
        );
        assert!(some.is_some(), "events were sent before the crash");
        companion.kill();
        companion = LiveCompanion::headless(&data_dir, &record).unwrap();
    }
    let truths = vec![league.finished().unwrap(), cs2.finished().unwrap()];
    let outbox = companion.drained().unwrap();
    let said = companion.stop();
    Evening { folder, server, truths, outbox, said }
}

#[test]
fn everything_that_happened_is_recorded_once_and_nothing_else() {
    let evening = evening(41, false);
    let comparison = compare(&evening.truths, &evening.server.occurrences().unwrap()).unwrap();
    assert!(comparison.happened >= 30, "{comparison:?}");
    assert!(comparison.is_whole(), "{comparison:?}: {:?}", evening.said);
    assert_eq!(evening.outbox["lost"], 0);

    recordings_replay_as_the_matches_were_played(&evening);
}

/// Every event of a recording is one that the live capture had: same ids.
fn recordings_replay_as_the_matches_were_played(evening: &Evening) {
    let before = evening.server.verdicts().unwrap();
    let mut replayed = 0;
    for entry in std::fs::read_dir(evening.folder.path().join("recordings")).unwrap() {
        let file = entry.unwrap().path();
        // The same device: what it sent live it now sends again.
        let device = Device::new(&Evening::data_dir(evening.folder.path()));
        device.delete_outbox().unwrap();
        let report = device.replay(&file, Some(evening.server.url())).unwrap();
        assert_eq!(report.code, Some(0), "{}", report.stderr);
        assert_eq!(report.report["stored"], 0, "{}: {}", file.display(), report.report);
        replayed += report.report["duplicates"].as_u64().unwrap();
        assert_no_secret(evening, &file);
    }
    let after = evening.server.verdicts().unwrap();
    assert_eq!(after.stored, before.stored);
    assert_eq!(replayed, before.stored, "both recordings together are all that was captured");
}

/// The token that the game showed is in no recording, compressed or not.
fn assert_no_secret(evening: &Evening, recording: &Path) {
    let folder = Evening::data_dir(evening.folder.path());
    let identity = std::fs::read_to_string(folder.join("identity.json")).unwrap();
    let identity: Value = serde_json::from_str(&identity).unwrap();
    let plain = recording.with_extension("plain.rsrec");
    let device = Device::new(&folder);
    let mut import = device.command(&["recording", "import", "--json", "--out"]);
    let imported = import.arg(&plain).arg(recording).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let text = std::fs::read_to_string(&plain).unwrap();
    assert!(text.lines().count() > 3, "frames were recorded");
    assert!(!text.contains(identity["gsi_token"].as_str().unwrap()));
    let verified = device.command(&["recording", "verify"]).arg(recording).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    std::fs::remove_file(plain).unwrap();
}

#[test]
fn a_companion_that_crashes_in_the_midst_loses_and_doubles_nothing_of_the_list() {
    let evening = evening(42, true);
    let occurrences = evening.server.occurrences().unwrap();
    let comparison = compare(&evening.truths, &occurrences).unwrap();
    assert_eq!(comparison.invented, 0, "{comparison:?}: {:?}", evening.said);
    // League's list is whole at every poll: what happened meanwhile is in it.
    let league = compare(&evening.truths[..1], &occurrences).unwrap();
    assert_eq!(league.recorded, league.happened, "{league:?}");
}
