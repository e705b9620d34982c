//! A damaged file is set aside, never deleted, and what can be read of it goes
//! on in a new one.
//!
//! The new file is made complete beside the damaged one before either is
//! renamed, so that a crash at any point leaves one of them in its place.

mod copy;

use std::{
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
};

use event_model::{DeviceId, Moment};
use rusqlite::{Connection, OpenFlags};

use crate::{
    Error,
    connection::{self, IfAbsent, write},
    outbox::identify,
    schema,
};

/// Files up to this size are checked whole at every start, which takes a tenth
/// of a second; a larger one is found to be damaged when SQLite meets it.
const CHECKED_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

/// What became of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// Where it is now.
    pub set_aside: PathBuf,
    /// Unsent events that go on in the new file, under its id and sequence.
    pub events: u64,
    /// Events of it that could not be read, or not as they were written.
    pub unreadable: u64,
}

/// Replaces the file at `path` by a sound one, where it is damaged.
pub(crate) fn if_damaged(
    path: &Path,
    device: DeviceId,
    now: Moment,
) -> Result<Option<Salvaged>, Error> {
    let new = beside(path, ".new");
    if !path.exists() {
        // A crash between the two renames.
        if new.exists() {
            fs::rename(&new, path).map_err(Error::Folder)?;
        }
        return Ok(None);
    }
    match is_sound(path) {
        Ok(true) => return Ok(None),
        Err(error) if !error.is_damage() => return Err(error),
        Ok(false) | Err(_) => {}
    }
    for part in COMPANIONS {
        remove_unfinished(&beside(&new, part))?;
    }
    let (events, unreadable) = copy_readable(path, &new, device, now)?;
    let set_aside = set_aside(path)?;
    fs::rename(&new, path).map_err(Error::Folder)?;
    sync_folder(path);
    Ok(Some(Salvaged { set_aside, events, unreadable }))
}

fn is_sound(path: &Path) -> Result<bool, Error> {
    let bytes = fs::metadata(path).map_err(Error::Folder)?.len();
    let db = connection::open(path, IfAbsent::Fail)?;
    schema::check(&db)?;
    if bytes > CHECKED_BYTES_MAX {
        return Ok(true);
    }
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok(verdict == "ok")
}

/// Makes the new file in one transaction; how many events it has, and how many
/// were unreadable.
fn copy_readable(
    damaged: &Path,
    new: &Path,
    device: DeviceId,
    now: Moment,
) -> Result<(u64, u64), Error> {
    let mut to = connection::open(new, IfAbsent::Create)?;
    schema::migrate(&mut to)?;
    // Read-only, so that even closing it writes nothing into the damaged file.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(damaged, flags)?;
    let copied = write(&mut to, |to| {
        identify(to, device)?;
        copy::all(&from, to, now)
    })?;
    to.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(copied)
}

/// Only ever a new file that a crash left half made.
fn remove_unfinished(path: &Path) -> Result<(), Error> {
    if path.exists() { fs::remove_file(path).map_err(Error::Folder) } else { Ok(()) }
}

fn set_aside(path: &Path) -> Result<PathBuf, Error> {
    let target = (1_u32..)
        .map(|n| beside(path, &format!(".damaged-{n}")))
        .find(|target| !target.exists())
        .expect("fewer than four billion files were damaged");
    // The database goes last: as long as it is in its place, the next start
    // finds it damaged and begins again.
    for part in COMPANIONS.iter().rev() {
        let from = beside(path, part);
        if from.exists() {
            fs::rename(from, beside(&target, part)).map_err(Error::Folder)?;
        }
    }
    Ok(target)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new(suffix));
    PathBuf::from(name)
}

/// Best effort: not every system can sync a folder.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        drop(folder.sync_all());
    }
}
