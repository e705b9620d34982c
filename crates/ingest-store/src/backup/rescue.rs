//! What a running server saves where its files were deleted or replaced under it:
//! everything that it has open, which would be gone with it.
//!
//! It writes into nothing that stands there. First all of it is copied, and only a
//! whole copy takes the database's place, in one step. Whoever ends meanwhile leaves
//! a file that no server starts beside: so none goes on with less, and unnoticed.
//!
//! What is saved keeps its name and its answers: nothing of it was lost, so nobody
//! has to send anything again.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use super::{
    ALL_PAGES, BackupError, COMPANIONS, Result, UNFINISHED, at, beside, check_words,
    create_private, is_there, refuse_any, remove, sync_folder, unless_absent, with,
};
use crate::{Store, store::Standing};

/// What a saved copy is called beside a database that is not it, before its number.
const RESCUED: &str = "rescued";
/// What it is called once it was restored from.
const RESTORED: &str = "restored";

/// What became of a database that was not in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rescued {
    /// All of it stands under its name again.
    PutBack,
    /// Another file has its name, or its log's, or it could not be put there: it is
    /// here.
    Beside(PathBuf),
}

/// How far a rescue is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Progress {
    #[default]
    NotBegun,
    /// It failed, and whoever starts next is told so.
    Begun,
    /// What was open is saved.
    Done,
}

impl Store {
    /// Saves everything, once, where the files were deleted or replaced. Then only
    /// another start takes anything again. Nothing is begun that has no room in
    /// `free_bytes`, where that is known.
    ///
    /// # Errors
    /// Where it cannot be written. To try again is right.
    pub fn rescue(&mut self, free_bytes: Option<u64>) -> Result<Option<Rescued>> {
        if self.to_be_rescued().is_none() {
            return Ok(None);
        }
        if !self.data_dir().exists() {
            // It was deleted with all that was in it.
            Self::prepare(self.data_dir())?;
        }
        let path = self.data_dir().join(Self::FILE_NAME);
        self.rescue = Progress::Begun;
        let saved = self.keep_beside(&path, free_bytes)?;
        // To save it again would take that room again.
        self.rescue = Progress::Done;
        if let Err(why) = self.put_in_place(&saved, &path) {
            let why = &why as &dyn std::error::Error;
            tracing::warn!(why, "What was saved is not put in the database's place");
        }
        if !is_there(&saved) {
            return Ok(Some(Rescued::PutBack));
        }
        if let Err(why) = self.move_from_another(&saved, &path) {
            let why = &why as &dyn std::error::Error;
            tracing::error!(why, "The log of the database that was there stays beside another");
        }
        Ok(Some(Rescued::Beside(saved)))
    }

    /// The file that is not in its place, where what is open is not saved yet.
    pub fn to_be_rescued(&mut self) -> Option<PathBuf> {
        // Where that cannot be seen, it is not known that anything has to be saved.
        let is_in_place = self.look_in_place().is_ok();
        let misplaced = self.misplaced.clone()?;
        if is_in_place && self.rescue == Progress::Begun {
            self.rescue = Progress::NotBegun;
            // The files are back, and nobody is to be told otherwise.
            drop(remove(&unfinished(&self.data_dir().join(Self::FILE_NAME))));
        }
        (!is_in_place && self.rescue != Progress::Done).then_some(misplaced)
    }

    /// Puts a saved copy in the place of the database that it is of, or of nothing.
    /// The copy has a name of its own until then: whoever ends meanwhile has lost
    /// nothing.
    fn put_in_place(&self, saved: &Path, path: &Path) -> Result<()> {
        // Before anything is removed, and again before each: to save takes minutes.
        self.refuse_anothers(path)?;
        for name in COMPANIONS.map(|part| with(path, part)) {
            match self.place.standing(&name) {
                // What it holds is in the copy.
                Standing::Ours => unless_absent(fs::remove_file(&name)).map_err(at(&name))?,
                Standing::Nothing => {}
                Standing::Another => return Err(BackupError::Exists(name)),
            }
        }
        // Else the power may fail, and the log be there beside the copy.
        sync_folder(path)?;
        // The rename writes over what stands there now.
        self.refuse_anothers(path)?;
        fs::rename(saved, path).map_err(at(path))?;
        sync_folder(path)
    }

    /// Refuses where the database, or what SQLite keeps beside it, is another's.
    fn refuse_anothers(&self, path: &Path) -> Result<()> {
        let mut names = std::iter::once("").chain(COMPANIONS).map(|part| with(path, part));
        match names.find(|name| self.place.standing(name) == Standing::Another) {
            Some(another) => Err(BackupError::Exists(another)),
            None => Ok(()),
        }
    }

    /// Moves our log away from a database that is not ours: SQLite would write its
    /// pages into that. What it holds is in the copy.
    fn move_from_another(&self, saved: &Path, path: &Path) -> Result<()> {
        if self.place.standing(path) != Standing::Another {
            return Ok(());
        }
        for part in COMPANIONS {
            let name = with(path, part);
            if self.place.standing(&name) == Standing::Ours && is_there(&name) {
                let aside = with(saved, &moved(part));
                fs::rename(&name, aside).map_err(at(&name))?;
            }
        }
        sync_folder(path)
    }

    fn keep_beside(&self, path: &Path, free_bytes: Option<u64>) -> Result<PathBuf> {
        let unfinished = unfinished(path);
        empty(&unfinished)?;
        sync_folder(&unfinished)?;
        let name = free_name(path);
        // Before the copy is made, which takes minutes: whoever is told to go on with
        // what stands there then opens it without our log.
        self.move_from_another(&name, path)?;
        if let Err(why) = self.save(&unfinished, free_bytes) {
            // Its room may be what is missing; that it was begun stays known.
            drop(empty(&unfinished));
            return Err(why);
        }
        refuse_any([name.clone()])?;
        fs::rename(&unfinished, &name).map_err(at(&name))?;
        sync_folder(&name)?;
        Ok(name)
    }

    /// Copies what is open into an empty file, which is on disk then.
    fn save(&self, to: &Path, free_bytes: Option<u64>) -> Result<()> {
        let sqlite = |cause| BackupError::Sqlite { path: to.to_owned(), cause };
        let needed = bytes(&self.connection).map_err(sqlite)?;
        if let Some(free) = free_bytes.filter(|free| *free < needed) {
            return Err(BackupError::NoRoom { path: to.to_owned(), needed, free });
        }
        let words = copy(&self.connection, to).map_err(sqlite)?;
        check_words(to, words)?;
        let flushed = File::options().write(true).open(to);
        flushed.and_then(|file| file.sync_all()).map_err(at(to))
    }
}

/// A copy that is not in use: everything that a server had acknowledged is in it, and
/// perhaps nowhere else.
pub(super) fn left(path: &Path) -> io::Result<Option<PathBuf>> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
    for entry in fs::read_dir(folder)? {
        let entry = entry?.file_name();
        if is_saved_of(&entry, name) {
            return Ok(Some(folder.join(entry)));
        }
    }
    Ok(None)
}

/// A name of its own: what a restore left is finished by the next.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    beside(path, &format!("{RESCUED}.{UNFINISHED}"))
}

/// After a restore into the place of `path`: what it was made of is not left any more,
/// nor what a rescue had begun. What the copy is called now, where it was a saved one.
pub(super) fn restored(path: &Path, from: &Path) -> Result<Option<PathBuf>> {
    let is_saved = match (from.file_name(), path.file_name()) {
        (Some(from), Some(of)) => is_saved_of(from, of),
        _ => false,
    };
    let now = match (is_saved && folder_of(from)? == folder_of(path)?, from.file_name()) {
        (true, Some(name)) => Some(from.with_file_name(renamed(name))),
        (true | false, _) => None,
    };
    if let Some(now) = &now {
        refuse_any([now.clone()])?;
        fs::rename(from, now).map_err(at(now))?;
    }
    let unfinished = unfinished(path);
    remove(&unfinished).map_err(at(&unfinished))?;
    sync_folder(path)?;
    Ok(now)
}

/// One folder may be spelled in many ways.
fn folder_of(path: &Path) -> Result<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::canonicalize(folder.unwrap_or(Path::new("."))).map_err(at(path))
}

fn renamed(saved: &OsStr) -> String {
    saved.to_string_lossy().replace(RESCUED, RESTORED)
}

/// The first number that none has, nor a log that was moved away.
fn free_name(path: &Path) -> PathBuf {
    let numbered = |word: &str, number: u64| beside(path, &format!("{word}-{number}"));
    let is_free = |number: &u64| {
        let logs = COMPANIONS.map(|part| with(&numbered(RESCUED, *number), &moved(part)));
        let names = [RESCUED, RESTORED].map(|word| numbered(word, *number));
        !names.iter().chain(&logs).any(|name| is_there(name))
    };
    numbered(RESCUED, (1..).find(is_free).unwrap_or(u64::MAX))
}

/// What a part of ours ends with beside a copy: not as a log of the copy's would.
fn moved(part: &str) -> String {
    part.replace('-', ".")
}

/// Whether this is the name of a saved copy of the file of name `of`.
fn is_saved_of(name: &OsStr, of: &OsStr) -> bool {
    let rest = name.as_encoded_bytes().strip_prefix(of.as_encoded_bytes());
    let rest = rest.and_then(|rest| std::str::from_utf8(rest).ok());
    let number =
        rest.and_then(|rest| rest.strip_prefix('.')?.strip_prefix(RESCUED)?.strip_prefix('-'));
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Makes an empty file of it, without anything beside it.
fn empty(unfinished: &Path) -> Result<()> {
    // First: from here on whoever starts knows of it.
    let made = match create_private(unfinished) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
            File::create(unfinished).map(drop)
        }
        made => made,
    };
    made.map_err(at(unfinished))?;
    let mut beside = COMPANIONS.iter().map(|part| with(unfinished, part));
    let removed = beside.try_for_each(|name| unless_absent(fs::remove_file(name)));
    removed.map_err(at(unfinished))
}

fn bytes(open: &Connection) -> crate::Result<u64> {
    let value = |name: &str| open.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let bytes = value("page_count")?.saturating_mul(value("page_size")?);
    Ok(bytes.cast_unsigned())
}

/// What SQLite says of the copy: where what is open was written over, it is of two
/// databases.
fn copy(open: &Connection, to: &Path) -> crate::Result<String> {
    let mut copied = Connection::open(to)?;
    if Backup::new(open, &mut copied)?.step(ALL_PAGES)? != StepResult::Done {
        return Err(crate::Error::Log(io::ErrorKind::ResourceBusy.into()));
    }
    // One file, as every copy.
    copied.pragma_update(None, "journal_mode", "DELETE")?;
    let words = copied.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    copied.close().map_err(|(_, error)| error)?;
    Ok(words)
}

// Elsewhere an open file cannot be deleted.
#[cfg(unix)]
#[cfg(test)]
mod tests;
