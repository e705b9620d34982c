//! Games that write files.

use std::path::Path;

use anyhow::Result;

use super::{Simulator, simulator};
use crate::{Program, READY_TIMEOUT};

/// A game whose API is the files that it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogGame {
    /// Elite Dangerous, by its journals.
    Elite,
    /// Hearthstone, by its Power.log.
    Hearthstone,
}

impl LogGame {
    /// Its name in settings and on command lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Elite => "elite",
            Self::Hearthstone => "hearthstone",
        }
    }
}

impl Simulator {
    /// Plays a game into the files of a folder, so many times as fast.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn logs(
        game: LogGame,
        (seed, seconds, speed): (u64, u64, u32),
        folder: &Path,
        truth: &Path,
    ) -> Result<Self> {
        let mut command = simulator(seed, seconds, truth);
        command.args(["--speed", &speed.to_string()]);
        command.arg(format!("--{}", game.as_str())).arg(folder);
        let mut program = Program::start("the simulator", &mut command)?;
        program.line_with("ready", READY_TIMEOUT)?;
        Ok(Self { program, truth: truth.to_owned() })
    }
}
