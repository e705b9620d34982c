//! Where Steam put a game.

use std::path::{Path, PathBuf};

use steamlocate::SteamDir;

use crate::Error;

/// The folders of a game in every library of every Steam of this machine. No Steam
/// is an empty list.
///
/// # Errors
/// Where Steam is installed and its list of libraries cannot be read.
pub(crate) fn app_dirs(app_id: u32) -> Result<Vec<SteamApp>, Error> {
    // No Steam, or a folder of it that is gone: nothing is installed there.
    let roots = steamlocate::locate_all().unwrap_or_default();
    let mut found: Vec<SteamApp> = Vec::new();
    for root in roots {
        for app in app_dirs_in(root.path(), app_id)? {
            // One Steam may be reached through several links.
            if !found.iter().any(|known| same_folder(&known.dir, &app.dir)) {
                found.push(app);
            }
        }
    }
    Ok(found)
}

/// The same for one Steam folder.
///
/// # Errors
/// Where its list of libraries cannot be read.
pub(crate) fn app_dirs_in(steam_root: &Path, app_id: u32) -> Result<Vec<SteamApp>, Error> {
    let unreadable =
        |source| Error::Steam { path: steam_root.to_owned(), source: Box::new(source) };
    let steam = SteamDir::from_dir(steam_root).map_err(unreadable)?;
    let libraries = steam.libraries().map_err(unreadable)?;
    // A library on a disk that is not plugged in is no reason to hide the rest.
    Ok(libraries
        .flatten()
        .filter_map(|library| {
            let dir = library.resolve_app_dir(&library.app(app_id)?.ok()?);
            let prefix = library.path().join("steamapps/compatdata").join(app_id.to_string());
            Some(SteamApp { dir, prefix })
        })
        .collect())
}

/// A game that Steam installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SteamApp {
    /// The game's own folder.
    pub(crate) dir: PathBuf,
    /// Where Proton keeps what the game takes for the player's Windows, whether the
    /// game runs under it or not.
    pub(crate) prefix: PathBuf,
}

/// Whether two paths lead to one folder.
pub(crate) fn same_folder(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), _) | (_, Err(_)) => one == other,
    }
}
