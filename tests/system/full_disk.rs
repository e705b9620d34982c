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

/// Room for one match, and for as many events as memory may hold.
const SMALL: &str = "size=8m";
const LARGER: &str = "size=96m";

/// A disk of a few MiB.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(folder.path());
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

/// None where none may be mounted, and nobody relies on it.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn small_disk(size: &str) -> Option<SmallDisk> {
    SmallDisk::mount(size)
        .inspect_err(|why| {
            assert!(std::env::var_os("CI").is_none(), "CI mounts disks: {why}");
            println!("skipped: no small disk can be mounted here: {why}");
        })
        .ok()
}

#[test]
fn a_companion_that_starts_on_a_full_disk_saves_what_it_captured_when_there_is_room() {
    let Some(disk) = small_disk(SMALL) else { return };
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

/// Kills between two posts: fewer than a leap that is not believed.
const LEAP: u64 = 230;
/// Posts that bring more than memory may hold.
const POSTS: u64 = 50;
const NOT_SAVED_MAX: u64 = 10_000;
/// What memory may grow by meanwhile: twice what is said to wait.
const GROWTH_MAX_KIB: u64 = 64 * 1024;

/// A post of a game whose player has so many kills, and the longest name.
fn post(port: u16, token: &str, kills: u64) {
    let (name, at) = ("x".repeat(510), 1_700_000_000 + kills);
    let body = format!(
        r#"{{"provider":{{"appid":730,"steamid":"765","timestamp":{at}}},"auth":{{"token":"{token}"}},
            "map":{{"name":"de_dust2","mode":"competitive","phase":"live","round":0}},
            "round":{{"phase":"live"}},
            "player":{{"steamid":"765","name":"{name}",
                       "match_stats":{{"kills":{kills},"deaths":0,"assists":0}}}}}}"#
    );
    crate::doctor::post(port, &body);
}

/// What a process has in memory.
#[cfg(target_os = "linux")]
fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_stays_within_its_bound_while_the_disk_is_full() {
    let Some(disk) = small_disk(LARGER) else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let gsi_port = free_port().unwrap();
    let port = gsi_port.to_string();
    let arguments = ["--server", server.url(), "--gsi-port", &port, "--league-port", "1"];
    let mut companion = LiveCompanion::headless(&disk.path().join("device"), &arguments).unwrap();
    let token = companion.gsi_token().unwrap();
    post(gsi_port, &token, 0);
    let begun = || (companion.device().outbox().ok()?["settled"].as_u64()? > 0).then_some(());
    assert!(retry(PATIENCE, LOOK, begun).is_some(), "the match has begun");
    let ballast = disk.fill();
    let before = resident_kib(companion.id());

    for nth in 1..=POSTS {
        post(gsi_port, &token, nth * LEAP);
        std::thread::sleep(LOOK / 4);
    }
    let grown = resident_kib(companion.id()).saturating_sub(before);
    std::fs::remove_file(ballast).unwrap();
    let drained = || {
        let outbox = companion.device().outbox().ok()?;
        let waiting = outbox["pending"].as_u64()? + outbox["in_flight"].as_u64()?;
        (waiting == 0 && outbox["settled"].as_u64()? > NOT_SAVED_MAX / 2).then_some(())
    };
    let saved = retry(2 * PATIENCE, LOOK, drained);
    let outbox = companion.device().outbox().unwrap();
    companion.stop();
    println!("{grown} KiB for {outbox}");
    assert!(saved.is_some(), "by itself: {outbox}");
    assert!(grown < GROWTH_MAX_KIB, "{grown} KiB more");
    let settled = outbox["settled"].as_u64().unwrap();
    // By the number of events alone a frame more would fit.
    assert!(settled < NOT_SAVED_MAX - 2 * LEAP, "such names fill it before: {outbox}");
}
