//! PCs whose wall clock is wrong, and is set.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Where Debian has the library that shows a program another time.
const LIBRARY: &str = "faketime/libfaketime.so.1";

/// The wall clock of one PC.
///
/// The clock that counts since the start of the PC, which decides, is read without
/// that library and stays right.
pub(super) struct WallClock {
    file: PathBuf,
}

impl WallClock {
    /// One that is off by so much: `-3h`, `+40m`.
    pub(super) fn off_by(folder: &Path, offset: &str) -> Self {
        let clock = Self { file: folder.join("wall-clock") };
        clock.set(offset);
        clock
    }

    /// Somebody sets it.
    pub(super) fn set(&self, offset: &str) {
        std::fs::write(&self.file, offset).unwrap();
    }

    /// The environment of a program on this PC; of one whose clock is right, where
    /// the system has no such library.
    pub(super) fn environment(&self) -> Vec<(&'static str, OsString)> {
        let Some(library) = library() else { return Vec::new() };
        vec![
            ("LD_PRELOAD", library.into_os_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.clone().into_os_string()),
            ("FAKETIME_CACHE_DURATION", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }
}

/// Whether a wall clock can be wrong here.
pub(super) fn can_be_wrong() -> bool {
    library().is_some()
}

fn library() -> Option<PathBuf> {
    let folder = PathBuf::from(format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH));
    Some(folder.join(LIBRARY)).filter(|library| cfg!(target_os = "linux") && library.is_file())
}
