//! Where Dota 2 is installed.

use std::path::{Path, PathBuf};

use super::CONFIG_FILE_NAME;
use crate::{
    Error,
    steam::{self, same_folder},
};

/// Steam's number of the game.
const APP_ID: u32 = 570;

/// The folder for config files, within the game's own.
const CFG_DIR: &str = "game/dota/cfg";

/// The folder that files of this kind belong into, within that one. The game comes
/// without it.
const GSI_DIR: &str = "gamestate_integration";

/// The game, found on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The folder that our file belongs into; it may still have to be made.
    pub gsi_dir: PathBuf,
}

impl Installation {
    /// The path of our file, whether it is there or not.
    #[must_use]
    pub fn config_path(&self) -> PathBuf {
        self.gsi_dir.join(CONFIG_FILE_NAME)
    }
}

/// Finds the game through Steam, wherever Steam put its libraries. No Steam is an empty
/// list.
///
/// # Errors
/// Where Steam is installed and its list of libraries cannot be read.
pub fn find_installations() -> Result<Vec<Installation>, Error> {
    let apps = steam::app_dirs(APP_ID)?;
    Ok(apps.iter().filter_map(|app| in_app_dir(&app.dir)).collect())
}

/// The same for one Steam folder.
///
/// # Errors
/// Where its list of libraries cannot be read.
pub fn find_installations_in(steam_root: &Path) -> Result<Vec<Installation>, Error> {
    let apps = steam::app_dirs_in(steam_root, APP_ID)?;
    Ok(apps.iter().filter_map(|app| in_app_dir(&app.dir)).collect())
}

/// The game at a folder that a person named: the game's own folder, one within it on
/// the way to its config files, or a Steam library. None of a folder that is no
/// Dota 2.
#[must_use]
pub fn find_installations_at(named: &Path) -> Vec<Installation> {
    let mut found: Vec<Installation> = Vec::new();
    let above = named.ancestors().take(FOLDERS_DOWN).map(Path::to_owned);
    let below = STEAM_FOLDERS.iter().map(|folder| named.join(folder));
    for app_dir in above.chain(below) {
        let Some(installation) = in_app_dir(&app_dir) else { continue };
        let dir = &installation.gsi_dir;
        let is_meant = app_dir.starts_with(named) || dir.starts_with(named);
        if is_meant && !found.iter().any(|known| same_folder(&known.gsi_dir, dir)) {
            found.push(installation);
        }
    }
    found
}

/// The folders from `game/dota/cfg/gamestate_integration` up to the game's own.
const FOLDERS_DOWN: usize = 5;

/// Where the game's own folder is within Steam's, and within a library.
const STEAM_FOLDERS: [&str; 3] =
    ["steamapps/common/dota 2 beta", "common/dota 2 beta", "dota 2 beta"];

fn in_app_dir(app_dir: &Path) -> Option<Installation> {
    let cfg_dir = app_dir.join(CFG_DIR);
    if !cfg_dir.is_dir() {
        return None;
    }
    Some(Installation { gsi_dir: cfg_dir.join(GSI_DIR) })
}
