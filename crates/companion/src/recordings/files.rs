//! Files of the recordings' folder, by name.

use std::{
    fs::{self, File},
    io,
    path::{Component, Path, PathBuf},
    time::SystemTime,
};

use crate::{Error, data_dir::create_private};

/// What the name of a recording ends with while it is made from another file.
const CONVERTING: &str = ".converting";

/// Copies under one name: a person who makes so many looks into the folder.
const COPIES_MAX: u32 = 1000;

/// Why a recording cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// No recording has that name.
    #[error("{name}: no recording has that name")]
    Missing {
        /// What was asked for.
        name: String,
    },
    /// It is being written.
    #[error("{}: it is being recorded", path.display())]
    Running {
        /// The file.
        path: PathBuf,
    },
}

/// A file, as far as a change of it shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) changed: SystemTime,
}

/// Every file that may be a recording. No folder holds none.
pub(super) fn in_folder(folder: &Path) -> Result<Vec<Found>, Error> {
    let failed = |cause| Error::DataDir { path: folder.to_owned(), cause };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        // One that was deleted meanwhile is there no more.
        let Ok(file) = entry.metadata() else { continue };
        let Ok(name) = entry.file_name().into_string() else { continue };
        if file.is_file() && !name.ends_with(CONVERTING) {
            let changed = file.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            found.push(Found { name, bytes: file.len(), changed });
        }
    }
    Ok(found)
}

/// The file of that name, which is one name and no path.
pub(super) fn named(folder: &Path, name: &str) -> Result<PathBuf, RecordingError> {
    let mut parts = Path::new(name).components();
    let is_name = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
    let path = folder.join(name);
    if is_name && path.is_file() {
        Ok(path)
    } else {
        Err(RecordingError::Missing { name: name.to_owned() })
    }
}

/// The name without what says that it is a recording.
pub(super) fn stem(name: &str) -> &str {
    let whole = name.strip_suffix(recording::PART_SUFFIX).unwrap_or(name);
    whole.rsplit_once('.').map_or(whole, |(stem, _)| stem)
}

/// A name in the folder that no recording has yet.
pub(super) fn free_name(folder: &Path, stem: &str) -> PathBuf {
    let path = |number: u32| match number {
        1 => folder.join(format!("{stem}.rsrec")),
        _ => folder.join(format!("{stem}-{number}.rsrec")),
    };
    (1..COPIES_MAX).map(path).find(|path| !path.exists()).unwrap_or_else(|| path(COPIES_MAX))
}

/// Copies a file into a folder, under a name that nothing has there.
pub(super) fn copy_into(file: &Path, folder: &Path) -> Result<PathBuf, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| Error::DataDir { path, cause }
    };
    create_private(folder).map_err(failed(folder))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut from = File::open(file).map_err(failed(file))?;
    for number in 1..COPIES_MAX {
        let name = if number == 1 { name.clone() } else { format!("{number}-{name}") };
        let path = folder.join(name);
        let mut to = match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            to => to.map_err(failed(&path))?,
        };
        if let Err(error) = io::copy(&mut from, &mut to).and_then(|_| to.sync_all()) {
            // Half a copy is none.
            drop(fs::remove_file(&path));
            return Err(failed(&path)(error));
        }
        return Ok(path);
    }
    Err(failed(folder)(io::ErrorKind::AlreadyExists.into()))
}
