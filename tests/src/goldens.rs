//! The golden recordings: one of each simulated game, with its events.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::program::workspace_root;

/// Games that have one, as the simulator calls them.
pub const GOLDEN_GAMES: [&str; 7] =
    ["cs2", "dota2", "elite", "hearthstone", "league", "rocket-league", "valorant"];

/// A recording, and the events that a replay of it makes.
#[derive(Debug)]
pub struct Golden {
    /// Of which game.
    pub game: String,
    /// The recording, compressed.
    pub recording: PathBuf,
    /// One event a line, without what belongs to its sending.
    pub events: PathBuf,
}

/// Where they are.
#[must_use]
pub fn goldens_folder() -> PathBuf {
    workspace_root().join("tests/fixtures/goldens")
}

/// All of them, by name.
///
/// # Errors
/// Where the folder cannot be read, or a file in it is named otherwise.
pub fn goldens() -> Result<Vec<Golden>> {
    let mut goldens = Vec::new();
    for entry in std::fs::read_dir(goldens_folder())? {
        let recording = entry?.path();
        let name =
            recording.file_name().context("a file has a name")?.to_string_lossy().into_owned();
        if let Some(game) = name.strip_suffix(".rsrec.zst") {
            let game = game.to_owned();
            let events = goldens_folder().join(format!("{game}.events.ndjson"));
            goldens.push(Golden { game, recording, events });
        }
    }
    goldens.sort_by(|one, other| one.game.cmp(&other.game));
    Ok(goldens)
}
