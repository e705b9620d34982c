//! A data directory of the app's own, and the game that posts to it.

use std::{fs, path::Path, process::Command, time::Duration};

use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};
use system_tests::retry;
use tempfile::TempDir;

use crate::driver::{client, free_port};

/// A quotation mark is missing in its second line.
pub(crate) const BROKEN_SETTINGS: &str = "[upload]\nserver = \"https://ringside.example\n";

/// As `settings.toml` has it at first.
const USUAL_PORT: u16 = 28_730;

/// The system takes a killed process's locks from it at once.
const STOP: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

const STEAM_ID: &str = "76561198000000001";

/// A fresh installation that listens for Counter-Strike on a port of its own.
pub(crate) struct Installation {
    /// The home of the user it belongs to; the data lie in it.
    pub(crate) home: TempDir,
    port: u16,
}

impl Installation {
    /// Writes its settings; the app writes the rest.
    pub(crate) fn new() -> Self {
        Self::with(|port| {
            let overlay = "[overlay]\nshow = \"over_game\"\n";
            format!("[league]\nenabled = false\n[cs2]\nport = {port}\n{overlay}")
        })
    }

    /// One whose player agreed that events are sent to this server.
    pub(crate) fn sending_to(server: &str) -> Self {
        Self::with(|port| {
            format!(
                "[upload]\nserver = \"{server}\"\nconsent = true\n\
                 [league]\nenabled = false\n[cs2]\nport = {port}\n"
            )
        })
    }

    /// One whose player agreed that events are sent to this server as the games write
    /// them, and plays League: its client answers on a port under a root of its own.
    pub(crate) fn beside_league(server: &str, league: u16, root: &Path) -> Self {
        let root = json!(root).to_string();
        Self::with(|port| {
            format!(
                "[upload]\nserver = \"{server}\"\nconsent = true\n\
                 [privacy]\nnames = \"real\"\n[overlay]\nshow = \"over_game\"\n\
                 [league]\nport = {league}\nroot_certificate = {root}\n[cs2]\nport = {port}\n"
            )
        })
    }

    /// One whose player was not asked yet what the first start asks.
    pub(crate) fn of_someone_new() -> Self {
        Self::with(|port| {
            format!("[app]\nfirst_run = true\n[league]\nenabled = false\n[cs2]\nport = {port}\n")
        })
    }

    /// One whose player serves the stream page on this port.
    pub(crate) fn streaming_on(stream: u16) -> Self {
        Self::with(|port| {
            format!(
                "[league]\nenabled = false\n[cs2]\nport = {port}\n\
                 [stream]\nenabled = true\nport = {stream}\n"
            )
        })
    }

    /// One whose settings are no settings: Counter-Strike reports where it does when
    /// nobody chose another port.
    pub(crate) fn with_broken_settings() -> Self {
        Self { port: USUAL_PORT, ..Self::with(|_| BROKEN_SETTINGS.to_owned()) }
    }

    /// What its settings file holds.
    pub(crate) fn settings(&self) -> String {
        fs::read_to_string(self.data_dir() + "/settings.toml").expect("the file is there")
    }

    fn with(settings: impl Fn(u16) -> String) -> Self {
        let home = TempDir::new().expect("a temporary directory");
        let port = free_port();
        let settings = settings(port);
        let installation = Self { home, port };
        fs::create_dir(installation.data_dir()).expect("a fresh directory takes another");
        fs::write(installation.data_dir() + "/settings.toml", settings).expect("a fresh directory");
        installation
    }

    /// Where Counter-Strike is to report.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The data directory.
    pub(crate) fn data_dir(&self) -> String {
        self.home.path().join("data").to_str().expect("temporary paths are UTF-8").to_owned()
    }

    /// Ends whatever Ringside runs on it, as a PC that is switched off does: one
    /// whose overlay is open outlives its main window.
    pub(crate) fn end(&self) {
        let data_dir = self.data_dir();
        let processes = fs::read_dir("/proc").expect("Linux has it").flatten();
        let ours = processes.filter(|process| {
            let arguments = fs::read(process.path().join("cmdline")).unwrap_or_default();
            arguments.split(|byte| *byte == 0).any(|argument| argument == data_dir.as_bytes())
        });
        for process in ours {
            Command::new("kill").arg("-KILL").arg(process.file_name()).status().expect("kill");
        }
        let free = || self.is_free().then_some(());
        retry(STOP, LOOK, free).expect("a killed Ringside ends");
    }

    /// Whether no Ringside runs on it: whoever does has this file locked.
    fn is_free(&self) -> bool {
        let lock = fs::File::open(self.data_dir() + "/outbox.sqlite.lock");
        lock.is_ok_and(|lock| lock.try_lock().is_ok())
    }

    /// The overlay's places, where any were saved.
    pub(crate) fn overlay_places(&self) -> Option<String> {
        fs::read_to_string(self.data_dir() + "/overlay-places.json").ok()
    }

    /// Whether somebody takes what the game posts.
    pub(crate) fn listens(&self) -> bool {
        std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    /// What the game posts of a player who has left the match.
    pub(crate) fn post_menu(&self) {
        post(self.message(json!({
            "provider": { "name": "Counter-Strike: Global Offensive", "appid": 730,
                "version": 14_108, "steamid": STEAM_ID, "timestamp": 1_759_002_330 },
            "player": { "steamid": STEAM_ID, "name": "Ana", "activity": "menu" },
        })));
    }

    /// What the game posts of a player with so many kills.
    pub(crate) fn post_kills(&self, kills: u64) {
        post(self.message_of_kills(kills));
    }

    /// The same, for whoever posts it later.
    pub(crate) fn message_of_kills(&self, kills: u64) -> RequestBuilder {
        self.message(json!({
            "provider": { "name": "Counter-Strike: Global Offensive", "appid": 730,
                "version": 14_108, "steamid": STEAM_ID, "timestamp": 1_759_002_230 + kills },
            "map": { "mode": "competitive", "name": "de_dust2", "phase": "live", "round": 6 },
            "round": { "phase": "live" },
            "player": { "steamid": STEAM_ID, "name": "Ana", "team": "CT", "activity": "playing",
                "state": { "health": 100, "round_kills": kills },
                "match_stats": { "kills": kills, "assists": 0, "deaths": 0, "mvps": 0,
                    "score": 2 * kills } },
        }))
    }

    fn message(&self, mut state: Value) -> RequestBuilder {
        let identity = fs::read(self.data_dir() + "/identity.json").expect("the app has started");
        let identity: Value = serde_json::from_slice(&identity).expect("the identity is JSON");
        state["auth"] = json!({ "token": identity["gsi_token"] });
        client().post(format!("http://127.0.0.1:{}/", self.port)).json(&state)
    }
}

fn post(message: RequestBuilder) {
    let posted = message.send().expect("the app listens");
    assert!(posted.status().is_success());
}
