//! The lines of a recording on disk.

use std::path::Path;

use serde_json::value::RawValue;

use super::Truncation;
use crate::{
    Entry, Error, Header, Item, PART_SUFFIX, Reason,
    bounds::Bounds,
    entry::Line,
    input::Stored,
    lines::{Cut, LineEnding, Lines},
};

/// The head of a recording.
pub(super) struct Opened {
    pub(super) header: Header,
    pub(super) state: Option<Box<RawValue>>,
    pub(super) stored: Stored,
}

pub(super) fn open(path: &Path, bounds: Bounds) -> Result<Opened, Error> {
    let (header, mut lines) = RecordedLines::open(path, bounds)?;
    let state = match lines.next()? {
        Some(Ok((_, Line::State(state)))) => Some(state),
        // Any other second line is read again, with the entries.
        Some(Ok((_, Line::Entry(_))) | Err(_)) | None => None,
    };
    Ok(Opened { header, state, stored: lines.stored() })
}

/// Reads line by line, whatever the lines say, so that `verify` can go on
/// behind a bad one.
pub(crate) struct RecordedLines {
    lines: Lines,
    tail: Tail,
    number: u64,
    truncation: Option<Truncation>,
}

/// A line with its number, or the number and fault of a bad one; an error
/// where no further line can be read.
pub(crate) type NextLine = Result<Option<Result<(u64, Line), (u64, Reason)>>, Error>;

/// What to make of a torn last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// A crash: the file is still named as one that is being written.
    Tolerated,
    /// Damage: the file claims to be finished.
    Refused,
}

impl RecordedLines {
    pub(crate) fn open(path: &Path, bounds: Bounds) -> Result<(Header, Self), Error> {
        let mut lines = Lines::open(path, Cut::Accepted, bounds)?;
        let Some(first) = lines.next()? else { return Err(lines.input().nothing_here()) };
        let (number, ending) = (first.number, first.ending);
        let header = match Header::decode(first.bytes) {
            Ok(header) => header,
            // The writer's very first line, of which a crash left a part.
            Err(Reason::Header(_)) if ending == LineEnding::EndOfFile && is_torn(first.bytes) => {
                return Err(lines.input().bad(number, Reason::Truncated));
            }
            Err(reason) => return Err(lines.input().bad(number, reason)),
        };
        let unfinished = path.to_string_lossy().ends_with(PART_SUFFIX);
        let tail = if unfinished { Tail::Tolerated } else { Tail::Refused };
        Ok((header, Self { lines, tail, number, truncation: None }))
    }

    pub(crate) fn truncation(&self) -> Option<Truncation> {
        self.truncation
    }

    pub(crate) fn stored(&self) -> Stored {
        self.lines.input().stored()
    }

    pub(crate) fn bad(&self, line: u64, reason: Reason) -> Error {
        self.lines.input().bad(line, reason)
    }

    /// The next line.
    pub(crate) fn next(&mut self) -> NextLine {
        let Some(line) = self.lines.next()? else { return self.at_the_end() };
        let number = line.number;
        self.number = number;
        let ending = line.ending;
        match Line::decode(line.bytes) {
            Ok(line) => Ok(Some(Ok((number, line)))),
            Err(Reason::NotJson(_)) if ending == LineEnding::EndOfFile => self.torn(number),
            Err(reason) => Ok(Some(Err((number, reason)))),
        }
    }

    fn at_the_end(&mut self) -> NextLine {
        let already = self.truncation.is_some();
        if self.lines.input().is_cut_off() && !already {
            self.torn(self.number + 1)
        } else {
            Ok(None)
        }
    }

    fn torn(&mut self, line: u64) -> NextLine {
        let first = self.truncation.replace(Truncation { line }).is_none();
        match self.tail {
            Tail::Refused if first => Ok(Some(Err((line, Reason::Truncated)))),
            Tail::Refused | Tail::Tolerated => Ok(None),
        }
    }
}

fn is_torn(line: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(line).is_err_and(|error| error.is_eof())
}

/// The entries of a recording on disk.
pub(super) struct RecordedEntries {
    lines: RecordedLines,
    order: Order,
    done: bool,
}

impl std::fmt::Debug for RecordedEntries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordedEntries").field("line", &self.lines.number).finish_non_exhaustive()
    }
}

impl RecordedEntries {
    pub(super) fn open(path: &Path, bounds: Bounds) -> Result<Self, Error> {
        let (_, lines) = RecordedLines::open(path, bounds)?;
        Ok(Self { lines, order: Order::default(), done: false })
    }

    pub(super) fn truncation(&self) -> Option<Truncation> {
        self.lines.truncation()
    }

    fn read(&mut self) -> Result<Option<Entry>, Error> {
        loop {
            let Some(line) = self.lines.next()? else { return Ok(None) };
            let checked = line.and_then(|(number, line)| {
                self.order.check(line).map_err(|reason| (number, reason))
            });
            match checked {
                Ok(Some(entry)) => return Ok(Some(entry)),
                Ok(None) => {}
                Err((number, reason)) => return Err(self.lines.bad(number, reason)),
            }
        }
    }
}

impl Iterator for RecordedEntries {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.read().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

/// What a line must not be, given those before it.
#[derive(Debug, Default)]
pub(crate) struct Order {
    lines: u64,
    last_ms: u64,
    ended: bool,
}

impl Order {
    /// The entry of a line that may stand here; `None` for the state.
    pub(crate) fn check(&mut self, line: Line) -> Result<Option<Entry>, Reason> {
        self.lines += 1;
        let entry = match line {
            Line::State(_) if self.lines == 1 => return Ok(None),
            Line::State(_) => {
                return Err(Reason::Line("a state can only be the second line".to_owned()));
            }
            Line::Entry(entry) => entry,
        };
        if self.ended {
            return Err(Reason::AfterEnd);
        }
        if entry.t_ms < self.last_ms {
            return Err(Reason::TimeGoesBack { from_ms: self.last_ms, to_ms: entry.t_ms });
        }
        self.last_ms = entry.t_ms;
        self.ended = matches!(entry.item, Item::End(_));
        Ok(Some(entry))
    }
}
