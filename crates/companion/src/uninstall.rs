//! What goes before the program does: games' files are put back, and what was kept
//! here is kept on or erased, as the player says.
//!
//! A package's own script runs as another user, who has no business in a player's
//! folders: so this is done by the player, or by an installer that runs as them.

use std::{fs, io, path::Path};

use directories::BaseDirs;
use outbox::{EntryState, Filter};
use serde::Serialize;

use crate::{
    DataDir, Error, Identity, Setup, Undone,
    privacy::{self, LeftBehind},
    safety,
};

/// The entry that has a Linux desktop start Ringside, in the player's home. Windows'
/// is a value of the registry, which its uninstaller takes away itself.
const AUTOSTART: &str = ".config/autostart/Ringside.desktop";

/// What is there, and what uninstalling would do with it. Nothing was changed.
#[derive(Debug)]
pub struct UninstallPlan {
    /// Each file in a game's folder that a setup changed: what would become of it, or
    /// why it would be left as it is.
    pub game_files: Vec<Result<Undone, Error>>,
    /// What Ringside keeps of the player.
    pub data: Kept,
    /// Who has what was sent. When this PC's data is erased, it can no longer have it
    /// erased there.
    pub servers: Vec<String>,
}

/// What Ringside keeps of the player on this PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Where.
    pub folder: String,
    /// Bytes of all files there.
    pub bytes: u64,
    /// Events that no server has: they are lost when the data is erased. `None` where
    /// the upload queue cannot be read.
    pub unsent: Option<u64>,
}

/// What becomes of the files in games' folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GameFiles {
    /// They are put back as they were.
    PutBack,
    /// They stay: the games go on reporting to a port where nobody listens.
    Leave,
}

/// What becomes of what Ringside keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// It stays where it is: another installation goes on with it.
    Keep,
    /// It is deleted.
    Erase,
}

/// What was done.
#[derive(Debug)]
pub struct Uninstalled {
    /// What became of each file in a game's folder.
    pub game_files: Vec<Result<Undone, Error>>,
    /// Whether the system started Ringside, and does no more.
    pub autostart_ended: bool,
    /// Where the data was erased: what of it is left, and where.
    pub erased: Option<Vec<LeftBehind>>,
}

/// Looks at what there is.
///
/// # Errors
/// Where the notes on games' folders or the identity cannot be read.
pub fn plan(dir: &DataDir) -> Result<UninstallPlan, Error> {
    let is_there = dir.identity().exists();
    Ok(UninstallPlan {
        game_files: Setup::would_undo(dir)?,
        data: Kept {
            folder: dir.path().display().to_string(),
            bytes: bytes_in(dir.path()),
            unsent: unsent(dir).ok(),
        },
        servers: if is_there { servers(&Identity::load_or_create(dir)?) } else { Vec::new() },
    })
}

/// Does it. Every file that can be put back is, whatever cannot.
///
/// # Errors
/// Where data is to be erased and another Ringside runs on the folder: then nothing was
/// changed. Where a file cannot be deleted: then some are, and to try again does no harm.
pub fn uninstall(dir: &DataDir, game_files: GameFiles, data: Data) -> Result<Uninstalled, Error> {
    let erases = data == Data::Erase && dir.path().exists();
    if erases {
        privacy::nobody_runs(dir)?;
    }
    let game_files = match game_files {
        GameFiles::PutBack => Setup::undo(dir)?,
        GameFiles::Leave => Vec::new(),
    };
    let autostart_ended = dir.is_the_users() && end_autostart()?;
    let erased = if erases { Some(erase(dir)?) } else { None };
    Ok(Uninstalled { game_files, autostart_ended, erased })
}

/// Everything, and the folder itself where nothing of anybody else's is in it.
fn erase(dir: &DataDir) -> Result<Vec<LeftBehind>, Error> {
    let left = privacy::erase_here(dir)?;
    // Whoever waits for the lock would find another one: but nobody starts what is
    // being uninstalled.
    remove(&dir.lock(), |path| fs::remove_file(path))?;
    // It is not empty where something is left, which is told.
    drop(fs::remove_dir(dir.path()));
    if dir.is_the_users()
        && let Some(web_view) = safety::web_view()
    {
        remove(&web_view, |path| fs::remove_dir_all(path))?;
    }
    Ok(left)
}

/// Whether there was an entry, which is gone.
fn end_autostart() -> Result<bool, Error> {
    let home = BaseDirs::new().filter(|_| cfg!(target_os = "linux"));
    let Some(entry) = home.map(|dirs| dirs.home_dir().join(AUTOSTART)) else { return Ok(false) };
    let was_there = entry.exists();
    remove(&entry, |path| fs::remove_file(path))?;
    Ok(was_there)
}

/// What is not there need not be removed.
fn remove(path: &Path, how: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Error> {
    match how(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|cause| Error::DataDir { path: path.to_owned(), cause }),
    }
}

/// Events that only this PC has, also under an identity that it had before.
fn unsent(dir: &DataDir) -> Result<u64, Error> {
    const ONLY_HERE: [EntryState; 3] =
        [EntryState::Pending, EntryState::InFlight, EntryState::Quarantined];
    let mut unsent = 0;
    for queue in privacy::queues(dir)? {
        for state in ONLY_HERE {
            unsent += queue.count(Filter::In(state)).map_err(Error::Outbox)?;
        }
    }
    Ok(unsent)
}

/// Each once, in the order of the enrolments.
fn servers(identity: &Identity) -> Vec<String> {
    let mut servers: Vec<String> = Vec::new();
    for (_, server, _) in identity.enrolments() {
        if !servers.iter().any(|known| known == server) {
            servers.push(server.to_owned());
        }
    }
    servers
}

/// Links are not followed: what they point to is not Ringside's. What cannot be looked
/// at counts nothing.
fn bytes_in(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = files.filter_map(|file| {
        let about = file.metadata().ok()?;
        Some(if about.is_dir() { bytes_in(&file.path()) } else { about.len() })
    });
    bytes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_never_ran_it_has_nothing_to_undo_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::look(Some(folder.path().join("never"))).unwrap();
        let plan = plan(&dir).unwrap();
        assert_eq!((plan.game_files.len(), plan.data.bytes), (0, 0));
        assert_eq!((plan.data.unsent, plan.servers.len()), (Some(0), 0));
        let done = uninstall(&dir, GameFiles::PutBack, Data::Erase).unwrap();
        assert!(done.erased.is_none() && done.game_files.is_empty());
        assert!(!dir.path().exists(), "looking makes no folder");
    }

    #[test]
    fn what_somebody_else_put_into_the_folder_keeps_it_there() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().join("data"))).unwrap();
        fs::write(dir.path().join("mine.txt"), "the player's own").unwrap();
        let done = uninstall(&dir, GameFiles::PutBack, Data::Erase).unwrap();
        let other = LeftBehind::OtherFiles { folder: dir.path().display().to_string() };
        assert!(done.erased.unwrap().contains(&other));
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap()).collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}
