//! A match as files: what happened, and what a client showed of it.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::Serialize;

use crate::{
    Cs2Match, Dota2Match, EliteJournals, HearthstoneGame, LeagueMatch, Length, RocketLeagueMatch,
    SharedTruth, Truth, ValorantMatch,
};

/// Name of the truth's file.
pub const TRUTH_FILE: &str = "truth.json";

/// Name of the file of frames, one a line: League's documents as they are,
/// Counter-Strike's and Dota 2's requests as a log, Rocket League's messages each with
/// the time that it came at, those of the page in Overwolf as they are. Elite has its own journals instead, and Hearthstone its Power.log.
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
    /// Dota 2.
    Dota2,
    /// Rocket League.
    RocketLeague,
    /// VALORANT, as Overwolf tells it.
    Valorant,
    /// Elite Dangerous.
    Elite,
    /// Hearthstone, as one side of it logs it.
    Hearthstone,
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
        PlayedGame::Dota2 => {
            let play = Dota2Match::new(seed, length);
            let client = &play.clients(seed, 1)[0];
            let texts = play.requests(client, TOKEN);
            lines(&folder.join(FRAMES_FILE), texts.iter().map(json)).with_context(cannot)?;
            play.truth_of(client)
        }
        PlayedGame::RocketLeague => {
            let play = RocketLeagueMatch::new(seed, length);
            let client = &play.clients(seed, 1)[0];
            let texts = play.log(client);
            lines(&folder.join(FRAMES_FILE), texts.into_iter()).with_context(cannot)?;
            play.truth_of(client)
        }
        PlayedGame::Valorant => {
            let play = ValorantMatch::new(seed, length);
            let client = &play.clients(seed, 1)[0];
            let texts = play.messages(client).into_iter().map(|message| message.body);
            lines(&folder.join(FRAMES_FILE), texts).with_context(cannot)?;
            play.truth_of(client)
        }
        PlayedGame::Elite => {
            let play = EliteJournals::new(seed, length);
            for file in play.files() {
                fs::write(folder.join(&file.name), file.text()).with_context(cannot)?;
            }
            play.truth()
        }
        PlayedGame::Hearthstone => {
            let play = HearthstoneGame::new(seed, length);
            let [side, _] = play.sides(seed);
            fs::write(folder.join("Power.log"), play.log(&side).concat()).with_context(cannot)?;
            play.truth_of(&side)
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
