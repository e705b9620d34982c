//! A match as files: what happened, and what a client showed of it.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::Serialize;

use crate::{Cs2Match, LeagueMatch, Length, SharedTruth, Truth};

/// Name of the truth's file.
pub const TRUTH_FILE: &str = "truth.json";

/// Name of the file of frames, one a line: League's documents as they are,
/// Counter-Strike's requests as a log.
pub const FRAMES_FILE: &str = "frames.jsonl";

/// What stands for a token in frames that nobody posted: importing cuts it.
const TOKEN: &str = "simulated-token";

/// A game that can be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlayedGame {
    /// League of Legends.
    League,
    /// Counter-Strike 2.
    Cs2,
}

/// Writes the match of a seed into a folder, which is made where it is missing.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write_match(seed: u64, game: PlayedGame, length: Length, folder: &Path) -> Result<()> {
    let cannot = || format!("cannot write to {}", folder.display());
    fs::create_dir_all(folder).with_context(cannot)?;
    let session = match game {
        PlayedGame::League => {
            let play = LeagueMatch::new(seed, length);
            lines(&folder.join(FRAMES_FILE), play.documents()).with_context(cannot)?;
            play.truth()
        }
        PlayedGame::Cs2 => {
            let play = Cs2Match::new(seed, length);
            let requests = play.requests(TOKEN);
            let texts = requests.iter().map(json);
            lines(&folder.join(FRAMES_FILE), texts).with_context(cannot)?;
            play.truth()
        }
    };
    write_truth(&Truth { seed, sessions: vec![session] }, &folder.join(TRUTH_FILE))
}

/// Writes a truth.
pub(crate) fn write_truth(truth: &Truth, path: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(truth)?;
    fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
}

/// Writes what several clients were shown, a line for each happening.
pub(crate) fn write_shared(truths: &[SharedTruth], path: &Path) -> Result<()> {
    let mut all = Vec::new();
    for truth in truths {
        all.extend(truth.lines()?);
    }
    lines(path, all.into_iter()).with_context(|| format!("cannot write {}", path.display()))
}

fn lines(path: &Path, lines: impl Iterator<Item = String>) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    file.flush()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a request is plain data with string keys")
}
