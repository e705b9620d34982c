//! Moving the database out of the way of a copy, under a name that nothing has.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    COMPANIONS, Result, at, beside, is_there, refuse_any, sync_folder, unless_absent, with,
};

/// What a database is called that a copy took the place of, before its number.
const SET_ASIDE: &str = "before-restore";

/// No number above it is ours: more than a restore each minute for a year. A name
/// with a larger one was given by hand, and nothing is counted on from it.
const NUMBER_MAX: u32 = 1_000_000;

/// Moves the database at `path` out of the way; where to.
pub(super) fn set_aside(path: &Path) -> Result<Option<PathBuf>> {
    let number = last_number(path).map_err(at(path))? + 1;
    let aside = numbered(path, number.min(NUMBER_MAX));
    // A rename writes over what has the name: here that is an earlier database.
    refuse_any(std::iter::once("").chain(COMPANIONS).map(|part| with(&aside, part)))?;
    let was_there = path.exists();
    // Before its log: a database without it would be opened as it once was, and
    // none is not ([`super::check_left_behind`]).
    unless_absent(fs::rename(path, &aside)).map_err(at(path))?;
    sync_folder(path)?;
    move_companions(path, &aside)?;
    Ok(was_there.then_some(aside))
}

/// A log that stayed would be taken for the copy's own.
fn move_companions(path: &Path, aside: &Path) -> Result<()> {
    for part in COMPANIONS {
        let (from, to) = (with(path, part), with(aside, part));
        if !is_there(&to) {
            unless_absent(fs::rename(&from, to)).map_err(at(&from))?;
        }
    }
    Ok(())
}

/// Moves after a database what a restore that was cut off left of it; where it
/// is. Such a restore leaves its unfinished copy too.
pub(super) fn finish(path: &Path, unfinished: &Path) -> Result<Option<PathBuf>> {
    if path.exists() || !unfinished.exists() {
        return Ok(None);
    }
    let aside = last(path).map_err(at(path))?;
    if !aside.exists() {
        return Ok(None);
    }
    move_companions(path, &aside)?;
    Ok(Some(aside))
}

/// Where the database is that was set aside last, where one was.
pub(super) fn last(path: &Path) -> io::Result<PathBuf> {
    Ok(numbered(path, last_number(path)?))
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    beside(path, &format!("{SET_ASIDE}-{number}"))
}

/// The number of the database that was set aside last, or of what is left of it;
/// 0 where there is none.
fn last_number(path: &Path) -> io::Result<u32> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(0) };
    let mut last = 0;
    for entry in fs::read_dir(folder)? {
        last = last.max(number_in(&entry?.file_name(), name).unwrap_or(0));
    }
    Ok(last)
}

/// The number in the name of what was set aside of the file of name `of`.
///
/// Names, not paths: those of one folder may be spelled in many ways.
fn number_in(name: &OsStr, of: &OsStr) -> Option<u32> {
    let rest = name.as_encoded_bytes().strip_prefix(of.as_encoded_bytes())?;
    let rest = std::str::from_utf8(rest).ok()?.strip_prefix('.')?.strip_prefix(SET_ASIDE)?;
    let number = rest.strip_prefix('-')?.split('-').next()?.parse().ok()?;
    (number <= NUMBER_MAX).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BackupError;

    fn number_of(name: &str) -> Option<u32> {
        number_in(OsStr::new(name), OsStr::new("x"))
    }

    #[test]
    fn only_our_own_names_are_counted_on_from() {
        for ours in ["x.before-restore-7", "x.before-restore-7-wal"] {
            assert_eq!(number_of(ours), Some(7), "{ours}");
        }
        let others = ["x", "xx.before-restore-7", "x.before-restore", "x.before-restore-old"];
        let large = ["x.before-restore-1000001", "x.before-restore-4294967295"];
        for other in others.into_iter().chain(large) {
            assert_eq!(number_of(other), None, "{other}");
        }
    }

    #[test]
    fn nothing_is_written_over_where_the_numbers_end() {
        for part in ["", "-wal", "-journal", "-shm"] {
            let folder = tempfile::TempDir::new().unwrap();
            let path = folder.path().join("x");
            fs::write(&path, "the database").unwrap();
            let taken = with(&numbered(&path, NUMBER_MAX), part);
            fs::write(&taken, "kept").unwrap();
            let refused = set_aside(&path);
            assert!(matches!(refused, Err(BackupError::Exists(_))), "{part}: {refused:?}");
            assert_eq!(fs::read(&taken).unwrap(), b"kept", "{part}");
            assert_eq!(fs::read(&path).unwrap(), b"the database", "{part}");
        }
    }
}
