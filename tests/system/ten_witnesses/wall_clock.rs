//! PCs whose wall clock is wrong.

use std::{ffi::OsString, path::PathBuf};

/// Where Debian has the library that shows a program another time.
const LIBRARY: &str = "faketime/libfaketime.so.1";

/// The environment of a program whose wall clock is off by so much. Where the
/// system has no such library, nothing: the test is then one of right clocks.
///
/// The clock that counts since the start of the PC, which decides, is read without
/// that library and stays right.
pub(super) fn off_by(offset: &str) -> Vec<(&'static str, OsString)> {
    let Some(library) = library() else { return Vec::new() };
    vec![
        ("LD_PRELOAD", library.into_os_string()),
        ("FAKETIME", offset.into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ("DONT_FAKE_MONOTONIC", "1".into()),
    ]
}

fn library() -> Option<PathBuf> {
    let folder = PathBuf::from(format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH));
    Some(folder.join(LIBRARY)).filter(|library| cfg!(target_os = "linux") && library.is_file())
}
