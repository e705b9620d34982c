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
    event_model::Source, live_view::SourceState,
};
use system_tests::{ENROLMENT_KEY, Server, free_port, retry};
use tokio::runtime::Runtime;

use crate::stopping::{LOOK, PATIENCE};

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

/// A companion that reads Counter-Strike alone.
struct Beside {
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
        let others = Game::ALL.into_iter().filter(|game| *game != Game::Cs2);
        let off: String =
            others.map(|game| format!("[{}]\nenabled = false\n", game.section())).collect();
        std::fs::create_dir_all(device).unwrap();
        std::fs::write(device.join("settings.toml"), off).unwrap();
        let port = free_port().unwrap();
        let upload = UploadOptions {
            enrolment_key: Some(ENROLMENT_KEY.to_owned()),
            server: server.map(str::to_owned),
            ..UploadOptions::default()
        };
        let options =
            RunOptions { upload, gsi_port: Some(port), ..RunOptions::new(Some(device.to_owned())) };
        let (runtime, told) = (Runtime::new().unwrap(), Arc::new(Told::default()));
        let shell: Arc<dyn Shell> = Arc::<Told>::clone(&told);
        let starting = Companion::start(options, Arc::new(BootClock::new()), shell);
        let companion = runtime.block_on(starting).unwrap();
        Self { companion, runtime, told, port }
    }

    /// Waits until the game is in a state that `is` says yes to.
    fn until(&self, is: impl Fn(&SourceState) -> bool) -> SourceState {
        retry(PATIENCE, LOOK, || {
            let status = self.told.0.lock().unwrap();
            let of_game = status.sources.iter().find(|source| source.source == "cs2")?;
            Some(of_game.state.clone()).filter(|state| is(state))
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
