//! JSON objects that follow one another or stand in a list, whatever lines
//! they are on.

use std::path::Path;

use crate::{
    Error, Reason,
    bounds::Bounds,
    input::Input,
    lines::{LineEnding, TextLine},
};

/// Finds where each object ends by counting brackets; whether it is JSON is
/// for its reader to say.
pub(super) struct DocumentStream {
    input: Input,
    line: u64,
    place: Place,
    buffer: Vec<u8>,
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// An object, the list, or the end.
    Start,
    /// An object, or the end.
    Open,
    /// An object, or the list's end.
    ListStart,
    /// An object: a comma came before.
    ListNext,
    /// A comma, or the list's end.
    ListAfter,
    /// The end.
    Closed,
}

/// How deep in an object, and whether in a string.
#[derive(Default)]
struct Nesting {
    depth: usize,
    text: Text,
}

#[derive(Default, PartialEq, Eq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

impl DocumentStream {
    pub(super) fn open(path: &Path, bounds: Bounds) -> Result<Self, Error> {
        let input = Input::open(path, bounds)?;
        Ok(Self { input, line: 1, place: Place::Start, buffer: Vec::new() })
    }

    /// The next object, with the line it begins on.
    pub(super) fn next(&mut self) -> Result<Option<TextLine<'_>>, Error> {
        if !self.find_start()? {
            return Ok(None);
        }
        let number = self.line;
        self.take_object()?;
        Ok(Some(TextLine { number, bytes: &self.buffer, ending: LineEnding::Newline }))
    }

    /// Goes to the next opening brace; `false` where none follows.
    fn find_start(&mut self) -> Result<bool, Error> {
        loop {
            let Some(byte) = self.input.fill(self.line)?.first().copied() else {
                return self.end().map(|()| false);
            };
            self.place = match (byte, self.place) {
                (b'\n', place) => {
                    self.line += 1;
                    place
                }
                (b' ' | b'\t' | b'\r', place) => place,
                (b'{', Place::Start | Place::Open) => {
                    self.place = Place::Open;
                    return Ok(true);
                }
                (b'{', Place::ListStart | Place::ListNext) => {
                    self.place = Place::ListAfter;
                    return Ok(true);
                }
                (b'[', Place::Start) => Place::ListStart,
                (b',', Place::ListAfter) => Place::ListNext,
                (b']', Place::ListStart | Place::ListAfter) => Place::Closed,
                (unexpected, _) => return Err(self.unexpected(unexpected)),
            };
            self.input.consume(1);
        }
    }

    fn end(&self) -> Result<(), Error> {
        match self.place {
            Place::Start | Place::Open | Place::Closed if !self.input.is_cut_off() => Ok(()),
            Place::Start
            | Place::Open
            | Place::Closed
            | Place::ListStart
            | Place::ListNext
            | Place::ListAfter => Err(self.input.bad(self.line, Reason::Truncated)),
        }
    }

    fn unexpected(&self, byte: u8) -> Error {
        let character = char::from(byte).escape_default();
        let reason = Reason::NotJson(format!("'{character}' where an object was expected"));
        self.input.bad(self.line, reason)
    }

    /// Copies one object into the buffer.
    fn take_object(&mut self) -> Result<(), Error> {
        let limit = self.input.bounds().line_bytes;
        let first_line = self.line;
        let mut nesting = Nesting::default();
        self.buffer.clear();
        loop {
            let available = self.input.fill(self.line)?;
            if available.is_empty() {
                return Err(self.input.bad(first_line, Reason::Truncated));
            }
            let end = available.iter().position(|byte| nesting.closes_with(*byte));
            let taken = end.map_or(available.len(), |last| last + 1);
            self.buffer.extend_from_slice(&available[..taken]);
            self.line += available[..taken].iter().filter(|byte| **byte == b'\n').count() as u64;
            self.input.consume(taken);
            if self.buffer.len() as u64 > limit {
                return Err(self.input.bad(first_line, Reason::LineTooLong { limit }));
            }
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

impl Nesting {
    /// Takes one byte; whether the object ends with it.
    fn closes_with(&mut self, byte: u8) -> bool {
        match (&self.text, byte) {
            (Text::Inside, b'\\') => self.text = Text::Escaped,
            (Text::Inside, b'"') => self.text = Text::Outside,
            (Text::Inside, _) => {}
            (Text::Escaped, _) => self.text = Text::Inside,
            (Text::Outside, b'"') => self.text = Text::Inside,
            (Text::Outside, b'{' | b'[') => self.depth += 1,
            (Text::Outside, b'}' | b']') => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            (Text::Outside, _) => {}
        }
        false
    }
}
