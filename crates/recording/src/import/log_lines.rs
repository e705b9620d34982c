//! The lines of a log file, each with the place that a follower would have read it at.

use std::{fmt, path::Path};

use event_model::{Channel, Frame};

use crate::{
    Error,
    bounds::Bounds,
    lines::{Cut, Lines},
};

/// Reads a log line by line.
pub(super) struct LogLines {
    lines: Lines,
    /// The file's name, without its folder: that is the player's own.
    name: String,
}

impl LogLines {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let lines = Lines::open(path, Cut::Refused, Bounds::FULL)?;
        Ok(Self { lines, name: name.unwrap_or_default() })
    }

    /// The next line that is not blank, with its number. One that the file ends in the
    /// midst of is none for who follows it, and is here all that there is.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Frame)>, Error> {
        let Some(line) = self.lines.next()? else { return Ok(None) };
        let number = line.number;
        let (offset, bytes) = self.lines.last();
        let mut frame = Frame::new(Channel::File, bytes);
        (frame.file, frame.offset) = (Some(self.name.clone()), Some(offset));
        Ok(Some((number, frame)))
    }
}

impl fmt::Debug for LogLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogLines").field("name", &self.name).finish_non_exhaustive()
    }
}
