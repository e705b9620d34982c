//! Games that write files: they grow while the game is played, by halves of lines.

use std::path::Path;

use anyhow::{Context, Result};
use game_stage::{Conductor, Cue, FileStage, Pace, Pieces, Tempo, play_files};

use super::{Cast, Show};
use crate::{EliteJournals, HearthstoneGame};

/// A folder, and what is written into it.
pub(super) struct LogPlay {
    stage: FileStage,
    conductor: Conductor,
}

impl LogPlay {
    fn new(folder: &Path, seed: u64, cues: Vec<Cue>, pace: &Pace) -> Self {
        let script = Box::new(cues.into_iter().map(Ok));
        Self {
            // Each line names its file.
            stage: FileStage::new(folder.to_owned(), "unnamed.log", Pieces::by_seed(seed)),
            conductor: Conductor::new(script, Tempo::Clocked(pace.clone())),
        }
    }

    pub(super) async fn play(self) -> Result<()> {
        let played = play_files(self.stage, self.conductor).await;
        played.map(drop).context("the game's files cannot be written")
    }
}

impl Cast {
    /// These begin at once: a game that writes files does not know who reads them.
    pub(super) fn add_logs(&mut self, show: &Show, pace: &Pace) {
        if let Some(folder) = &show.elite {
            let journals = EliteJournals::new(show.seed, show.length);
            self.sessions.push(journals.truth());
            self.logs.push(LogPlay::new(folder, show.seed, journals.cues(), pace));
        }
        if let Some(folder) = &show.hearthstone {
            let game = HearthstoneGame::new(show.seed, show.length);
            let [side, _] = game.sides(show.seed);
            self.sessions.push(game.truth_of(&side));
            self.logs.push(LogPlay::new(folder, show.seed, game.cues(&side), pace));
        }
    }
}
