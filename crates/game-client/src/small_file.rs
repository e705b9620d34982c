//! Files of games and launchers that are read whole.

use std::{fs, path::Path};

/// The longest that is read: the longest of its kind has under 1 KiB for each game.
const SMALL_FILE_BYTES_MAX: u64 = 64 * 1024;

/// The bytes of a small file; `None` where there is none that is small and can be read.
pub(crate) fn bytes_at(path: &Path) -> Option<Vec<u8>> {
    let is_small = fs::metadata(path).ok()?.len() <= SMALL_FILE_BYTES_MAX;
    if is_small { fs::read(path).ok() } else { None }
}
