//! Elite Dangerous and Hearthstone through the files that they write: followed while
//! they grow, recorded, written again from the recording, and followed again.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use system_tests::{Device, LiveCompanion, LogGame, Server, Simulator, compare, free_port, retry};

/// Seed, length by the match's own clock, and how many times as fast it is played. An
/// evening of Elite has four starts: however late the companion looks, it does so in
/// the seconds between two of them.
const PLAY: (u64, u64, u32) = (7, 120, 40);

/// The last line may take so long from the file to the server's disk.
const KNOWN_WITHIN: Duration = Duration::from_secs(60);
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// A server, and a companion that follows one game's files.
struct Evening {
    game: LogGame,
    folder: tempfile::TempDir,
    server: Server,
    gsi_port: u16,
}

impl Evening {
    fn with(game: LogGame) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&folder.path().join("server")).unwrap();
        Self { game, folder, server, gsi_port: free_port().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A companion that follows the files in `logs`, which has none yet.
    fn companion(&self, logs: &Path, arguments: &[&str]) -> LiveCompanion {
        std::fs::create_dir(logs).unwrap();
        let data_dir = self.path("companion");
        let settings = format!("folder = {}\n", serde_json::to_string(logs).unwrap());
        let game = (self.game.as_str(), settings.as_str());
        LiveCompanion::configure_alone(&data_dir, self.server.url(), self.gsi_port, game).unwrap();
        LiveCompanion::headless(&data_dir, arguments).unwrap()
    }

    /// What was played came to the server as the truth says; the recording of it.
    fn captured(&self) -> PathBuf {
        let (logs, recordings) = (self.path("logs"), self.path("recordings"));
        let mut companion = self.companion(&logs, &["--record", recordings.to_str().unwrap()]);
        let truth = self.path("truth.json");
        let play = Simulator::logs(self.game, PLAY, &logs, &truth).unwrap();
        let truths = [play.finished().unwrap()];
        let whole = || {
            let comparison = compare(&truths, &self.server.occurrences().ok()?).ok()?;
            comparison.is_whole().then_some(comparison)
        };
        let Some(comparison) = retry(KNOWN_WITHIN, LOOK_INTERVAL, whole) else {
            let found = compare(&truths, &self.server.occurrences().unwrap()).unwrap();
            panic!("{found:?}: {:?}", companion.stop());
        };
        assert!(comparison.happened >= 10, "{comparison:?}");
        let outbox = companion.drained().unwrap();
        assert_eq!((&outbox["lost"], &outbox["quarantined"]), (&0.into(), &0.into()), "{outbox}");
        companion.stop();
        let mut files = std::fs::read_dir(&recordings).unwrap().map(|entry| entry.unwrap().path());
        let recording = files.next().expect("the match was recorded");
        assert!(files.next().is_none(), "one game, one recording");
        recording
    }

    /// The same device, which knows nothing of what it sent.
    fn device_anew(&self) -> Device {
        let device = Device::new(&self.path("companion"));
        device.delete_outbox().unwrap();
        device
    }

    /// Every event of the recording is one that the live capture had: same ids.
    fn replays_the_same(&self, recording: &Path) {
        let stored = self.server.verdicts().unwrap().stored;
        let report = self.device_anew().replay(recording, Some(self.server.url())).unwrap();
        assert_eq!(report.code, Some(0), "{}", report.stderr);
        assert_eq!(report.report["duplicates"].as_u64(), Some(stored), "{}", report.report);
        assert_eq!(self.server.verdicts().unwrap().stored, stored);
    }

    /// Written anew by the recording, and followed again: same ids.
    fn is_written_again_the_same(&self, recording: &Path) {
        let stored = self.server.verdicts().unwrap().stored;
        let device = self.device_anew();
        let logs = self.path("logs again");
        let mut companion = self.companion(&logs, &[]);
        let mut serve = device.command(&["recording", "serve", "--folder"]);
        let served = serve.arg(&logs).arg(recording).output().unwrap();
        assert!(served.status.success(), "{}", String::from_utf8_lossy(&served.stderr));
        let settled = || device.outbox().ok()?["settled"].as_u64();
        let all = || settled().filter(|settled| *settled >= stored);
        retry(KNOWN_WITHIN, LOOK_INTERVAL, all);
        let said = companion.stop();
        assert_eq!(settled(), Some(stored), "{said:?}");
        let after = self.server.verdicts().unwrap();
        assert_eq!((after.stored, after.conflicts), (stored, 0), "{said:?}");
    }
}

fn is_the_same_through_its_files(game: LogGame) {
    let evening = Evening::with(game);
    let recording = evening.captured();
    evening.replays_the_same(&recording);
    evening.is_written_again_the_same(&recording);
}

#[test]
fn an_evening_of_elite_is_followed_recorded_and_written_again_the_same() {
    is_the_same_through_its_files(LogGame::Elite);
}

#[test]
fn a_game_of_hearthstone_is_followed_recorded_and_written_again_the_same() {
    is_the_same_through_its_files(LogGame::Hearthstone);
}
