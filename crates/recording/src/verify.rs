//! Whether a recording is what it should be.

use std::path::Path;

use event_model::{Frame, Source};
use game_session::cut_secrets;
use serde::Serialize;

use crate::{
    Entry, Error, Header, Item,
    bounds::Bounds,
    recording::{Order, RecordedLines},
};

/// Problems that are listed; further ones are counted only.
const PROBLEMS_MAX: usize = 100;

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The header.
    pub header: Header,
    /// What the lines hold.
    pub counts: Counts,
    /// Time of the last entry.
    pub duration_ms: u64,
    /// Why it ended; absent where its writer never said so.
    pub end: Option<String>,
    /// The line in which a crashed writer broke off.
    pub truncated_at_line: Option<u64>,
    /// Frames that still hold a secret.
    pub frames_with_secrets: u64,
    /// The first bad lines.
    pub problems: Vec<Problem>,
    /// How many bad lines there are.
    pub problems_total: u64,
}

/// How many entries of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Frames.
    pub frames: u64,
    /// Failed readings.
    pub faults: u64,
    /// Marks.
    pub marks: u64,
    /// Golden events.
    pub events: u64,
}

/// One line that should not be as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub what: String,
}

impl Verification {
    /// Whether it ended properly and nothing in it is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems_total == 0 && self.frames_with_secrets == 0 && self.end.is_some()
    }

    fn problem(&mut self, line: u64, what: String) {
        self.problems_total += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { line, what });
        }
    }

    fn entry(&mut self, line: u64, entry: Entry) {
        self.counts.count(&entry.item);
        self.duration_ms = entry.t_ms;
        match entry.item {
            Item::Frame(frame) if has_secrets(self.header.source, &frame) => {
                self.frames_with_secrets += 1;
                self.problem(line, "the frame still holds a secret".to_owned());
            }
            Item::End(reason) => self.end = Some(reason),
            Item::Frame(_) | Item::Fault(_) | Item::Mark(_) | Item::Event(_) => {}
        }
    }
}

impl Counts {
    pub(crate) fn count(&mut self, item: &Item) {
        match item {
            Item::Frame(_) => self.frames += 1,
            Item::Fault(_) => self.faults += 1,
            Item::Mark(_) => self.marks += 1,
            Item::Event(_) => self.events += 1,
            Item::End(_) => {}
        }
    }
}

/// Reads a recording to its end, past every bad line.
///
/// # Errors
/// Where the file cannot be read or is no recording.
pub fn verify(path: &Path) -> Result<Verification, Error> {
    let (header, mut lines) = RecordedLines::open(path, Bounds::FULL)?;
    let mut verification = Verification::of(header);
    let mut order = Order::default();
    while let Some(line) = lines.next()? {
        match line {
            Ok((number, line)) => match order.check(line) {
                Ok(Some(entry)) => verification.entry(number, entry),
                Ok(None) => {}
                Err(reason) => verification.problem(number, reason.to_string()),
            },
            Err((number, reason)) => verification.problem(number, reason.to_string()),
        }
    }
    verification.truncated_at_line = lines.truncation().map(|truncation| truncation.line);
    Ok(verification)
}

impl Verification {
    fn of(header: Header) -> Self {
        Self {
            header,
            counts: Counts::default(),
            duration_ms: 0,
            end: None,
            truncated_at_line: None,
            frames_with_secrets: 0,
            problems: Vec::new(),
            problems_total: 0,
        }
    }
}

/// What the writer's rule would still change holds a secret.
fn has_secrets(source: Source, frame: &Frame) -> bool {
    let mut cut = frame.clone();
    cut_secrets(source, &mut cut);
    cut != *frame
}
