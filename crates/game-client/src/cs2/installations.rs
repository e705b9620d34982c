//! Where Counter-Strike is installed, and whether our file is there.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use steamlocate::SteamDir;

use super::CONFIG_FILE_NAME;
use crate::Error;

/// Steam's number of the game. CS:GO, where it is still installed, lives in the
/// same folder under the same number.
const APP_ID: u32 = 730;

/// The longest config file that is compared: ours has under 1 KiB.
const CONFIG_BYTES_MAX: u64 = 64 * 1024;

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
    /// What is there.
    pub config: ConfigState,
}

impl Installation {
    /// The path of our file, whether it is there or not.
    #[must_use]
    pub fn config_path(&self) -> PathBuf {
        self.cfg_dir.join(CONFIG_FILE_NAME)
    }
}

/// How the installed file compares with the one that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigState {
    /// There is none.
    Missing,
    /// It says what is needed.
    Current,
    /// It says something else: another port or token, or an older version.
    Differs {
        /// The first line that differs, counted from 1. The line itself may
        /// hold a token.
        line: usize,
    },
    /// It is there and cannot be read.
    Unreadable {
        /// What the system says.
        reason: String,
    },
}

/// Finds the games through Steam, wherever Steam put its libraries, and
/// compares their config with `expected`, the text that
/// [`config_file`](super::config_file()) makes. No Steam is an empty list.
///
/// # Errors
/// Where Steam is installed and its list of libraries cannot be read.
pub fn find_installations(expected: &str) -> Result<Vec<Installation>, Error> {
    // No Steam, or a folder of it that is gone: nothing is installed there.
    let roots = steamlocate::locate_all().unwrap_or_default();
    let mut found: Vec<Installation> = Vec::new();
    for root in roots {
        for installation in find_installations_in(root.path(), expected)? {
            // One Steam may be reached through several links.
            if !found.iter().any(|known| same_folder(&known.cfg_dir, &installation.cfg_dir)) {
                found.push(installation);
            }
        }
    }
    Ok(found)
}

/// The same for one Steam folder.
///
/// # Errors
/// Where its list of libraries cannot be read.
pub fn find_installations_in(
    steam_root: &Path,
    expected: &str,
) -> Result<Vec<Installation>, Error> {
    let unreadable =
        |source| Error::Steam { path: steam_root.to_owned(), source: Box::new(source) };
    let steam = SteamDir::from_dir(steam_root).map_err(unreadable)?;
    let libraries = steam.libraries().map_err(unreadable)?;
    // A library on a disk that is not plugged in is no reason to hide the rest.
    Ok(libraries
        .flatten()
        .filter_map(|library| Some(library.resolve_app_dir(&library.app(APP_ID)?.ok()?)))
        .flat_map(|app_dir| in_app_dir(&app_dir, expected))
        .collect())
}

fn in_app_dir(app_dir: &Path, expected: &str) -> Vec<Installation> {
    CounterStrike::ALL
        .into_iter()
        .map(|game| (game, app_dir.join(game.cfg_dir())))
        .filter(|(_, cfg_dir)| cfg_dir.is_dir())
        .map(|(game, cfg_dir)| {
            let config = config_state(&cfg_dir.join(CONFIG_FILE_NAME), expected);
            Installation { game, cfg_dir, config }
        })
        .collect()
}

fn config_state(path: &Path, expected: &str) -> ConfigState {
    let unreadable = |reason: String| ConfigState::Unreadable { reason };
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return ConfigState::Missing,
        Err(error) => return unreadable(error.to_string()),
        Ok(file) if file.len() > CONFIG_BYTES_MAX => {
            return unreadable(format!("it has {} bytes", file.len()));
        }
        Ok(_) => {}
    }
    match fs::read_to_string(path) {
        Ok(text) => compare(&text, expected),
        Err(error) => unreadable(error.to_string()),
    }
}

/// Compares line by line: an editor may have changed the line ends.
fn compare(text: &str, expected: &str) -> ConfigState {
    let equal = text.lines().zip(expected.lines()).take_while(|(is, ought)| is == ought).count();
    if equal == text.lines().count() && equal == expected.lines().count() {
        ConfigState::Current
    } else {
        ConfigState::Differs { line: equal + 1 }
    }
}

fn same_folder(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), _) | (_, Err(_)) => one == other,
    }
}
