//! `ringside uninstall`: games' files are put back byte for byte, and the data is kept
//! or gone, as the player says, who is told first what would be lost.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use system_tests::{Device, LiveCompanion, Recordings, free_port};

/// What somebody had written into the game's folder before Ringside came.
const BEFORE: &[u8] = b"\"mine\"\r\n{\r\n}\r\n\xFF";

/// A player's account: a home with an autostart entry, a game that is set up, and a
/// queue with what was never sent.
struct Account {
    folder: tempfile::TempDir,
    device: Device,
    events: u64,
}

impl Account {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The folder that the system keeps for this user.
        let device = Device::new(&folder.path().join("home/.local/share/ringside"));
        let account = Self { folder, device, events: 0 };
        fs::create_dir_all(account.game_file().parent().unwrap()).unwrap();
        fs::create_dir_all(account.autostart().parent().unwrap()).unwrap();
        fs::write(account.autostart(), "[Desktop Entry]\n").unwrap();
        fs::write(account.game_file(), BEFORE).unwrap();
        let game = account.folder.path().join("Counter-Strike");
        let (code, said) = account.ringside(&["setup", "--yes", "--path", game.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{said}");
        let (recording, _) =
            Recordings::in_folder(account.folder.path()).make("cs2", 81, 20).unwrap();
        assert_eq!(account.device.replay(&recording, None).unwrap().code, Some(0));
        let events = account.device.outbox().unwrap()["pending"].as_u64().unwrap();
        assert!(events > 0, "there is something to lose");
        Self { events, ..account }
    }

    fn game_file(&self) -> PathBuf {
        let cfg = self.folder.path().join("Counter-Strike/game/csgo/cfg");
        cfg.join("gamestate_integration_ringside.cfg")
    }

    fn autostart(&self) -> PathBuf {
        self.folder.path().join("home/.config/autostart/Ringside.desktop")
    }

    /// Every file of the game's folder, with its bytes.
    fn game_folder(&self) -> Vec<(PathBuf, Vec<u8>)> {
        contents(self.game_file().parent().unwrap())
    }

    /// The exit code, and everything that was said.
    fn ringside(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = self.device.command(arguments);
        command.env("HOME", self.folder.path().join("home")).env_remove("XDG_DATA_HOME");
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut command = self.device.command(&[&["uninstall", "--json"], arguments].concat());
        command.env("HOME", self.folder.path().join("home")).env_remove("XDG_DATA_HOME");
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
    }
}

#[test]
fn what_would_be_lost_is_said_first_and_nothing_is_done_unasked() {
    let account = Account::new();
    let before = (account.game_folder(), contents(account.device.data_dir()));
    let never_sent = format!("{} events of it were never sent", account.events);
    for arguments in [&["uninstall"][..], &["uninstall", "--erase-data"]] {
        let (code, said) = account.ringside(arguments);
        assert_eq!(code, Some(2), "nobody can be asked: {said}");
        assert!(said.contains(&never_sent), "{said}");
        assert!(said.contains("would be put back as it was before"), "{said}");
    }
    let plan = account.json(&["--plan"]);
    assert_eq!(plan["data"]["unsent"], account.events, "{plan}");
    assert_eq!(plan["game_files"][0]["how"], "restored", "{plan}");
    let counts = ["unsent", "game-files"]
        .map(|what| account.ringside(&["uninstall", "--count", what]).1.trim().to_owned());
    assert_eq!(counts, [account.events.to_string(), "1".to_owned()], "for the installer");
    let after = (account.game_folder(), contents(account.device.data_dir()));
    assert!(before == after, "nothing was done");
}

#[test]
fn the_games_file_is_as_before_byte_for_byte_and_the_data_is_kept() {
    let account = Account::new();
    let (code, said) = account.ringside(&["uninstall", "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        account.game_folder(),
        [(account.game_file(), BEFORE.to_vec())],
        "no backup is left"
    );
    assert!(!account.autostart().exists(), "the system starts nothing that is gone");
    assert_eq!(account.device.outbox().unwrap()["pending"], account.events);

    let (code, said) = account.ringside(&["uninstall", "--yes"]);
    assert_eq!(
        (code, account.device.outbox().unwrap()["pending"].as_u64()),
        (Some(0), Some(account.events)),
        "twice is once: {said}"
    );
}

#[test]
fn an_erasure_leaves_nothing_of_ringsides() {
    let account = Account::new();
    let home = account.folder.path().join("home");
    let web_view = home.join(".local/share/app.ringside.desktop");
    fs::create_dir_all(web_view.join("storage")).unwrap();
    let done = account.json(&["--yes", "--erase-data"]);
    assert_eq!((&done["erased"], &done["autostart_ended"]), (&true.into(), &true.into()), "{done}");
    assert_eq!(account.game_folder(), [(account.game_file(), BEFORE.to_vec())]);
    assert!(!account.device.data_dir().exists(), "{:?}", contents(account.device.data_dir()));
    assert!(contents(&home).is_empty(), "nothing in the player's home: {:?}", contents(&home));
    assert!(!web_view.exists());
}

#[test]
fn a_games_file_that_was_changed_since_is_left_and_told_whatever_becomes_of_the_data() {
    let account = Account::new();
    fs::write(account.game_file(), "the player's own").unwrap();
    let (code, said) = account.ringside(&["uninstall", "--yes", "--erase-data"]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("somebody has changed it since"), "{said}");
    let kept: Vec<_> = account.game_folder().into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(
        kept,
        [b"the player's own".to_vec(), BEFORE.to_vec()],
        "with what stood there before"
    );
    let left = contents(account.device.data_dir());
    let names: Vec<_> = left.iter().map(|(path, _)| path.file_name().unwrap()).collect();
    assert_eq!(names, ["setup.json"], "where that is");
}

#[test]
fn nothing_is_erased_or_put_back_under_a_running_companion() {
    let account = Account::new();
    let port = free_port().unwrap().to_string();
    let arguments = ["--gsi-port", &port, "--league-port", "1"];
    let mut running = LiveCompanion::headless(account.device.data_dir(), &arguments).unwrap();
    let before = account.game_folder();
    let (code, said) = account.ringside(&["uninstall", "--yes", "--erase-data"]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("already running"), "{said}");
    assert_eq!(account.game_folder(), before, "not the half of it");
    running.stop();
    assert_eq!(account.device.outbox().unwrap()["pending"], account.events);
}

#[test]
fn another_folder_than_the_users_own_leaves_what_belongs_to_that() {
    let account = Account::new();
    let other = Device::new(&account.folder.path().join("other"));
    fs::create_dir_all(other.data_dir()).unwrap();
    fs::write(other.data_dir().join("settings.toml"), "").unwrap();
    let mut command = other.command(&["uninstall", "--yes", "--erase-data"]);
    command.env("HOME", account.folder.path().join("home")).env_remove("XDG_DATA_HOME");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!other.data_dir().exists());
    assert!(account.autostart().exists());
    assert_eq!(account.device.outbox().unwrap()["pending"], account.events);
}

/// Every file below a folder, with its bytes, in their order.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder).into_iter().flatten() {
        let path = file.unwrap().path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}
