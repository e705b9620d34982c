//! Where damaged files go, and the reports of what was salvaged from them.
//!
//! A file that is set aside is never written to and never removed by us. Its
//! report stands beside it once everything was salvaged; without one the
//! salvage is under way, and begins again at the next start.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{Error, folder};

const DAMAGED: &str = ".damaged-";
/// Numbers beyond are not ours: one is given where a disk damaged a file, and there
/// has to be another behind it.
const NUMBER_MAX: u32 = 1_000_000;
const LOG: &str = "-wal";
const REPORT: &str = ".json";
/// The mark of one that is going.
const BEGUN: &str = ".begun";
/// Whose file it is: see [`super::identity`].
pub(super) const IDENTITY: &str = ".id";
/// Events that wait for a place in it: see [`super::unheard`].
pub(super) const UNHEARD: &str = ".unheard";

/// Moves what cannot be read away from where the next one is written.
pub(super) fn keep_away(path: &Path) -> Result<(), Error> {
    let next = next_number(path);
    fs::rename(path, numbered(path, next)).map_err(Error::Folder)?;
    folder::sync_beside(path)
}

/// What was moved away so.
pub(super) fn kept_away(path: &Path) -> Vec<PathBuf> {
    let file = beside(path, UNHEARD);
    numbers(&file).into_iter().map(|number| numbered(&file, number)).collect()
}

/// What became of the files that were damaged, as long as they are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Salvaged {
    /// Where the latest of them is now.
    pub set_aside: PathBuf,
    /// Events that go on in the new file, under its id and sequence, and of which
    /// nothing says that they were sent. Where the damage hides that, they are sent
    /// once more.
    pub events: u64,
    /// Events that could not be read, or not as they were written.
    pub unreadable: u64,
    /// Whether one of them is still being read.
    pub under_way: bool,
    /// How many files were set aside.
    pub files: u64,
    /// How much room they take.
    pub bytes: u64,
}

/// What a report says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) events: u64,
    pub(super) unreadable: u64,
}

/// The path with something after it.
pub(crate) fn beside(path: &Path, suffix: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether a crash cut off [`set_aside`]: what is at the file's place may be a
/// part of what was to go.
pub(super) fn is_cut_off(path: &Path) -> bool {
    !begun(path).is_empty()
}

/// Puts the file with its log and its identity aside.
///
/// They are one thing: a database without its log is an older one, and the new
/// file under the old one's identity is another's. So a mark says that they are
/// going until all of them went, whichever of the names a crash kept.
pub(super) fn set_aside(path: &Path) -> Result<(), Error> {
    let number = begun(path).last().copied().unwrap_or_else(|| next_number(path));
    let target = numbered(path, number);
    let mark = beside(&target, BEGUN);
    // It has no bytes: a full disk takes it.
    File::create(&mark).map_err(Error::Folder)?;
    folder::sync_beside(path)?;
    // Where the database went and one is here, only the mark was left over.
    if !(target.exists() && path.exists()) {
        for part in ["", LOG, IDENTITY] {
            go(&beside(path, part), &beside(&target, part))?;
        }
        // What only finds pages in the log; SQLite makes it anew.
        remove(&beside(path, "-shm"))?;
        folder::sync_beside(path)?;
    }
    begun(path).into_iter().try_for_each(|of| remove(&beside(&numbered(path, of), BEGUN)))?;
    folder::sync_beside(path)
}

/// Adds a file to those that were set aside.
pub(crate) fn take_in(path: &Path, file: &Path) -> Result<(), Error> {
    go(file, &numbered(path, next_number(path)))?;
    folder::sync_beside(path)
}

fn go(from: &Path, to: &Path) -> Result<(), Error> {
    if from.exists() { fs::rename(from, to).map_err(Error::Folder) } else { Ok(()) }
}

/// Removes a file that may be there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(Error::Folder(cause)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Those without a report, the latest first: it knows best what became of the
/// events of those before it.
pub(super) fn unfinished(path: &Path) -> Vec<PathBuf> {
    let files = numbers(path).into_iter().rev().map(|number| numbered(path, number));
    files.filter(|file| report_of(file).is_none()).collect()
}

impl Salvaged {
    /// What became of the file at `path`, each time that it was damaged; nothing
    /// where it never was, or nothing is there any more.
    #[must_use]
    pub fn beside(path: &Path) -> Option<Self> {
        let files: Vec<_> = numbers(path).into_iter().map(|of| numbered(path, of)).collect();
        let kept_away = kept_away(path);
        let mut all = Self {
            set_aside: files.last().or(kept_away.last())?.clone(),
            events: 0,
            unreadable: 0,
            under_way: false,
            files: kept_away.len() as u64,
            bytes: kept_away.iter().map(|file| bytes_of(file)).sum(),
        };
        for file in files {
            let report = report_of(&file);
            let Report { events, unreadable } = report.unwrap_or_default();
            all.events += events;
            all.unreadable += unreadable;
            all.under_way |= report.is_none();
            all.files += 1;
            all.bytes += bytes_of(&file) + bytes_of(&beside(&file, LOG));
        }
        Some(all)
    }
}

/// Says that everything was salvaged from `file`.
pub(super) fn finish(file: &Path, report: Report) -> Result<(), Error> {
    replace(&beside(file, REPORT), &report.json())
}

impl Report {
    fn json(self) -> Vec<u8> {
        serde_json::to_vec(&self).expect("plain counts are always JSON")
    }
}

/// Writes a small file so that it is there whole or not at all.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let new = beside(path, ".new");
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(Error::Folder)?;
    folder::sync_beside(path)
}

fn report_of(file: &Path) -> Option<Report> {
    serde_json::from_slice(&fs::read(beside(file, REPORT)).ok()?).ok()
}

fn bytes_of(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |found| found.len())
}

/// The first number behind those that are taken.
fn next_number(path: &Path) -> u32 {
    taken(path).last().map_or(1, |last| last + 1)
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    beside(path, format!("{DAMAGED}{number}"))
}

/// The numbers of what was set aside, ascending.
fn numbers(path: &Path) -> Vec<u32> {
    named(path, |rest| rest.strip_suffix(LOG).unwrap_or(rest).parse().ok())
}

/// The same with those whose file a person deleted: what says what became of it
/// is still there, and would say so of the next one.
fn taken(path: &Path) -> Vec<u32> {
    named(path, |rest| {
        let parts = [LOG, REPORT, IDENTITY];
        parts.iter().find_map(|part| rest.strip_suffix(part)).unwrap_or(rest).parse().ok()
    })
}

/// The numbers of what is going.
fn begun(path: &Path) -> Vec<u32> {
    named(path, |rest| rest.strip_suffix(BEGUN)?.parse().ok())
}

fn named(path: &Path, number: impl Fn(&str) -> Option<u32>) -> Vec<u32> {
    let Some(name) = path.file_name().and_then(OsStr::to_str) else { return Vec::new() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return Vec::new() };
    let number =
        |found: OsString| number(found.to_str()?.strip_prefix(name)?.strip_prefix(DAMAGED)?);
    let mut numbers: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| number(entry.file_name()))
        .filter(|number| *number <= NUMBER_MAX)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: [&str; 3] = ["", LOG, IDENTITY];

    fn made(folder: &Path) -> PathBuf {
        let path = folder.join("x.db");
        for part in PARTS {
            fs::write(beside(&path, part), format!("old{part}")).unwrap();
        }
        path
    }

    fn is_all_of(path: &Path, word: &str) -> bool {
        PARTS.iter().all(|part| {
            fs::read(beside(path, part)).is_ok_and(|is| is == format!("{word}{part}").into_bytes())
        })
    }

    #[test]
    fn what_a_crash_left_of_the_three_goes_after_the_others() {
        for gone in 0..8 {
            let folder = tempfile::TempDir::new().unwrap();
            let path = made(folder.path());
            let target = numbered(&path, 1);
            File::create(beside(&target, BEGUN)).unwrap();
            let went = PARTS.iter().enumerate().filter(|(bit, _)| gone & (1 << bit) != 0);
            went.for_each(|(_, part)| {
                fs::rename(beside(&path, part), beside(&target, part)).unwrap();
            });
            assert!(is_cut_off(&path));
            set_aside(&path).unwrap();
            assert!(is_all_of(&target, "old"), "{gone:b}");
            assert_eq!((is_cut_off(&path), numbers(&path)), (false, vec![1]), "{gone:b}");
        }
    }

    #[test]
    fn a_number_that_was_never_given_is_no_file_of_ours() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = made(folder.path());
        let strange = numbered(&path, u32::MAX);
        fs::write(&strange, "somebody's").unwrap();
        set_aside(&path).unwrap();
        assert!(is_all_of(&numbered(&path, 1), "old"));
        assert_eq!(numbers(&path), [1]);
        assert_eq!(fs::read(strange).unwrap(), b"somebody's");
    }

    #[test]
    fn a_mark_that_was_left_over_takes_nothing_of_the_next_file() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = made(folder.path());
        set_aside(&path).unwrap();
        File::create(beside(&numbered(&path, 1), BEGUN)).unwrap();
        fs::remove_file(beside(&numbered(&path, 1), LOG)).unwrap();
        made(folder.path());
        set_aside(&path).unwrap();
        assert!(is_all_of(&path, "old"), "all of it stays");
        assert!(!is_cut_off(&path));
        set_aside(&path).unwrap();
        assert!(is_all_of(&numbered(&path, 2), "old"), "the next goes to the next number");
    }
}
