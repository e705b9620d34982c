//! A game is turned off with a reason, by the server or by a file of this PC, and read
//! again when it is on again.

use std::{
    net::{Ipv4Addr, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
};

use boot_clock::BootClock;
use companion::{
    Companion, CompanionStatus, FeedLine, Game, Glance, RunOptions, Shell, UploadOptions,
    event_model::Source,
    live_view::{GameOff, SourceState, SourceStatus},
};
use serde_json::{Value, json};
use system_tests::{ENROLMENT_KEY, Server, free_port, retry};
use tokio::runtime::Runtime;

use crate::{
    bridge::post_to_bridge,
    stopping::{LOOK, PATIENCE},
};

/// Keeps what it is told last.
#[derive(Default)]
struct Told(Mutex<CompanionStatus>);

impl Shell for Told {
    fn feed(&self, _: FeedLine) {}
    fn glance(&self, _: Source, _: Option<Glance>) {}
    fn status(&self, status: CompanionStatus) {
        *self.0.lock().unwrap() = status;
    }
}

/// A companion that reads one game alone.
struct Beside {
    game: Game,
    companion: Companion,
    runtime: Runtime,
    told: Arc<Told>,
    port: u16,
}

impl Beside {
    fn start(device: &Path, server: Option<&Server>) -> Self {
        Self::start_at(device, server.map(Server::url))
    }

    fn start_at(device: &Path, server: Option<&str>) -> Self {
        Self::reading(Game::Cs2, device, server)
    }

    fn reading(game: Game, device: &Path, server: Option<&str>) -> Self {
        let section = |one: Game| format!("[{}]\nenabled = {}\n", one.section(), one == game);
        let settings: String = Game::ALL.into_iter().map(section).collect();
        std::fs::create_dir_all(device).unwrap();
        std::fs::write(device.join("settings.toml"), settings).unwrap();
        let port = free_port().unwrap();
        let upload = UploadOptions {
            enrolment_key: Some(ENROLMENT_KEY.to_owned()),
            server: server.map(str::to_owned),
            ..UploadOptions::default()
        };
        let options = RunOptions {
            upload,
            gsi_port: Some(port),
            overwolf_port: Some(port),
            ..RunOptions::new(Some(device.to_owned()))
        };
        let (runtime, told) = (Runtime::new().unwrap(), Arc::new(Told::default()));
        let shell: Arc<dyn Shell> = Arc::<Told>::clone(&told);
        let starting = Companion::start(options, Arc::new(BootClock::new()), shell);
        let companion = runtime.block_on(starting).unwrap();
        Self { game, companion, runtime, told, port }
    }

    /// Waits until the game is in a state that `is` says yes to.
    fn until(&self, is: impl Fn(&SourceState) -> bool) -> SourceState {
        self.until_status(|status| is(&status.state)).state
    }

    /// Waits until its source is as `is` says yes to.
    fn until_status(&self, is: impl Fn(&SourceStatus) -> bool) -> SourceStatus {
        let source = self.game.source().as_str();
        retry(PATIENCE, LOOK, || {
            let status = self.told.0.lock().unwrap();
            let of_game = status.sources.iter().find(|status| status.source == source)?;
            Some(of_game.clone()).filter(|status| is(status))
        })
        .unwrap_or_else(|| panic!("it came to {:?}", self.told.0.lock().unwrap().sources))
    }

    fn listens(&self) -> bool {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok()
    }

    fn stop(self) {
        self.runtime.block_on(self.companion.stop(PATIENCE)).unwrap();
    }
}

fn is_off(state: &SourceState) -> bool {
    matches!(state, SourceState::TurnedOff { .. })
}

fn by(server: Option<&str>, reason: &str) -> SourceState {
    let server = server.map(str::to_owned);
    SourceState::TurnedOff { reason: reason.to_owned(), server }
}

#[test]
fn a_server_turns_a_game_off_until_it_says_otherwise_also_while_it_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = folder.path().join("device");
    server.turn_off("cs2", Some("wait for 1.2")).unwrap();

    let first = Beside::start(&device, Some(&server));
    assert_eq!(first.until(is_off), by(Some(server.url()), "wait for 1.2"));
    assert!(!first.listens(), "its port is free");
    first.stop();

    let stranger = Beside::start(&device, None);
    stranger.until(|state| *state == SourceState::Listening);
    stranger.stop();

    let server = server.crash_and_restart().unwrap();
    server.turn_off("cs2", None).unwrap();
    let again = Beside::start(&device, Some(&server));
    again.until(|state| *state == SourceState::Listening);
    assert!(again.listens());
    again.stop();

    server.turn_off("cs2", Some("again")).unwrap();
    let last = Beside::start(&device, Some(&server));
    last.until(is_off);
    last.stop();
    let (_folder, address) = server.crash().unwrap();
    let away = Beside::start_at(&device, Some(&format!("http://{address}")));
    assert!(is_off(&away.until(|_| true)), "it is remembered from the first moment on");
    away.stop();
}

#[test]
fn a_file_of_this_pc_turns_a_game_off_while_it_is_read_and_on_again() {
    let folder = tempfile::tempdir().unwrap();
    let device = folder.path().join("device");
    let beside = Beside::start(&device, None);
    beside.until(|state| *state == SourceState::Listening);
    let switch = device.join("kill-switch.toml");
    std::fs::write(&switch, "[cs2]\nreason = \"a patch\"\n").unwrap();
    assert_eq!(beside.until(is_off), by(None, "a patch"));
    assert!(!beside.listens());
    std::fs::remove_file(&switch).unwrap();
    beside.until(|state| *state == SourceState::Listening);
    assert!(beside.listens());
    beside.stop();
}

/// Overwolf's page, which numbers what it tells.
struct OverwolfPage<'b> {
    beside: &'b Beside,
    token: String,
    told: u64,
}

impl<'b> OverwolfPage<'b> {
    fn beside(beside: &'b Beside, device: &Path) -> Self {
        let page = std::fs::read(device.join("overwolf/settings.json")).unwrap();
        let page: Value = serde_json::from_slice(&page).unwrap();
        Self { beside, token: page["token"].as_str().unwrap().to_owned(), told: 0 }
    }

    /// Tells messages of a game, and waits until the companion has looked at them; how
    /// many events were made so far.
    fn tells(&mut self, game_id: u64, payloads: &[Value]) -> u64 {
        let numbered = |payload: &Value| {
            self.told += 1;
            json!({"run": "page", "seq": self.told, "gameId": game_id, "payload": payload})
        };
        let messages = payloads.iter().map(numbered).collect();
        post_to_bridge(self.beside.port, &self.token, messages);
        self.beside.until_status(|status| status.frames == self.told).events
    }
}

const VALORANT: u64 = 21_640;
const COUNTER_STRIKE: u64 = 22_730;

/// A match of either game, as far as one round with a kill.
fn fight(match_id: &str) -> Vec<Value> {
    let info =
        |key: &str, value: &str| json!({"info": {"match_info": {key: value}}, "feature": "x"});
    let event = |name: &str, data: Value| json!({"events": [{"name": name, "data": data}]});
    let feed = json!({"attacker": "Ana", "victim": "Bo", "weapon": "w", "headshot": true});
    vec![
        json!({"info": {"me": {"player_id": "puuid-0", "steam_id": "76561190000000001"}}}),
        info("match_id", match_id),
        info("map", "de_nuke"),
        event("match_start", Value::Null),
        info("round_number", "1"),
        event("kill_feed", feed),
        event("match_end", Value::Null),
    ]
}

#[test]
fn a_game_that_is_off_is_off_in_overwolf_too_and_its_other_games_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let device = folder.path().join("device");
    let beside = Beside::reading(Game::Overwolf, &device, None);
    beside.until(|state| *state == SourceState::Listening);
    let switch = device.join("kill-switch.toml");
    std::fs::write(&switch, "[cs2]\nreason = \"a patch\"\n").unwrap();
    let status = beside.until_status(|status| !status.games_off.is_empty());
    let (game, reason) = ("cs2".to_owned(), "a patch".to_owned());
    assert_eq!(status.games_off, [GameOff { game, reason, server: None }]);

    let mut page = OverwolfPage::beside(&beside, &device);
    assert_eq!(page.tells(COUNTER_STRIKE, &fight("one")), 0, "nothing of it is read");
    let of_valorant = page.tells(VALORANT, &fight("two"));
    assert!(of_valorant >= 3, "{of_valorant}");

    std::fs::remove_file(&switch).unwrap();
    beside.until_status(|status| status.games_off.is_empty());
    assert!(page.tells(COUNTER_STRIKE, &fight("three")) >= of_valorant + 3);
    let status = beside.until_status(|_| true);
    assert!(!status.drift.keys().any(|name| name.starts_with("seq")), "{:?}", status.drift);
    beside.stop();
}

#[test]
fn a_server_turns_valorant_off_which_has_no_source_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    server.turn_off("valorant", Some("the new act")).unwrap();
    let device = folder.path().join("device");
    let beside = Beside::reading(Game::Overwolf, &device, Some(server.url()));
    let status = beside.until_status(|status| !status.games_off.is_empty());
    let by_it = GameOff {
        game: "valorant".to_owned(),
        reason: "the new act".to_owned(),
        server: Some(server.url().to_owned()),
    };
    assert_eq!(status.games_off, [by_it]);
    assert_eq!(status.state, SourceState::Listening, "its other games are read");
    let mut page = OverwolfPage::beside(&beside, &device);
    assert_eq!(page.tells(VALORANT, &fight("one")), 0);
    assert!(page.tells(COUNTER_STRIKE, &fight("two")) >= 3);
    beside.stop();
}
