//! Folders that are gone when a test ends.

use std::path::Path;

use tempfile::TempDir;

/// A folder, in memory where the system has such a one: a test in which no machine
/// fails but in simulation need not wait for a disk.
///
/// # Panics
/// Where there is no room for one.
#[must_use]
pub fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).expect("a temporary folder can be made")
}
