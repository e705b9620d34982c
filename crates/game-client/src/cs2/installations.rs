//! Where Counter-Strike is installed.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::CONFIG_FILE_NAME;
use crate::{
    Error,
    steam::{self, same_folder},
};

/// Steam's number of the game. CS:GO, where it is still installed, lives in the
/// same folder under the same number.
const APP_ID: u32 = 730;

/// Which of the two games a folder belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterStrike {
    /// Counter-Strike 2.
    Cs2,
    /// Counter-Strike: Global Offensive.
    Csgo,
}

impl CounterStrike {
    const ALL: [Self; 2] = [Self::Cs2, Self::Csgo];

    /// The folder for config files, within the game's own.
    fn cfg_dir(self) -> &'static str {
        match self {
            Self::Cs2 => "game/csgo/cfg",
            Self::Csgo => "csgo/cfg",
        }
    }
}

impl fmt::Display for CounterStrike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cs2 => "Counter-Strike 2",
            Self::Csgo => "CS:GO",
        })
    }
}

/// A game found on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Which game.
    pub game: CounterStrike,
    /// The folder that its config files belong into.
    pub cfg_dir: PathBuf,
}

impl Installation {
    /// The path of our file, whether it is there or not.
    #[must_use]
    pub fn config_path(&self) -> PathBuf {
        self.cfg_dir.join(CONFIG_FILE_NAME)
    }
}

/// Finds the games through Steam, wherever Steam put its libraries. No Steam is an
/// empty list.
///
/// # Errors
/// Where Steam is installed and its list of libraries cannot be read.
pub fn find_installations() -> Result<Vec<Installation>, Error> {
    let apps = steam::app_dirs(APP_ID)?;
    Ok(apps.iter().flat_map(|app| in_app_dir(&app.dir)).collect())
}

/// The same for one Steam folder.
///
/// # Errors
/// Where its list of libraries cannot be read.
pub fn find_installations_in(steam_root: &Path) -> Result<Vec<Installation>, Error> {
    let apps = steam::app_dirs_in(steam_root, APP_ID)?;
    Ok(apps.iter().flat_map(|app| in_app_dir(&app.dir)).collect())
}

/// The games at a folder that a person named: the game's own folder, one within
/// it on the way to its config files, or a Steam library. None of a folder that
/// is no Counter-Strike.
#[must_use]
pub fn find_installations_at(named: &Path) -> Vec<Installation> {
    let mut found: Vec<Installation> = Vec::new();
    // The highest first: below it, `game` looks like a CS:GO of its own.
    let above = named.ancestors().take(FOLDERS_DOWN).collect::<Vec<_>>().into_iter().rev();
    let below = STEAM_FOLDERS.iter().map(|folder| named.join(folder));
    for app_dir in above.map(Path::to_owned).chain(below) {
        for installation in in_app_dir(&app_dir) {
            let is_meant = app_dir.starts_with(named) || installation.cfg_dir.starts_with(named);
            let is_known =
                found.iter().any(|known| same_folder(&known.cfg_dir, &installation.cfg_dir));
            if is_meant && !is_known {
                found.push(installation);
            }
        }
    }
    found
}

/// The folders from `game/csgo/cfg` up to the game's own.
const FOLDERS_DOWN: usize = 4;

/// Where the game's own folder is within Steam's, and within a library.
const STEAM_FOLDERS: [&str; 3] = [
    "steamapps/common/Counter-Strike Global Offensive",
    "common/Counter-Strike Global Offensive",
    "Counter-Strike Global Offensive",
];

fn in_app_dir(app_dir: &Path) -> Vec<Installation> {
    CounterStrike::ALL
        .into_iter()
        .map(|game| (game, app_dir.join(game.cfg_dir())))
        .filter(|(_, cfg_dir)| cfg_dir.is_dir())
        .map(|(game, cfg_dir)| Installation { game, cfg_dir })
        .collect()
}
