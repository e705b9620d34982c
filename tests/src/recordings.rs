//! Recordings that tests replay: the simulator's, and real ones where they are.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::program::{binary, output, workspace_root};

/// Recordings that the simulator makes, with their truth.
pub struct Recordings {
    folder: PathBuf,
}

impl Recordings {
    /// Recordings in `folder`.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// A seeded match of a game that is asked or that posts: its frames, and the truth.
    ///
    /// # Errors
    /// Where the simulator fails.
    pub fn make(&self, game: &str, seed: u64, seconds: u64) -> Result<(PathBuf, PathBuf)> {
        let out = self.folder.join(format!("{game}-{seed}"));
        let mut command = Command::new(binary("ringside-sim"));
        command.args(["match", "--game", game, "--seed", &seed.to_string()]);
        command.args(["--seconds", &seconds.to_string(), "--out"]).arg(&out);
        output(&mut command)?;
        Ok((out.join("frames.jsonl"), out.join("truth.json")))
    }

    /// What stands for a seeded match of any game, in the order in which it was written:
    /// a file of frames, or the logs of a game that writes some.
    ///
    /// # Errors
    /// Where the simulator fails.
    pub fn files(&self, game: &str, seed: u64, seconds: u64) -> Result<Vec<PathBuf>> {
        let (_, truth) = self.make(game, seed, seconds)?;
        let folder = truth.parent().context("a truth lies in a folder")?;
        let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        let mut files = entries.collect::<std::io::Result<Vec<_>>>()?;
        files.retain(|file| *file != truth);
        files.sort();
        Ok(files)
    }
}

/// The folder of real recordings beside the checkout, where there is one; else
/// says that the test is skipped.
#[must_use]
pub fn shared_recordings() -> Option<PathBuf> {
    let folder = workspace_root().parent()?.join("shared/recordings");
    if folder.is_dir() {
        return Some(folder);
    }
    skipped("no real recordings beside the checkout");
    None
}

#[expect(clippy::print_stderr, reason = "a skipped test says so where tests say things")]
fn skipped(reason: &str) {
    eprintln!("skipped: {reason}");
}
