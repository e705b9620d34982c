//! What a running server saves where its files were deleted or replaced under it:
//! everything that it has open, which would be gone with it.
//!
//! Nothing of another's is written over. What is saved keeps its name and its
//! answers: nothing of it was lost, so nobody has to send anything again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
    ffi,
};

use super::{
    ALL_PAGES, BackupError, COMPANIONS, Result, UNFINISHED, at, beside, put, refuse_any, remove,
    sync_folder, unless_absent, with,
};
use crate::{Store, store::Standing};

/// What a saved copy is called beside a database that is not it, before its number.
const RESCUED: &str = "rescued";
/// Nobody replaces a database under a running server so often.
const NUMBER_MAX: u32 = 1_000;

/// What became of a database that was not in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rescued {
    /// The database itself still was: what its log held is in it now.
    LogMoved,
    /// All of it stands under its name again.
    PutBack,
    /// Another file has its name, or its log's: it is here.
    Beside(PathBuf),
}

impl Store {
    /// Saves everything, once, where the files were deleted or replaced. Then only
    /// another start takes anything again.
    ///
    /// # Errors
    /// Where it cannot be written. To try again is right.
    pub fn rescue(&mut self) -> Result<Option<Rescued>> {
        // Where that cannot be seen, it is not known that anything has to be saved.
        drop(self.look_in_place());
        if self.misplaced.is_none() || self.is_rescued {
            return Ok(None);
        }
        let path = self.data_dir().join(Self::FILE_NAME);
        let place = self.place();
        let are_free = |parts: &[&str]| {
            parts.iter().all(|part| place.standing(&with(&path, part)) != Standing::Another)
        };
        let rescued = match place.standing(&path) {
            Standing::Ours if are_free(&COMPANIONS) => self.move_log(&path),
            Standing::Nothing if are_free(&COMPANIONS) => self.put_back(&path),
            Standing::Ours | Standing::Nothing | Standing::Another => self.keep_beside(&path),
        }?;
        self.is_rescued = true;
        Ok(Some(rescued))
    }

    fn move_log(&self, path: &Path) -> Result<Rescued> {
        // Waits for whoever reads what is in it: so whoever writes next, into another
        // log perhaps, begins it anew, and what is in that one is no continuation.
        let moved = "PRAGMA wal_checkpoint(RESTART)";
        let moved = self.connection.query_row(moved, [], |row| row.get(0));
        if moved.map_err(|cause| sqlite(path, cause.into()))? {
            let busy = rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None);
            return Err(sqlite(path, busy.into()));
        }
        Ok(Rescued::LogMoved)
    }

    fn put_back(&self, path: &Path) -> Result<Rescued> {
        let unfinished = self.save(path)?;
        // They are ours, and what they hold is in the copy.
        for part in COMPANIONS.map(|part| with(path, part)) {
            unless_absent(fs::remove_file(&part)).map_err(at(&part))?;
        }
        // Nothing stood there, and a rename would write over what does now.
        refuse_any([path.to_owned()])?;
        put(&unfinished, path)?;
        Ok(Rescued::PutBack)
    }

    fn keep_beside(&self, path: &Path) -> Result<Rescued> {
        let unfinished = self.save(path)?;
        let name = |number| beside(path, &format!("{RESCUED}-{number}"));
        let number = (1..NUMBER_MAX).find(|number| !super::is_there(&name(*number)));
        let name = name(number.unwrap_or(NUMBER_MAX));
        refuse_any([name.clone()])?;
        fs::rename(&unfinished, &name).map_err(at(&name))?;
        sync_folder(&name)?;
        Ok(Rescued::Beside(name))
    }

    /// Copies what is open into a file beside `path`, which is on disk then.
    fn save(&self, path: &Path) -> Result<PathBuf> {
        let unfinished = beside(path, UNFINISHED);
        remove(&unfinished).map_err(at(&unfinished))?;
        if let Err(cause) = copy(&self.connection, &unfinished) {
            // Its room may be what is missing.
            drop(remove(&unfinished));
            return Err(sqlite(&unfinished, cause));
        }
        let flushed = fs::File::options().write(true).open(&unfinished);
        flushed.and_then(|file| file.sync_all()).map_err(at(&unfinished))?;
        Ok(unfinished)
    }
}

fn copy(open: &Connection, to: &Path) -> crate::Result<()> {
    let mut copied = Connection::open(to)?;
    if Backup::new(open, &mut copied)?.step(ALL_PAGES)? != StepResult::Done {
        return Err(crate::Error::Log(io::ErrorKind::ResourceBusy.into()));
    }
    // One file, as every copy.
    copied.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(copied.close().map_err(|(_, error)| error)?)
}

fn sqlite(path: &Path, cause: crate::Error) -> BackupError {
    BackupError::Sqlite { path: path.to_owned(), cause }
}
