//! Small files that are either the old or the new one, never half of it.

use std::{io, io::Write, path::Path};

/// Replaces `path` by `content`, readable by this user alone.
///
/// The content is on disk before the name points to it: after a power cut the
/// file is the old or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    let file = written(folder, content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// The same for a file that is not ours: whoever could read or write it still can.
pub(crate) fn replace_for_all(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    let file = written(folder, content)?;
    // Windows gives a new file the rights of its folder.
    if cfg!(unix) {
        file.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Makes `path`, where nobody else has made it yet.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    let file = written(folder, content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// The same for a file that may be lost in a power cut, but never be half.
pub(crate) fn replace_unsynced(path: &Path, content: &[u8]) -> io::Result<()> {
    written(folder_of(path), content)?.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Temporary files are made for their owner alone (0600 on Unix).
fn written(folder: &Path, content: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    Ok(file)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Puts the names in a folder on disk.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Puts the names in a folder on disk.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    // Windows has no handle on a folder to flush; renames are journalled.
    Ok(())
}
