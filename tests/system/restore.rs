//! The server loses its database, and an older backup is restored under the
//! running clients, as docs/operations.md says: they send again what the backup
//! lacks. Nothing is missing and nothing is double.

mod hour;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use system_tests::{
    Device, LiveCompanion, Recordings, Server, Simulator, compare, free_port, retry,
};

use crate::log;

/// Length of the simulated matches, by their own clock: long enough for a
/// backup, a loss and a restore in their midst.
const SECONDS: u64 = 12;

/// Between two looks at the server.
const LOOK: Duration = Duration::from_millis(100);

/// How much faster the matches after the restore are played: nothing is done in
/// their midst.
const SPEED: u32 = 20;

/// A companion beside a simulated match.
struct Player {
    companion: LiveCompanion,
    gsi_port: u16,
    game: Simulator,
    truths: Vec<PathBuf>,
}

impl Player {
    fn join(folder: &Path, seed: u64, server: &Server) -> Self {
        let (gsi_port, device) = (free_port().unwrap(), folder.join(format!("device-{seed}")));
        let port = gsi_port.to_string();
        let arguments = ["--server", server.url(), "--gsi-port", &port, "--league-port", "1"];
        let companion = LiveCompanion::headless(&device, &arguments).unwrap();
        let (token, truth) = (companion.gsi_token().unwrap(), folder.join(format!("truth-{seed}")));
        let game = Simulator::cs2(seed, SECONDS, gsi_port, &token, &truth).unwrap();
        Self { companion, gsi_port, game, truths: vec![truth] }
    }

    /// Its match is over, and another one begins.
    fn play_on(self, folder: &Path, seed: u64) -> Self {
        let Self { companion, gsi_port, game, mut truths } = self;
        game.finished().unwrap();
        let (token, truth) = (companion.gsi_token().unwrap(), folder.join(format!("truth-{seed}")));
        let game = Simulator::fast_cs2(SPEED, seed, SECONDS, gsi_port, &token, &truth).unwrap();
        truths.push(truth);
        Self { companion, gsi_port, game, truths }
    }

    /// What happened in its matches and what it saved of them, once everything is
    /// uploaded.
    fn finish(mut self) -> (Vec<PathBuf>, BTreeSet<(String, String)>) {
        self.game.finished().unwrap();
        let outbox = self.companion.drained().unwrap();
        let said = self.companion.stop();
        assert_eq!(
            (&outbox["pending"], &outbox["quarantined"]),
            (&0.into(), &0.into()),
            "{said:?}"
        );
        let saved = self.companion.device().command(&["outbox", "export"]).output().unwrap();
        let saved = String::from_utf8(saved.stdout).unwrap();
        let events = saved.lines().map(|line| serde_json::from_str(line).unwrap());
        (self.truths, events.map(|event| log::name_of(&event)).collect())
    }
}

/// Waits until the server has stored more than `events` since its start.
fn more_stored_than(server: &Server, events: u64) -> u64 {
    let stored = || Some(server.verdicts().ok()?.stored).filter(|stored| *stored > events);
    retry(Duration::from_secs(SECONDS), LOOK, stored).expect("the matches go on")
}

#[test]
fn running_clients_send_again_what_a_restored_backup_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let players: Vec<_> = (61..64).map(|seed| Player::join(folder.path(), seed, &server)).collect();

    // A backup that lacks a device lets none of its events in.
    let known = || (server.matches().ok()?.len() == players.len()).then_some(());
    retry(Duration::from_secs(SECONDS), LOOK, known).expect("each plays a match");
    let backup = folder.path().join("backup.sqlite");
    more_stored_than(&server, 10);
    server.back_up(&backup).unwrap();
    let in_backup = server.verdicts().unwrap().stored;
    let at_loss = more_stored_than(&server, in_backup + 10);
    let (data_dir, address) = server.crash().unwrap();
    Server::restore(&data_dir, &backup).unwrap();
    let restored = log::each_once(&data_dir).len() as u64;
    let server = Server::start_on(&data_dir, &address).unwrap();

    // Whose match was over by then has something to send all the same: else it would
    // ask only within the hour who the server is.
    let players: Vec<_> = players
        .into_iter()
        .zip(71..)
        .map(|(player, seed)| player.play_on(folder.path(), seed))
        .collect();
    let (truths, saved): (Vec<_>, Vec<_>) = players.into_iter().map(Player::finish).unzip();
    let saved: BTreeSet<_> = saved.into_iter().flatten().collect();
    let logged = log::each_once(&data_dir);
    let apart: Vec<_> = logged.symmetric_difference(&saved).collect();
    assert!(apart.is_empty(), "lost, or saved by nobody: {apart:?}");
    let comparison = compare(&truths.concat(), &server.occurrences().unwrap()).unwrap();
    assert!(comparison.is_whole(), "{comparison:?}");
    let after = server.verdicts().unwrap();
    assert!(after.stored > at_loss - in_backup, "what it lacked came again: {after:?}");
    assert_eq!((after.conflicts, after.invalid), (0, 0));
    // What the backup has came again too, and was recognised.
    assert_eq!(logged.len() as u64, restored + after.stored, "{after:?}");
}

#[test]
fn a_client_that_enrolled_after_the_backup_enrols_again_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let recordings = Recordings::in_folder(folder.path());
    let (first, _truth) = recordings.make("cs2", 65, 60).unwrap();
    let (second, _truth) = recordings.make("cs2", 66, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let backup = folder.path().join("backup.sqlite");
    server.back_up(&backup).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let sent = device.replay(&first, Some(server.url())).unwrap();
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let (data_dir, address) = server.crash().unwrap();
    Server::restore(&data_dir, &backup).unwrap();
    let server = Server::start_on(&data_dir, &address).unwrap();

    let mut stranger = device.replay_command(&second, Some(server.url()));
    let stranger = stranger.args(["--drain-timeout", "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&stranger.stderr).into_owned();
    assert_eq!(stranger.status.code(), Some(4), "the backup does not know it: {said}");
    let enrolled = device.command(&["enrol", "--server", server.url()]).output().unwrap();
    assert!(enrolled.status.success(), "{}", String::from_utf8_lossy(&enrolled.stderr));
    let again = device.replay(&second, Some(server.url())).unwrap();
    assert_eq!(again.code, Some(0), "{}", again.stderr);

    let captured = |report: &serde_json::Value| report["captured"].as_u64().unwrap();
    let both = captured(&sent.report) + captured(&again.report);
    let verdicts = server.verdicts().unwrap();
    assert_eq!((verdicts.stored, verdicts.conflicts), (both, 0), "{verdicts:?}");
}

#[test]
fn a_client_with_nothing_to_send_notices_when_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _truth) = Recordings::in_folder(folder.path()).make("cs2", 67, 60).unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = Device::new(&folder.path().join("device"));
    let enrolled = device.command(&["enrol", "--server", server.url()]).status().unwrap();
    assert!(enrolled.success());
    let backup = folder.path().join("backup.sqlite");
    server.back_up(&backup).unwrap();
    let sent = device.replay(&file, Some(server.url())).unwrap();
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let (data_dir, address) = server.crash().unwrap();
    Server::restore(&data_dir, &backup).unwrap();
    let server = Server::start_on(&data_dir, &address).unwrap();

    let arguments = ["--server", server.url(), "--gsi-port", "0", "--league-port", "1"];
    let mut idle = LiveCompanion::headless(device.data_dir(), &arguments).unwrap();
    let captured = sent.report["captured"].as_u64().unwrap();
    let again = || (server.verdicts().ok()?.stored == captured).then_some(());
    let noticed = retry(Duration::from_secs(SECONDS), LOOK, again);
    let said = idle.stop();
    assert!(noticed.is_some(), "{said:?}");
}
