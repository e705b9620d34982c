//! The League client is asked one thing, by whoever has its lockfile's password.

use std::{fs, path::Path, time::Duration};

use event_model::{Reading, Received};
use game_client::{LeagueClientConfig, LeagueClientHealth, LeagueClientReader};
use tempfile::TempDir;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::support::{IN_2030, LEAF_OF_OTHER_ROOT, LEAF_SHA256, LookAlike, ROOT, SetClock};

/// As fast as the machine goes: nothing here waits for time to pass.
const AT_ONCE: Duration = Duration::from_millis(1);

/// `riot:secret`, as basic authorization has it.
const SHOWN: &str = "Basic cmlvdDpzZWNyZXQ=";

struct Running {
    readings: mpsc::Receiver<Received>,
    health: watch::Receiver<LeagueClientHealth>,
    _stop: watch::Sender<bool>,
    _task: JoinHandle<()>,
}

fn reader(folder: &Path) -> LeagueClientReader {
    let config = LeagueClientConfig {
        folders: vec![folder.to_owned()],
        root_pem: Some(ROOT.to_vec()),
        interval: AT_ONCE,
    };
    LeagueClientReader::new(config, SetClock::at(IN_2030)).unwrap()
}

fn run(folder: &Path) -> Running {
    let reader = reader(folder);
    let (sender, readings) = mpsc::channel(1);
    let (stop, stopped) = watch::channel(false);
    let health = reader.health();
    let task = tokio::spawn(reader.run(sender, stopped));
    Running { readings, health, _stop: stop, _task: task }
}

impl Running {
    async fn next(&mut self) -> (String, String) {
        let Reading::Frame(frame) = self.readings.recv().await.unwrap().reading else {
            panic!("only what it says is passed on")
        };
        (frame.path.unwrap(), String::from_utf8(frame.body).unwrap())
    }

    async fn until(&mut self, health: &LeagueClientHealth) {
        self.health.wait_for(|now| now == health).await.unwrap();
    }
}

/// The lockfile of a client that runs there.
fn lock(folder: &TempDir, port: u16) {
    let lockfile = format!("LeagueClient:7:{port}:secret:https");
    fs::write(folder.path().join("lockfile"), lockfile).unwrap();
}

fn says(phase: &str, id: u64) -> (u16, String) {
    let body = format!(
        r#"{{"gameData":{{"gameId":{id},"teamOne":[{{"summonerName":"Ana"}}]}},"phase":"{phase}"}}"#
    );
    (200, body)
}

fn kept(id: u64) -> String {
    format!(r#"{{"phase":"InProgress","gameData":{{"gameId":{id}}}}}"#)
}

#[tokio::test]
async fn a_running_match_is_told_without_the_people_in_it_and_by_one_get_alone() {
    let folder = tempfile::tempdir().unwrap();
    let says = vec![says("Lobby", 0), says("GameStart", 7), says("InProgress", 7)];
    let client = LookAlike::serving(LEAF_SHA256, says);
    lock(&folder, client.port);
    let mut running = run(folder.path());
    let path = "/lol-gameflow/v1/session".to_owned();
    assert_eq!(running.next().await, (path.clone(), kept(7)), "a lobby is not told");
    assert_eq!(running.next().await, (path.clone(), kept(7)), "whoever missed it hears it again");
    let asked = client.asked();
    assert!(asked.iter().all(|one| *one == format!("GET {path} {SHOWN}")), "{asked:?}");
    running.until(&LeagueClientHealth::InMatch).await;
}

#[tokio::test]
async fn a_client_that_was_started_again_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = run(folder.path());
    let none = LeagueClientHealth::NoLockfile { folders: vec![folder.path().to_owned()] };
    running.until(&none).await;

    let first = LookAlike::serving(LEAF_SHA256, vec![says("InProgress", 7)]);
    lock(&folder, first.port);
    assert_eq!(running.next().await.1, kept(7));
    first.quit();
    fs::remove_file(folder.path().join("lockfile")).unwrap();
    let second = LookAlike::serving(LEAF_SHA256, vec![says("InProgress", 8)]);
    lock(&folder, second.port);
    while running.next().await.1 != kept(8) {}
}

#[tokio::test]
async fn a_lockfile_that_stayed_behind_leads_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    lock(&folder, listener.local_addr().unwrap().port());
    drop(listener);
    assert_eq!(reader(folder.path()).look().await, LeagueClientHealth::Gone);
}

#[tokio::test]
async fn the_password_goes_to_nobody_without_the_pinned_roots_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let other = LookAlike::serving(LEAF_OF_OTHER_ROOT, vec![says("InProgress", 7)]);
    lock(&folder, other.port);
    let health = reader(folder.path()).look().await;
    assert!(matches!(health, LeagueClientHealth::TlsRefused { .. }), "{health}");
    assert_eq!(other.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn every_other_answer_is_a_state_and_no_reading() {
    let folder = tempfile::tempdir().unwrap();
    let long = (200, " ".repeat(1024 * 1024 + 1));
    let text = |status: u16, text: &str| (status, text.to_owned());
    let unknown = LeagueClientHealth::NoMatch { phase: None };
    for (answer, expected) in [
        (text(404, r#"{"message":"No gameflow session exists."}"#), unknown),
        (text(401, ""), LeagueClientHealth::PasswordRefused),
        (text(403, ""), LeagueClientHealth::PasswordRefused),
        (text(302, ""), LeagueClientHealth::Unexpected { status: 302 }),
        (text(500, ""), LeagueClientHealth::Unexpected { status: 500 }),
        (long, LeagueClientHealth::TooLarge),
        (says("EndOfGame", 7), LeagueClientHealth::NoMatch { phase: Some("EndOfGame".to_owned()) }),
    ] {
        let client = LookAlike::serving(LEAF_SHA256, vec![answer]);
        lock(&folder, client.port);
        let mut running = run(folder.path());
        running.until(&expected).await;
        assert!(running.readings.try_recv().is_err(), "{expected}");
    }
    let client = LookAlike::serving(LEAF_SHA256, vec![text(200, "[7]")]);
    lock(&folder, client.port);
    let health = reader(folder.path()).look().await;
    assert!(matches!(health, LeagueClientHealth::NotUnderstood { .. }), "{health}");
}

#[tokio::test]
async fn a_word_that_nobody_knows_is_passed_on_once_to_be_counted() {
    let folder = tempfile::tempdir().unwrap();
    let new = says("InAnotherGame", 7);
    let client = LookAlike::serving(LEAF_SHA256, vec![new.clone(), new, says("InProgress", 7)]);
    lock(&folder, client.port);
    let mut running = run(folder.path());
    assert!(running.next().await.1.contains("InAnotherGame"));
    assert_eq!(running.next().await.1, kept(7), "once");
}
