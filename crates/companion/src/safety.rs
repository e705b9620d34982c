//! What Ringside is able to do on this PC: for a player, and for whoever looks
//! after a game's fairness.
//!
//! It says what can be looked up and claims no more: the functions of Windows
//! that the Windows program imports (`docs/safety/windows-imports.toml`, which
//! `cargo xtask windows --link` holds against the program), the files that are
//! written, and the addresses that are contacted or listened on.

use std::path::{Path, PathBuf};

use directories::BaseDirs;
use serde::{Deserialize, Serialize};

use crate::{DataDir, Error, Game, Settings};

/// The list of imports, as it is kept in the project.
const IMPORTS: &str = include_str!("../../../docs/safety/windows-imports.toml");

/// The desktop app's name among the system's programs.
const IDENTIFIER: &str = "app.ringside.desktop";

/// The entry that has the system start Ringside.
const START_AT_LOGIN: &str = if cfg!(windows) {
    r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run: Ringside"
} else {
    "~/.config/autostart/Ringside.desktop"
};

/// Where the League client is. It takes another port at every start, and says in its
/// lockfile which.
const LEAGUE_CLIENT: &str = "https://127.0.0.1:…";

/// Where the stream page is for the player's other devices. No setting has it: it is
/// off at every start.
const OTHER_DEVICES: &str = "https://…:28732";

/// The entry that has the system open `ringside://` with Ringside.
const LINK_SCHEME: &str = if cfg!(windows) {
    r"HKEY_CURRENT_USER\Software\Classes\ringside"
} else {
    "/usr/share/applications/Ringside.desktop"
};

/// What this installation does on this PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Safety {
    /// The version that says so.
    pub version: String,
    /// Which files are written.
    pub files: Vec<FilesWritten>,
    /// Which folders are followed, in which a game writes what is read.
    pub followed: Vec<FolderFollowed>,
    /// Which addresses are contacted or listened on.
    pub addresses: Vec<AddressUsed>,
    /// What the Windows program imports, and why.
    pub windows_imports: Vec<WindowsImports>,
}

/// Files that are written, at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FilesWritten {
    /// What for.
    pub what: FileUse,
    /// Where: a folder or a file.
    pub path: String,
}

/// What files are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum FileUse {
    /// Everything that Ringside keeps.
    OwnFolder,
    /// A game's configuration, so that the game reports here: only where the
    /// player has it written.
    GameConfiguration,
    /// What the player exports.
    Exports,
    /// What the system's web view keeps, in which Ringside's pages are shown.
    WebView,
    /// What has the system start Ringside: only where the player switched it on.
    StartAtLogin,
    /// What has the system open invitations with Ringside: written by its installer.
    LinkScheme,
    /// What a replay needs while it runs.
    Replay,
}

/// A folder whose files are read as a game writes them. Nothing is written there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FolderFollowed {
    /// Whose it is.
    pub game: Game,
    /// Where.
    pub path: String,
}

/// An address that is contacted or listened on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct AddressUsed {
    /// What for.
    pub what: AddressUse,
    /// Which one.
    pub address: String,
}

/// What an address is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum AddressUse {
    /// League's own API on this PC is asked.
    LeagueAsked,
    /// The League client on this PC is asked for the match's number: only where the player
    /// switched it on.
    LeagueClientAsked,
    /// Counter-Strike posts there, on this PC.
    CounterStrikePosts,
    /// Dota 2 posts there, on this PC.
    Dota2Posts,
    /// Rocket League's own API on this PC is listened to.
    RocketLeagueHeard,
    /// The page in Overwolf reports there, on this PC.
    OverwolfReports,
    /// Other programs of this PC post events of their own there: only where the player
    /// switched it on.
    ProgramsPost,
    /// A streaming program on this PC opens the stream page there.
    StreamPage,
    /// The player's other devices open the stream page there, in their own network:
    /// only while it is switched on, and on another port where this one is taken.
    OtherDevices,
    /// Events are sent there, since the player agreed.
    EventsSent,
}

/// Functions of Windows that are imported for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(deny_unknown_fields)]
pub struct WindowsImports {
    /// The library that has them, in lower case.
    pub library: String,
    /// Why they are imported, in English.
    pub why: String,
    /// Their names.
    pub functions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    imports: Vec<WindowsImports>,
}

/// What this installation does on this PC, as its settings are.
///
/// # Errors
/// Where the settings cannot be read.
pub fn safety(dir: &DataDir) -> Result<Safety, Error> {
    let settings = match dir.settings().exists() {
        true => Settings::load_or_create(dir)?,
        // A look makes no file.
        false => Settings::default(),
    };
    Ok(Safety {
        version: crate::version(),
        files: files(dir),
        followed: followed(&settings),
        addresses: addresses(&settings),
        windows_imports: windows_imports(),
    })
}

fn files(dir: &DataDir) -> Vec<FilesWritten> {
    let written = |what, path: String| FilesWritten { what, path };
    let mut files = vec![written(FileUse::OwnFolder, dir.path().display().to_string())];
    files.extend(
        Game::READ
            .into_iter()
            .flat_map(game_files)
            .map(|path| written(FileUse::GameConfiguration, path)),
    );
    files.push(written(FileUse::Exports, "Downloads/Ringside".to_owned()));
    files.extend(web_view().map(|folder| written(FileUse::WebView, shown(&folder))));
    files.push(written(FileUse::StartAtLogin, START_AT_LOGIN.to_owned()));
    files.push(written(FileUse::LinkScheme, LINK_SCHEME.to_owned()));
    files.push(written(FileUse::Replay, shown(&std::env::temp_dir().join(".tmp…"))));
    files
}

/// What a setup writes into a game's folder: each with its backups beside it.
fn game_files(game: Game) -> Vec<String> {
    match game {
        Game::Cs2 => vec![format!("…/game/csgo/cfg/{}", game_client::cs2::CONFIG_FILE_NAME)],
        Game::Dota2 => vec![format!(
            "…/game/dota/cfg/gamestate_integration/{}",
            game_client::dota2::CONFIG_FILE_NAME
        )],
        Game::RocketLeague => {
            let said = |ini| format!("…/TAGame/Config/{ini}, two keys of it");
            game_client::rocket_league::INI_NAMES.map(said).into()
        }
        Game::Hearthstone => {
            vec!["…/Blizzard/Hearthstone/log.config, one section of it".to_owned()]
        }
        Game::League | Game::Overwolf | Game::Elite => Vec::new(),
    }
}

/// How a game's API on this PC is used; nothing where its files are read.
fn use_of(game: Game) -> Option<(AddressUse, &'static str)> {
    Some(match game {
        Game::League => (AddressUse::LeagueAsked, "https"),
        Game::Cs2 => (AddressUse::CounterStrikePosts, "http"),
        Game::Dota2 => (AddressUse::Dota2Posts, "http"),
        Game::RocketLeague => (AddressUse::RocketLeagueHeard, "tcp"),
        Game::Overwolf => (AddressUse::OverwolfReports, "http"),
        Game::Elite | Game::Hearthstone => return None,
    })
}

/// The folders of the games that are read from their files.
fn followed(settings: &Settings) -> Vec<FolderFollowed> {
    let is_read = Game::READ.into_iter().filter(|game| settings.reads(*game));
    let of = |game| Some(FolderFollowed { game, path: shown(&settings.followed(game)?) });
    is_read.filter_map(of).collect()
}

/// Where the desktop app's web view keeps its profile.
pub(crate) fn web_view() -> Option<PathBuf> {
    let folder = BaseDirs::new()?.data_local_dir().join(IDENTIFIER);
    Some(if cfg!(windows) { folder.join("EBWebView") } else { folder })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn addresses(settings: &Settings) -> Vec<AddressUsed> {
    let mut used = Vec::new();
    let mut add = |what, address: String| used.push(AddressUsed { what, address });
    for game in Game::READ.into_iter().filter(|game| settings.reads(*game)) {
        if let (Some((what, scheme)), Some(port)) = (use_of(game), settings.port_of(game)) {
            add(what, format!("{scheme}://127.0.0.1:{port}"));
        }
    }
    if settings.reads(Game::League) && settings.league.client_api {
        add(AddressUse::LeagueClientAsked, LEAGUE_CLIENT.to_owned());
    }
    if settings.programs.enabled {
        add(AddressUse::ProgramsPost, format!("http://127.0.0.1:{}", settings.programs.port));
    }
    if settings.stream.enabled {
        add(AddressUse::StreamPage, format!("http://127.0.0.1:{}", settings.stream.port));
    }
    add(AddressUse::OtherDevices, OTHER_DEVICES.to_owned());
    if let (Some(server), true) = (&settings.upload.server, settings.upload.consent) {
        add(AddressUse::EventsSent, server.clone());
    }
    used
}

fn windows_imports() -> Vec<WindowsImports> {
    let list: List = toml_edit::de::from_str(IMPORTS).expect("the list is held by a test");
    list.imports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_imports_can_be_read() {
        assert!(windows_imports().iter().all(|imports| !imports.why.is_empty()));
    }

    #[test]
    fn whoever_removes_the_package_is_told_of_every_file_in_a_games_folder() {
        let script = include_str!("../../../packaging/deb/prerm");
        let (german, english) = script.split_once("\n    *)\n").unwrap();
        for said in Game::ALL.into_iter().flat_map(game_files) {
            let (path, _) = said.split_once(", ").unwrap_or((&said, ""));
            let path = path.trim_start_matches("…/");
            for text in [german, english] {
                assert!(text.contains(path), "{path}");
            }
        }
    }

    #[test]
    fn what_is_switched_off_or_not_agreed_to_is_not_contacted() {
        let mut settings = Settings::default();
        settings.upload.server = Some("https://ringside.example".to_owned());
        let said = |settings: &Settings, what| {
            addresses(settings).into_iter().any(|used| used.what == what)
        };
        // What no setting has is said with its condition.
        assert!(said(&settings, AddressUse::OtherDevices));
        assert!(!said(&settings, AddressUse::EventsSent), "nobody agreed");
        settings.upload.consent = true;
        assert!(said(&settings, AddressUse::EventsSent));
        for game in Game::READ {
            let Some((what, _)) = use_of(game) else { continue };
            assert_eq!(said(&settings, what), settings.reads(game), "{game:?}");
            settings.read_no_more(game);
            assert!(!said(&settings, what), "{game:?} is switched off");
        }
    }

    #[test]
    fn the_league_client_is_said_while_it_is_asked() {
        let mut settings = Settings::default();
        let said = |settings: &Settings| {
            let mut all = addresses(settings).into_iter();
            all.any(|used| used.what == AddressUse::LeagueClientAsked)
        };
        assert!(!said(&settings), "it is off until the player wants it");
        settings.league.client_api = true;
        assert!(said(&settings));
        settings.read_no_more(Game::League);
        assert!(!said(&settings), "nor beside a game that is not read");
    }

    #[test]
    fn the_port_for_programs_is_said_while_it_is_open() {
        let mut settings = Settings::default();
        let said = |settings: &Settings| {
            let all = addresses(settings).into_iter();
            all.filter(|used| used.what == AddressUse::ProgramsPost).collect::<Vec<_>>()
        };
        assert_eq!(said(&settings), []);
        settings.programs.enabled = true;
        settings.programs.port = 40_001;
        assert_eq!(said(&settings)[0].address, "http://127.0.0.1:40001");
    }

    #[test]
    fn the_folder_that_is_followed_is_said_while_its_game_is_read() {
        let mut settings = Settings::default();
        settings.elite.folder = Some("journals".into());
        settings.hearthstone.folder = Some("logs".into());
        let of = |game, path: &str| FolderFollowed { game, path: path.to_owned() };
        let both = [of(Game::Elite, "journals"), of(Game::Hearthstone, "logs")];
        assert_eq!(followed(&settings), both);
        settings.read_no_more(Game::Elite);
        assert_eq!(followed(&settings), both[1..]);
    }

    #[test]
    fn every_ini_that_a_setup_of_rocket_league_may_write_is_said() {
        for ini in ["DefaultStatsAPI.ini", "TAStatsAPI.ini"] {
            let is_said = game_files(Game::RocketLeague).iter().any(|path| path.contains(ini));
            assert!(is_said, "{ini}");
        }
    }

    #[test]
    fn every_game_that_a_setup_writes_for_is_among_the_files() {
        for game in Game::READ {
            assert_eq!(!game_files(game).is_empty(), crate::Setup::installs(game), "{game:?}");
        }
    }

    #[test]
    fn every_place_that_is_written_to_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::look(Some(folder.path().join("none"))).unwrap();
        let files = files(&dir);
        let mut paths: Vec<_> = files.iter().map(|file| &file.path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), files.len(), "{files:?}");
        let is_said = |what| files.iter().any(|file| file.what == what);
        assert!(is_said(FileUse::StartAtLogin) && is_said(FileUse::LinkScheme));
        assert!(is_said(FileUse::Replay), "also what is there for a moment");
    }

    #[test]
    fn the_web_views_folder_is_the_desktop_apps() {
        let config = include_str!("../../../tauri.conf.json");
        let config: serde_json::Value = serde_json::from_str(config).unwrap();
        assert_eq!(config["identifier"], IDENTIFIER);
    }

    #[test]
    fn a_look_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::look(Some(folder.path().join("none"))).unwrap();
        safety(&dir).unwrap();
        assert!(!dir.path().exists());
    }
}
