//! The folder of the file, made so that it lasts.
//!
//! A file that is flushed can still be lost with its folder: the folder's name
//! stands in the folder above, which has to be flushed as well.

#[cfg(unix)]
use std::fs::File;
use std::{fs, io, path::Path};

use crate::Error;

/// Makes `folder` and those above it where they are not. Their names are on
/// disk then, wherever the system can flush a folder.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let missing = folder.ancestors().take_while(|above| !above.exists()).count();
    fs::create_dir_all(folder)?;
    // One that is there may have been made a moment before the power failed.
    folder.ancestors().take(missing.max(1)).filter_map(Path::parent).try_for_each(sync)
}

/// Puts the names beside the file at `path` on disk.
pub(crate) fn sync_beside(path: &Path) -> Result<(), Error> {
    path.parent().map_or(Ok(()), sync).map_err(Error::Folder)
}

/// Puts the names in `folder` on disk.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    // The parent of a plain name is the folder where the program stands.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let flushed = File::open(folder).and_then(|folder| folder.sync_all());
    match flushed {
        // A folder that we may not read, or a file system that flushes none: as
        // good as it gets there.
        Err(error) if is_unable(&error) => Ok(()),
        flushed => flushed,
    }
}

#[cfg(unix)]
fn is_unable(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported)
}

/// Windows has no handle on a folder to flush; names are journalled.
#[cfg(not(unix))]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}
