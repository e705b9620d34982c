//! Where Hearthstone is, and where it keeps what the player has set.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use directories::BaseDirs;

use crate::steam::same_folder;

/// The file that says which logs are written.
const CONFIG_NAME: &str = "log.config";

/// The game's folder, within a folder of the player's.
const OF_PLAYER: &str = "Blizzard/Hearthstone";

/// The player's folder, within one of a Windows.
const LOCAL_DATA: &str = "AppData/Local";

/// The game, where Battle.net installs it unless told otherwise.
const PROGRAM: &str = "Hearthstone";

/// Its folder of logs.
const LOGS: &str = "Logs";

/// Windows that Wine keeps, within the home folder: its own, Lutris' two.
const WINE_PREFIXES: [&str; 3] = [".wine", "Games/battlenet", "Games/hearthstone"];

/// Players of one Wine that are looked at.
const USERS_MAX: usize = 16;

/// The place of a player's `log.config` on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The file, which need not be there.
    pub log_config: PathBuf,
}

/// The folders that the game keeps of this machine's players. A game that never ran has
/// none, and gives none.
#[must_use]
pub fn find_installations() -> Vec<Installation> {
    let Some(dirs) = BaseDirs::new() else { return Vec::new() };
    let mut folders = vec![
        dirs.data_local_dir().join(OF_PLAYER),
        // macOS keeps it with the player's preferences.
        dirs.preference_dir().join(OF_PLAYER),
    ];
    folders.extend(prefixes(dirs.home_dir()).iter().flat_map(|prefix| of_prefix(prefix)));
    installations(&folders)
}

/// The same at a folder that a person named: the game's of a player, the one around it,
/// or a Windows that Wine keeps. None of a folder that is none of these.
#[must_use]
pub fn find_installations_at(named: &Path) -> Vec<Installation> {
    let mut folders = vec![named.join(OF_PLAYER), named.join(LOCAL_DATA).join(OF_PLAYER)];
    // Other games of the vendor have such a file too.
    let is_own = ["Hearthstone", "Blizzard"];
    let is_named = |path: &Path, name: &str| path.file_name().is_some_and(|found| found == name);
    if is_named(named, is_own[0])
        && named.parent().is_some_and(|parent| is_named(parent, is_own[1]))
    {
        folders.push(named.to_owned());
    }
    if is_named(named, is_own[1]) {
        folders.push(named.join(is_own[0]));
    }
    folders.extend(of_prefix(named));
    installations(&folders)
}

/// The game's folder of logs: the first that is there, or that of the first game that
/// is; without any, where it would be, so that a game that is installed later is found.
#[must_use]
pub fn log_folder() -> Option<PathBuf> {
    let programs = programs();
    let at = |is_there: fn(&Path) -> bool| programs.iter().position(|program| is_there(program));
    let found = at(|program| program.join(LOGS).is_dir()).or_else(|| at(Path::is_dir));
    programs.get(found.unwrap_or_default()).map(|program| program.join(LOGS))
}

/// Where the game may be.
fn programs() -> Vec<PathBuf> {
    let named = ["ProgramFiles(x86)", "ProgramFiles"].iter().filter_map(env::var_os);
    let mut programs: Vec<PathBuf> = named.map(|dir| Path::new(&dir).join(PROGRAM)).collect();
    if cfg!(target_os = "macos") {
        programs.push(Path::new("/Applications").join(PROGRAM));
    }
    if let Some(dirs) = BaseDirs::new() {
        let within = ["drive_c/Program Files (x86)", "drive_c/Program Files"];
        let prefixes = prefixes(dirs.home_dir());
        let in_prefix = |prefix: &PathBuf| within.map(|folder| prefix.join(folder).join(PROGRAM));
        programs.extend(prefixes.iter().flat_map(in_prefix));
    }
    programs
}

fn prefixes(home: &Path) -> Vec<PathBuf> {
    if cfg!(windows) {
        return Vec::new();
    }
    WINE_PREFIXES.iter().map(|prefix| home.join(prefix)).collect()
}

/// The game's folder of each player of a Windows that Wine keeps.
fn of_prefix(prefix: &Path) -> Vec<PathBuf> {
    let Ok(users) = fs::read_dir(prefix.join("drive_c/users")) else { return Vec::new() };
    let users = users.take(USERS_MAX).flatten().map(|user| user.path());
    users.map(|user| user.join(LOCAL_DATA).join(OF_PLAYER)).collect()
}

fn installations(folders: &[PathBuf]) -> Vec<Installation> {
    let mut known: Vec<&PathBuf> = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        if !known.iter().any(|known| same_folder(known, folder)) {
            known.push(folder);
        }
    }
    let files = known.into_iter().map(|folder| folder.join(CONFIG_NAME));
    files.map(|log_config| Installation { log_config }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_of(home: &Path) -> PathBuf {
        let folder = home.join("AppData/Local/Blizzard/Hearthstone");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_players_folder_is_found_from_within_and_from_around() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder_of(home.path());
        let expected = vec![Installation { log_config: folder.join(CONFIG_NAME) }];
        for named in
            [&folder, folder.parent().unwrap(), &home.path().join("AppData/Local"), home.path()]
        {
            assert_eq!(find_installations_at(named), expected, "{}", named.display());
        }
        assert_eq!(find_installations_at(&home.path().join("AppData")), []);
    }

    #[test]
    fn another_game_of_the_vendor_is_none() {
        let home = tempfile::tempdir().unwrap();
        let other = home.path().join("Blizzard/StarCraft");
        fs::create_dir_all(&other).unwrap();
        fs::write(other.join(CONFIG_NAME), "").unwrap();
        assert_eq!(find_installations_at(&other), []);
        assert_eq!(find_installations_at(home.path()), []);
    }

    #[test]
    fn each_player_of_a_wine_has_a_folder() {
        let prefix = tempfile::tempdir().unwrap();
        for user in ["ana", "steamuser"] {
            folder_of(&prefix.path().join("drive_c/users").join(user));
        }
        assert_eq!(find_installations_at(prefix.path()).len(), 2);
    }
}
