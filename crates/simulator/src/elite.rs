//! Evenings of Elite Dangerous as the game's own journals: several starts of the game
//! one after the other, with everything that a follower and its rules can stumble
//! over. One start is left at once; one is long and goes on in a second part; one ends
//! by a crash, and the next start ends its session.

mod plot;
mod start;

use event_model::{Channel, Frame, Game, Reading};
use game_stage::Cue;

use crate::{Length, SessionTruth, TrueEvent};

/// The journals of a seed.
#[derive(Debug, Clone)]
pub struct EliteJournals {
    commander: String,
    files: Vec<JournalFile>,
    events: Vec<TrueEvent>,
}

/// One journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalFile {
    /// As the game names it.
    pub name: String,
    /// How each line ends.
    ending: &'static str,
    lines: Vec<JournalLine>,
}

/// A line, and when the game writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct JournalLine {
    ms: u64,
    text: String,
}

impl EliteJournals {
    /// Makes the evening of a seed up.
    #[must_use]
    pub fn new(seed: u64, length: Length) -> Self {
        plot::make_up(seed, length)
    }

    /// What a companion beside the game must record.
    #[must_use]
    pub fn truth(&self) -> SessionTruth {
        SessionTruth {
            game: Game::elite().to_string(),
            observer: self.commander.clone(),
            events: self.events.clone(),
        }
    }

    /// The journals, in the order in which the game writes them.
    #[must_use]
    pub fn files(&self) -> &[JournalFile] {
        &self.files
    }

    /// Line by line, as a follower reads them.
    #[must_use]
    pub fn frames(&self) -> Vec<Frame> {
        self.cues()
            .into_iter()
            .filter_map(|cue| match cue.reading {
                Reading::Frame(frame) => Some(frame),
                Reading::Fault(_) => None,
            })
            .collect()
    }

    /// The same with their times.
    #[must_use]
    pub fn cues(&self) -> Vec<Cue> {
        self.files.iter().flat_map(JournalFile::cues).collect()
    }
}

impl JournalFile {
    /// The whole file.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line.text.as_str(), self.ending]).collect()
    }

    fn cues(&self) -> Vec<Cue> {
        let mut offset = 0;
        let cue = |line: &JournalLine| {
            let mut frame = Frame::new(Channel::File, line.text.as_str());
            (frame.file, frame.offset) = (Some(self.name.clone()), Some(offset));
            offset += (line.text.len() + self.ending.len()) as u64;
            Cue { at_ms: line.ms, reading: Reading::Frame(frame) }
        };
        self.lines.iter().map(cue).collect()
    }
}
