//! A companion that starts on a full disk: it runs, says what is not saved, and
//! saves it when there is room.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use system_tests::{LiveCompanion, Server, Simulator, compare, free_port, retry};

/// Length of the simulated match, by its own clock.
const SECONDS: u64 = 10;
/// For whatever takes a moment, and between two looks.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(100);

/// A disk of a few MiB.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(folder.path());
        let mounted = mount.output().map_err(|error| format!("mount: {error}"))?;
        if mounted.status.success() {
            Ok(Self(folder))
        } else {
            Err(String::from_utf8_lossy(&mounted.stderr).trim().to_owned())
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills it to the last byte.
    fn fill(&self) -> PathBuf {
        let ballast = self.path().join("ballast");
        let mut file = File::create(&ballast).unwrap();
        for part in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![1; part]).is_ok() {}
        }
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _status = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_companion_that_starts_on_a_full_disk_saves_what_it_captured_when_there_is_room() {
    let disk = match SmallDisk::mount() {
        Ok(disk) => disk,
        Err(why) => {
            assert!(std::env::var_os("CI").is_none(), "CI mounts disks: {why}");
            println!("skipped: no small disk can be mounted here: {why}");
            return;
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let gsi_port = free_port().unwrap();
    let port = gsi_port.to_string();
    let records = disk.path().join("recordings");
    let arguments = ["--server", server.url(), "--gsi-port", &port, "--league-port", "1"];
    let data_dir = disk.path().join("device");
    LiveCompanion::headless(&data_dir, &arguments).unwrap().stop();
    let ballast = disk.fill();

    let arguments = [&arguments[..], &["--record", records.to_str().unwrap()]].concat();
    let mut companion = LiveCompanion::headless(&data_dir, &arguments).unwrap();
    let token = companion.gsi_token().unwrap();
    let truth = folder.path().join("truth");
    let game = Simulator::cs2(81, SECONDS, gsi_port, &token, &truth).unwrap();
    let truth = game.finished().unwrap();
    assert_eq!(server.verdicts().unwrap().stored, 0, "what is not saved is not sent");
    std::fs::remove_file(ballast).unwrap();

    let saved = || (server.verdicts().ok()?.stored > 0).then_some(());
    let recovered = retry(PATIENCE, LOOK, saved);
    let outbox = companion.drained().unwrap();
    let said = companion.stop();
    assert!(recovered.is_some(), "by itself: {said:?}");
    assert!(said.iter().any(|line| line.contains("not saved")), "{said:?}");
    assert_eq!((&outbox["pending"], &outbox["lost"]), (&0.into(), &0.into()), "{said:?}");
    let comparison = compare(&[truth], &server.occurrences().unwrap()).unwrap();
    assert!(comparison.happened > 5 && comparison.is_whole(), "{comparison:?}: {said:?}");
}
