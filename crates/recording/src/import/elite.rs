//! Elite Dangerous's journal: a frame a line.

use std::path::Path;

use event_model::{Source, WallTime};
use serde::Deserialize;

use super::{
    draft::{Draft, SourceHint, Stamp},
    log_lines::LogLines,
};
use crate::Error;

/// Reads a journal. Its lines have UTC in whole seconds.
#[derive(Debug)]
pub(super) struct EliteJournal {
    lines: LogLines,
}

#[derive(Deserialize)]
struct Line {
    timestamp: String,
}

impl EliteJournal {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { lines: LogLines::open(path)? })
    }

    /// The next line. One that nobody can read is a frame as well: it is for the
    /// session to count it.
    pub(super) fn next(&mut self) -> Result<Option<Draft>, Error> {
        let Some((_, frame)) = self.lines.next()? else { return Ok(None) };
        let line: Option<Line> = serde_json::from_slice(&frame.body).ok();
        let at: Option<WallTime> = line.and_then(|line| line.timestamp.parse().ok());
        let source = SourceHint::Named(Source::Elite);
        Ok(Some(Draft { stamp: at.map(Stamp::Wall), source, frame }))
    }
}
