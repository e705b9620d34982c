//! Where damaged files go, and the reports of what was salvaged from them.
//!
//! A file that is set aside is never written to and never removed by us. Its
//! report stands beside it once everything was salvaged; without one the
//! salvage is under way, and begins again at the next start.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::Error;

const DAMAGED: &str = ".damaged-";
const LOG: &str = "-wal";
const REPORT: &str = ".json";
/// Whose file it is: see [`super::identity`].
pub(super) const IDENTITY: &str = ".id";

/// What became of the files that were damaged, as long as they are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Salvaged {
    /// Where the latest of them is now.
    pub set_aside: PathBuf,
    /// Unsent events that go on in the new file, under its id and sequence.
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
pub(super) fn beside(path: &Path, suffix: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Puts the file with its log aside; where it is now.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, Error> {
    let numbers = numbers(path);
    let last = numbers.last().copied().unwrap_or(0);
    let log = beside(path, LOG);
    // A crash between the two renames below left the log behind.
    let torn = !path.exists() && last > 0 && {
        let of_last = numbered(path, last);
        !beside(&of_last, LOG).exists() && report_of(&of_last).is_none()
    };
    let target = numbered(path, if torn { last } else { last + 1 });
    if path.exists() {
        fs::rename(path, &target).map_err(Error::Folder)?;
    }
    if log.exists() {
        fs::rename(&log, beside(&target, LOG)).map_err(Error::Folder)?;
    }
    let identity = beside(path, IDENTITY);
    if identity.exists() {
        fs::rename(&identity, beside(&target, IDENTITY)).map_err(Error::Folder)?;
    }
    // What only finds pages in the log; SQLite makes it anew.
    let index = beside(path, "-shm");
    if index.exists() {
        fs::remove_file(index).map_err(Error::Folder)?;
    }
    sync_folder(path);
    Ok(target)
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
        let numbers = numbers(path);
        let set_aside = numbered(path, *numbers.last()?);
        let mut all =
            Self { set_aside, events: 0, unreadable: 0, under_way: false, files: 0, bytes: 0 };
        for file in numbers.into_iter().map(|number| numbered(path, number)) {
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
    sync_folder(path);
    Ok(())
}

fn report_of(file: &Path) -> Option<Report> {
    serde_json::from_slice(&fs::read(beside(file, REPORT)).ok()?).ok()
}

fn bytes_of(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |found| found.len())
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    beside(path, format!("{DAMAGED}{number}"))
}

/// The numbers of what was set aside, ascending.
fn numbers(path: &Path) -> Vec<u32> {
    let Some(name) = path.file_name() else { return Vec::new() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { return Vec::new() };
    let mut numbers: Vec<u32> =
        entries.flatten().filter_map(|entry| number(name, &entry.file_name())).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn number(of: &OsStr, name: &OsString) -> Option<u32> {
    let rest = name.to_str()?.strip_prefix(of.to_str()?)?.strip_prefix(DAMAGED)?;
    rest.strip_suffix(LOG).unwrap_or(rest).parse().ok()
}

/// Best effort: not every system can sync a folder.
pub(super) fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        drop(folder.sync_all());
    }
}
