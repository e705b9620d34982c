//! The folder of the file, made so that it lasts.
//!
//! A file that is flushed can still be lost with its folder: the folder's name
//! stands in the folder above, which has to be flushed as well.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// Makes `folder` and those above it where they are not. Their names are on
/// disk then, wherever the system can flush a folder.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let missing = folder.ancestors().take_while(|above| !above.exists()).count();
    fs::create_dir_all(folder)?;
    // One that is there may have been made a moment before the power failed.
    for made in folder.ancestors().take(missing.max(1)) {
        if let Some(above) = made.parent() {
            sync(above);
        }
    }
    Ok(())
}

/// Puts the names in `folder` on disk. Best effort: not every system can.
pub(crate) fn sync(folder: &Path) {
    // The parent of a plain name is the folder where the program stands.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
}
