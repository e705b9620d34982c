//! The League client beside the game names the match, where the player wants it asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use recording::{Item, Recording};
use serde_json::Value;
use simulator::LeagueMatch;
use system_tests::{
    Device, LiveCompanion, Program, READY_TIMEOUT, Server, Simulator, free_port, retry,
};

use crate::log;

const SEED: u64 = 7;

/// The match by its own clock, and how much faster it is played: a client is asked every five
/// seconds, several times on each side of its restart.
const SECONDS: u64 = 80;
const SPEED: &str = "2";

/// Between two looks, and far longer than anything takes.
const LOOK: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(60);

/// A match with two players' clients, each with a lockfile, and a server.
struct Evening {
    folder: tempfile::TempDir,
    server: Server,
    game: Option<Simulator>,
    ports: Vec<u16>,
}

impl Evening {
    fn begin(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let server = Server::start(&path("server")).unwrap();
        let clients = path("clients");
        let beside = ["--speed", SPEED, "--league-client-folder", clients.to_str().unwrap()];
        let arguments = [&beside, arguments].concat();
        let (root, truth) = (path("root.pem"), path("truth.jsonl"));
        let (game, ports) =
            Simulator::league_clients(SEED, SECONDS, 2, &root, &truth, &arguments).unwrap();
        Self { folder, server, game: Some(game), ports }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn lockfile(&self, player: usize) -> PathBuf {
        self.path("clients").join(format!("client-{player}")).join("lockfile")
    }

    /// The installation of a player, whose settings have the client on or say nothing of it.
    fn device(&self, player: usize, asks: bool) -> Device {
        let data_dir = self.path(&format!("device-{player}"));
        let (league, gsi) =
            ((self.ports[player - 1], &*self.path("root.pem")), free_port().unwrap());
        LiveCompanion::configure(&data_dir, self.server.url(), league, gsi).unwrap();
        let folder = self.lockfile(player).parent().unwrap().to_owned();
        let client = if asks { "client_api = true\n" } else { "" };
        let client = format!("[league]\n{client}client_folder = {folder:?}\n");
        let file = data_dir.join("settings.toml");
        let settings = fs::read_to_string(&file).unwrap().replace("[league]\n", &client);
        fs::write(file, settings).unwrap();
        Device::new(&data_dir)
    }

    /// The match ends, and everything of it is sent.
    fn end(&mut self, companions: &mut [LiveCompanion]) {
        self.game.take().unwrap().finished().unwrap();
        for companion in companions {
            let outbox = companion.drained().unwrap();
            assert_eq!(outbox["pending"], 0, "{outbox}: {:?}", companion.stop());
            companion.stop();
        }
    }

    /// What the devices told is one match.
    fn is_one_match_of(&self, devices: u64) {
        let one = retry(PATIENCE, LOOK, || {
            let matches = self.server.matches().ok()?;
            let [only] = matches.as_slice() else { return None };
            (only["devices"] == devices).then_some(())
        });
        assert!(one.is_some(), "{:#?}", self.server.matches().unwrap());
    }

    /// How many events the server has of a device.
    fn stored_of(&self, device: &Device) -> u64 {
        let identity = fs::read(device.data_dir().join("identity.json")).unwrap();
        let identity: Value = serde_json::from_slice(&identity).unwrap();
        let id = identity["device"].as_str().unwrap();
        let each = log::each_once(&self.path("server"));
        each.iter().filter(|(whose, _)| whose.ends_with(id)).count() as u64
    }

    /// Every event of the recording is one that the live capture had: same ids.
    fn replays_the_same(&self, device: &Device, recording: &Path) {
        device.delete_outbox().unwrap();
        let stored = self.stored_of(device);
        let report = device.replay(recording, Some(self.server.url())).unwrap();
        assert_eq!(report.code, Some(0), "{}", report.stderr);
        assert_eq!(report.report["stored"], 0, "{}", report.report);
        assert_eq!(report.report["duplicates"], stored, "{}", report.report);
    }

    /// Played back on the real protocols, the client's too, it is the same: same ids.
    fn plays_back_the_same(&self, device: &Device, recording: &Path) {
        device.delete_outbox().unwrap();
        let stored = self.stored_of(device);
        let (port, root) = (self.ports[0].to_string(), self.path("root.pem"));
        let client = self.lockfile(1).parent().unwrap().to_owned();
        let mut serve = device.command(&["recording", "serve", "--speed", "max", "--port", &port]);
        serve.arg("--root").arg(&root).arg("--league-client-folder").arg(client).arg(recording);
        let mut serving = Program::start("the recording", &mut serve).unwrap();
        serving.line_with("ready", READY_TIMEOUT).unwrap();
        let mut companion = run(device, &[]);
        serving.finished().unwrap();
        companion.drained().unwrap();
        let said = companion.stop();
        let outbox = device.outbox().unwrap();
        assert_eq!(outbox["settled"], stored, "{outbox}: {said:?}");
        assert_eq!(self.stored_of(device), stored, "{said:?}");
        assert!(!self.lockfile(1).exists(), "it goes with the client");
    }

    /// Which ids each device says that its session has learnt.
    fn learnt(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut learnt: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in log::events(&self.path("server")) {
            let ids = learnt.entry(event["source"].as_str().unwrap().to_owned()).or_default();
            ids.extend(event["data"]["details"]["match_id"].as_str().map(str::to_owned));
        }
        learnt
    }
}

fn run(device: &Device, arguments: &[&str]) -> LiveCompanion {
    LiveCompanion::headless(device.data_dir(), arguments).unwrap()
}

fn doctor(device: &Device) -> String {
    let output = device.command(&["doctor"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(device: &Device, arguments: &[&str]) -> Value {
    let output = device.command(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a recording has of the client.
fn said_by_client(recording: &Path) -> Vec<String> {
    let recording = Recording::open(recording).unwrap();
    let frames = recording.entries().unwrap().filter_map(|entry| match entry.unwrap().item {
        Item::Frame(frame) => Some(frame),
        Item::Fault(_) | Item::Mark(_) | Item::Event(_) | Item::End(_) => None,
    });
    let of_client =
        frames.filter(|frame| frame.path.as_deref() == Some("/lol-gameflow/v1/session"));
    of_client.map(|frame| String::from_utf8(frame.body).unwrap()).collect()
}

#[test]
fn two_sessions_learn_their_match_one_of_them_from_a_client_that_was_started_again() {
    let mut evening = Evening::begin(&["--league-client-restart"]);
    let devices = [1, 2].map(|player| evening.device(player, true));
    // The second's is of another run of the client, until that is started again.
    let spoilt = fs::read_to_string(evening.lockfile(2)).unwrap();
    let password = spoilt.split(':').nth(3).unwrap();
    fs::write(evening.lockfile(2), spoilt.replace(password, "another")).unwrap();

    let said = doctor(&devices[0]);
    assert!(said.contains("the client answers; no match runs (GameStart)"), "{said}");
    let said = doctor(&devices[1]);
    assert!(said.contains("refuses the lockfile's password") && said.contains("start it again"));
    let safety = json(&devices[0], &["safety", "--json"]);
    assert!(safety["addresses"].to_string().contains("league_client_asked"), "{safety}");

    let recordings = evening.path("recordings");
    let record = ["--record", recordings.to_str().unwrap()];
    let mut companions = [run(&devices[0], &record), run(&devices[1], &[])];
    evening.end(&mut companions);
    let id = LeagueMatch::game_id(SEED).to_string();
    let learnt = evening.learnt();
    assert_eq!(learnt.len(), 2, "{learnt:?}");
    assert!(learnt.values().all(|ids| ids.iter().eq([&id])), "{learnt:?}");
    evening.is_one_match_of(2);

    let mut files = fs::read_dir(recordings).unwrap().map(|entry| entry.unwrap().path());
    let recording = files.next().unwrap();
    let kept = format!(r#"{{"phase":"InProgress","gameData":{{"gameId":{id}}}}}"#);
    let said = said_by_client(&recording);
    assert!(said.len() > 2 && said.iter().all(|said| *said == kept), "{said:?}");
    evening.replays_the_same(&devices[0], &recording);
    evening.plays_back_the_same(&devices[0], &recording);
}

#[test]
fn nobody_asks_the_client_unasked() {
    let mut evening = Evening::begin(&[]);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for player in [1, 2] {
        fs::write(evening.lockfile(player), format!("LeagueClient:1:{port}:p:https")).unwrap();
    }
    let devices = [1, 2].map(|player| evening.device(player, false));
    assert!(doctor(&devices[0]).contains("not asked"));
    let safety = json(&devices[0], &["safety", "--json"]);
    assert!(!safety["addresses"].to_string().contains("league_client_asked"), "{safety}");
    let mut companions = [run(&devices[0], &[]), run(&devices[1], &[])];
    evening.end(&mut companions);
    assert!(listener.accept().is_err(), "somebody came");
    let learnt = evening.learnt();
    assert!(learnt.len() == 2 && learnt.values().all(BTreeSet::is_empty), "{learnt:?}");
    evening.is_one_match_of(2);
}
