//! A data directory of the app's own, and the game that posts to it.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::driver::{client, free_port};

/// A quotation mark is missing in its second line.
pub(crate) const BROKEN_SETTINGS: &str = "[upload]\nserver = \"https://ringside.example\n";

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
        Self::with(|port| format!("[league]\nenabled = false\n[cs2]\nport = {port}\n"))
    }

    /// One whose settings are no settings.
    pub(crate) fn with_broken_settings() -> Self {
        Self::with(|_| BROKEN_SETTINGS.to_owned())
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

    /// The data directory.
    pub(crate) fn data_dir(&self) -> String {
        self.home.path().join("data").to_str().expect("temporary paths are UTF-8").to_owned()
    }

    /// What the game posts of a player with so many kills.
    pub(crate) fn post_kills(&self, kills: u64) {
        let identity = fs::read(self.data_dir() + "/identity.json").expect("the app has started");
        let identity: Value = serde_json::from_slice(&identity).expect("the identity is JSON");
        let state = json!({
            "provider": { "name": "Counter-Strike: Global Offensive", "appid": 730,
                "version": 14_108, "steamid": STEAM_ID, "timestamp": 1_759_002_230 + kills },
            "map": { "mode": "competitive", "name": "de_dust2", "phase": "live", "round": 6 },
            "round": { "phase": "live" },
            "player": { "steamid": STEAM_ID, "name": "Ana", "team": "CT", "activity": "playing",
                "state": { "health": 100, "round_kills": kills },
                "match_stats": { "kills": kills, "assists": 0, "deaths": 0, "mvps": 0,
                    "score": 2 * kills } },
            "auth": { "token": identity["gsi_token"] },
        });
        let posted = client().post(format!("http://127.0.0.1:{}/", self.port)).json(&state).send();
        assert!(posted.expect("the app listens").status().is_success());
    }
}
