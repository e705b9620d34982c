//! A file that cannot be used is set aside, so that it is made anew.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{FILE_NAME, READER_CACHE_KIB, open_as_it_is};
use crate::{Error, Result, StoreOptions, gate::shelf};

/// What the file is called then. One is kept, the last, until something is
/// erased: it is looked at, if at all, for what happened to it.
const SET_ASIDE: &str = "index.sqlite.damaged";

/// One at a time: who comes second must not set aside what the first one made.
static MENDING: Mutex<()> = Mutex::new(());

/// Whether an error may mean that the file itself is bad.
pub(crate) fn is_damage(error: &Error) -> bool {
    error.is_damage() && !matches!(error, Error::Unreadable(_))
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing is wrong with the file.
    Sound,
    /// It is set aside.
    Damaged,
}

/// Sets the file aside where it is bad indeed. Whoever has it open goes on with
/// the one that is set aside until it looks again ([`Door`](super::Door)).
pub(crate) fn mend(data_dir: &Path, options: StoreOptions) -> Result<Found> {
    let _one = MENDING.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(fault) = fault(data_dir, options)? else { return Ok(Found::Sound) };
    let aside = data_dir.join(SET_ASIDE);
    set_aside(data_dir, &aside).map_err(|error| {
        Error::Index(format!("{fault}, and it could not be set aside: {error}"))
    })?;
    tracing::warn!(
        fault,
        set_aside = %aside.display(),
        "index.sqlite could not be used: it is set aside and made anew from the log"
    );
    Ok(Found::Damaged)
}

/// What is wrong with the file. All of it is read: what failed may lie anywhere.
fn fault(data_dir: &Path, options: StoreOptions) -> Result<Option<String>> {
    let words = open_as_it_is(data_dir, options, READER_CACHE_KIB).and_then(|index| {
        let words = index.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?;
        shelf::check(&index)?;
        Ok(words)
    });
    match words {
        Ok(words) => Ok((words != "ok").then_some(words)),
        Err(error) if is_damage(&error) => Ok(Some(error_words(&error))),
        Err(error) => Err(error),
    }
}

fn error_words(error: &Error) -> String {
    error.sqlite().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Its log first: what a crash leaves in between is a file without its newest
/// pages, which is mended again, and no log that the next file would take for
/// its own.
fn set_aside(data_dir: &Path, aside: &Path) -> io::Result<()> {
    let with = |path: &Path, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let file = data_dir.join(FILE_NAME);
    unless_absent(fs::remove_file(with(aside, "-wal")))?;
    unless_absent(fs::rename(with(&file, "-wal"), with(aside, "-wal")))?;
    unless_absent(fs::remove_file(with(&file, "-shm")))?;
    unless_absent(fs::rename(&file, aside))
}

/// Deletes what was set aside: it has what is erased since.
pub(crate) fn forget_set_aside(data_dir: &Path) -> io::Result<()> {
    unless_absent(fs::remove_file(data_dir.join(SET_ASIDE)))?;
    unless_absent(fs::remove_file(data_dir.join(format!("{SET_ASIDE}-wal"))))
}

fn unless_absent(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
