//! Hearthstone's Power.log: a frame a line.

use std::path::Path;

use event_model::Source;
use game_session::LogClock;

use super::{
    draft::{Draft, SourceHint, Stamp},
    log_lines::LogLines,
};
use crate::Error;

/// Reads a Power.log. Its lines have the time of day in a zone that nobody knows, so
/// the recording's time is that since the first line.
#[derive(Debug)]
pub(super) struct PowerLog {
    lines: LogLines,
    clock: LogClock,
}

impl PowerLog {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { lines: LogLines::open(path)?, clock: LogClock::default() })
    }

    pub(super) fn next(&mut self) -> Result<Option<Draft>, Error> {
        let Some((_, frame)) = self.lines.next()? else { return Ok(None) };
        let time = frame.body.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
        let now_ms = self.clock.at(&String::from_utf8_lossy(time));
        let source = SourceHint::Named(Source::Hearthstone);
        Ok(Some(Draft { stamp: Some(Stamp::Game(now_ms)), source, frame }))
    }
}
