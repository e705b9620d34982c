//! Dota 2, Rocket League and VALORANT on their real protocols: captured, recorded, played
//! back from the recording, and captured again.

use std::path::{Path, PathBuf};

use system_tests::{Device, LiveCompanion, Server, Simulator, compare, free_port};

/// Seed, length by the match's own clock, and how many times as fast it is played.
const PLAY: (u64, u64, u32) = (7, 24, 4);

/// A server, and a companion that reads one game beside Counter-Strike.
struct Evening {
    folder: tempfile::TempDir,
    server: Server,
    port: u16,
}

impl Evening {
    fn with(section: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&folder.path().join("server")).unwrap();
        let (gsi_port, port) = (free_port().unwrap(), free_port().unwrap());
        let of_game = (section, format!("enabled = true\nport = {port}\n"));
        let data_dir = folder.path().join("companion");
        let game = (of_game.0, of_game.1.as_str());
        LiveCompanion::configure_alone(&data_dir, server.url(), gsi_port, game).unwrap();
        Self { folder, server, port }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn companion(&self, arguments: &[&str]) -> LiveCompanion {
        LiveCompanion::headless(&self.path("companion"), arguments).unwrap()
    }

    /// What the match came to while it was recorded; the recording.
    fn captured(&self, play: impl FnOnce(&LiveCompanion, &Path) -> Simulator) -> PathBuf {
        let recordings = self.path("recordings");
        let mut companion = self.companion(&["--record", recordings.to_str().unwrap()]);
        let truth = play(&companion, &self.path("truth.json")).finished().unwrap();
        let outbox = companion.drained().unwrap();
        let said = companion.stop();
        let comparison = compare(&[truth], &self.server.occurrences().unwrap()).unwrap();
        assert!(comparison.happened >= 10, "{comparison:?}");
        assert!(comparison.is_whole(), "{comparison:?}: {said:?}");
        assert_eq!(outbox["lost"], 0);
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
        let before = self.server.verdicts().unwrap();
        let report = self.device_anew().replay(recording, Some(self.server.url())).unwrap();
        assert_eq!(report.code, Some(0), "{}", report.stderr);
        assert_eq!(report.report["stored"], 0, "{}", report.report);
        assert_eq!(report.report["duplicates"].as_u64(), Some(before.stored), "{}", report.report);
        assert_eq!(self.server.verdicts().unwrap().stored, before.stored);
    }

    /// Played back on the game's protocol and captured again, it is the same: same ids.
    fn plays_back_the_same(&self, recording: &Path) {
        let before = self.server.verdicts().unwrap();
        let device = self.device_anew();
        let mut companion = self.companion(&[]);
        let mut serve = device.command(&["recording", "serve", "--speed", "max", "--port"]);
        let served = serve.arg(self.port.to_string()).arg(recording).output().unwrap();
        assert!(served.status.success(), "{}", String::from_utf8_lossy(&served.stderr));
        companion.drained().unwrap();
        let said = companion.stop();
        // What was read before it stopped is sent when it has.
        let outbox = device.outbox().unwrap();
        assert_eq!(outbox["settled"].as_u64(), Some(before.stored), "{outbox}: {said:?}");
        let after = self.server.verdicts().unwrap();
        assert_eq!(after.stored, before.stored, "{said:?}");
    }
}

#[test]
fn a_match_of_dota_is_captured_recorded_and_played_back_the_same() {
    let evening = Evening::with("dota2");
    let recording = evening.captured(|companion, truth| {
        let token = companion.gsi_token().unwrap();
        Simulator::dota2(PLAY, evening.port, &token, truth).unwrap()
    });
    evening.replays_the_same(&recording);
    evening.plays_back_the_same(&recording);
}

#[test]
fn a_match_of_rocket_league_is_captured_recorded_and_played_back_the_same() {
    let evening = Evening::with("rocket_league");
    let recording =
        evening.captured(|_, truth| Simulator::rocket_league(PLAY, evening.port, truth).unwrap());
    evening.replays_the_same(&recording);
    evening.plays_back_the_same(&recording);
}

/// What Overwolf's page tells of a match of VALORANT.
fn valorant_goes_round(arguments: &[&str]) {
    let evening = Evening::with("overwolf");
    let recording = evening.captured(|companion, truth| {
        let token = companion.overwolf_token().unwrap();
        Simulator::valorant(PLAY, evening.port, &token, truth, arguments).unwrap()
    });
    evening.replays_the_same(&recording);
    evening.plays_back_the_same(&recording);
}

#[test]
fn a_match_of_valorant_is_captured_recorded_and_played_back_the_same() {
    valorant_goes_round(&[]);
}

#[test]
fn so_is_one_that_is_told_over_a_web_socket() {
    valorant_goes_round(&["--overwolf-socket"]);
}
