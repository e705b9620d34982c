//! Where Rocket League keeps the inis of its Stats API.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use directories::{BaseDirs, UserDirs};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Error,
    small_file::bytes_at,
    steam::{self, SteamApp, same_folder},
};

/// Steam's number of the game.
const APP_ID: u32 = 252_950;

/// The inis, within the game's own folder and the player's: what the game brings, and
/// what it keeps of it. Where both are there both count: an update of the game brings
/// the first one anew, and a newer first one replaces the second.
pub const INI_NAMES: [&str; 2] = ["DefaultStatsAPI.ini", "TAStatsAPI.ini"];

/// Where they are, in either folder.
const CONFIG_DIR: &str = "TAGame/Config";

/// The player's folder, within the documents.
const IN_DOCUMENTS: &str = "My Games/Rocket League";

/// The documents, within what Proton shows the game as a Windows.
const PROTON_DOCUMENTS: [&str; 2] =
    ["pfx/drive_c/users/steamuser/Documents", "pfx/drive_c/users/steamuser/My Documents"];

/// Where the Epic launcher notes what it installed, within `ProgramData`.
const EPIC_MANIFESTS: &str = "Epic/EpicGamesLauncher/Data/Manifests";

/// Where other launchers of Epic's games note it, within the home folder.
const LEGENDARY_LISTS: [&str; 3] = [
    ".config/legendary/installed.json",
    ".config/heroic/legendaryConfig/legendary/installed.json",
    ".var/app/com.heroicgameslauncher.hgl/config/heroic/legendaryConfig/legendary/installed.json",
];

/// Manifests that are looked at: one for each game that somebody installed.
const MANIFESTS_MAX: usize = 2_000;

/// An ini of the Stats API on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The file.
    pub ini: PathBuf,
}

/// Finds the inis wherever Steam or Epic's launcher put the game and wherever the
/// player's documents are. A game without any has no Stats API, and gives none.
///
/// # Errors
/// Where Steam is installed and its list of libraries cannot be read.
pub fn find_installations() -> Result<Vec<Installation>, Error> {
    let mut dirs: Vec<PathBuf> = Vec::new();
    for app in steam::app_dirs(APP_ID)? {
        dirs.extend(config_dirs(&app));
    }
    if let Some(program_data) = env::var_os("ProgramData") {
        dirs.extend(epic_dirs(&Path::new(&program_data).join(EPIC_MANIFESTS)));
    }
    if let Some(home) = BaseDirs::new() {
        let lists = LEGENDARY_LISTS.iter().map(|list| home.home_dir().join(list));
        dirs.extend(lists.flat_map(|list| legendary_dirs(&list)));
    }
    if let Some(documents) = UserDirs::new().as_ref().and_then(UserDirs::document_dir) {
        dirs.push(documents.join(IN_DOCUMENTS).join(CONFIG_DIR));
    }
    Ok(inis(&dirs))
}

/// The same for one Steam folder.
///
/// # Errors
/// Where its list of libraries cannot be read.
pub fn find_installations_in(steam_root: &Path) -> Result<Vec<Installation>, Error> {
    let apps = steam::app_dirs_in(steam_root, APP_ID)?;
    let dirs: Vec<PathBuf> = apps.iter().flat_map(config_dirs).collect();
    Ok(inis(&dirs))
}

/// The inis at a folder that a person named: the one they are in, the game's own, the
/// player's in the documents, a Steam library, or one where Epic's launcher notes what
/// it installed. None of a folder that is none of these.
#[must_use]
pub fn find_installations_at(named: &Path) -> Vec<Installation> {
    const WITHIN: [&str; 8] = [
        "",
        "Config",
        "TAGame/Config",
        "Rocket League/TAGame/Config",
        "My Games/Rocket League/TAGame/Config",
        "rocketleague/TAGame/Config",
        "common/rocketleague/TAGame/Config",
        "steamapps/common/rocketleague/TAGame/Config",
    ];
    let mut dirs: Vec<PathBuf> = WITHIN.iter().map(|within| named.join(within)).collect();
    dirs.extend(epic_dirs(named));
    inis(&dirs)
}

fn config_dirs(app: &SteamApp) -> impl Iterator<Item = PathBuf> {
    let of_player = PROTON_DOCUMENTS
        .iter()
        .map(|documents| app.prefix.join(documents).join(IN_DOCUMENTS).join(CONFIG_DIR));
    std::iter::once(app.dir.join(CONFIG_DIR)).chain(of_player.collect::<Vec<_>>())
}

#[derive(Deserialize)]
struct EpicManifest {
    #[serde(rename = "InstallLocation")]
    location: PathBuf,
}

/// Of every game: the inis tell which one is meant.
fn epic_dirs(manifests: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(manifests) else { return Vec::new() };
    let paths = entries.take(MANIFESTS_MAX).flatten().map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "item"))
        .filter_map(|path| serde_json::from_slice(&bytes_at(&path)?).ok())
        .map(|manifest: EpicManifest| manifest.location.join(CONFIG_DIR))
        .collect()
}

fn legendary_dirs(list: &Path) -> Vec<PathBuf> {
    let listed = bytes_at(list).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let games = listed.as_ref().and_then(Value::as_object);
    let path = |game: &Value| Some(Path::new(game.get("install_path")?.as_str()?).join(CONFIG_DIR));
    games.into_iter().flatten().take(MANIFESTS_MAX).filter_map(|(_, game)| path(game)).collect()
}

fn inis(dirs: &[PathBuf]) -> Vec<Installation> {
    let mut known: Vec<&PathBuf> = Vec::new();
    let mut found = Vec::new();
    for dir in dirs {
        if known.iter().any(|known| same_folder(known, dir)) {
            continue;
        }
        known.push(dir);
        let files = INI_NAMES.iter().map(|name| dir.join(name)).filter(|ini| ini.is_file());
        found.extend(files.map(|ini| Installation { ini }));
    }
    found
}
