//! The JSON objects of a file: one a line, one after another, or in a list.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde_json::value::RawValue;

use super::document_stream::DocumentStream;
use crate::{
    Error, Reason,
    bounds::Bounds,
    lines::{Cut, LineEnding, Lines, TextLine},
};

/// Reads document by document, in bounded memory.
#[derive(Debug)]
pub(super) struct Documents {
    file: PathBuf,
    shape: Shape,
}

enum Shape {
    /// Every line is one: a broken line is reported as that line.
    Lines(Box<Lines>),
    /// They span lines, or share one.
    Stream(Box<DocumentStream>),
}

/// One JSON object, known to be well-formed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'d> {
    /// Where it begins.
    pub(super) line: u64,
    pub(super) text: &'d str,
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lines(_) => "Lines",
            Self::Stream(_) => "Stream",
        })
    }
}

impl Documents {
    pub(super) fn open(path: &Path, bounds: Bounds) -> Result<Self, Error> {
        let head = Lines::first(path, bounds)?;
        let is_whole = serde_json::from_slice::<&RawValue>(&head)
            .is_ok_and(|document| document.get().starts_with('{'));
        let shape = match is_whole {
            true => Shape::Lines(Box::new(Lines::open(path, Cut::Refused, bounds)?)),
            false => Shape::Stream(Box::new(DocumentStream::open(path, bounds)?)),
        };
        Ok(Self { file: path.to_owned(), shape })
    }

    pub(super) fn bad(&self, line: u64, reason: Reason) -> Error {
        Error::BadInput { file: self.file.clone(), line: Some(line), reason }
    }

    pub(super) fn next(&mut self) -> Result<Option<Document<'_>>, Error> {
        let next = match &mut self.shape {
            Shape::Lines(lines) => lines.next()?.map(check),
            Shape::Stream(stream) => stream.next()?.map(check),
        };
        next.transpose().map_err(|(line, reason)| Error::BadInput {
            file: self.file.clone(),
            line: Some(line),
            reason,
        })
    }
}

fn check(line: TextLine<'_>) -> Result<Document<'_>, (u64, Reason)> {
    match serde_json::from_slice::<&RawValue>(line.bytes) {
        Ok(document) if document.get().starts_with('{') => {
            Ok(Document { line: line.number, text: document.get() })
        }
        Ok(_) => Err((line.number, Reason::NotAnObject)),
        Err(error) if error.is_eof() && line.ending == LineEnding::EndOfFile => {
            Err((line.number, Reason::Truncated))
        }
        Err(error) => {
            let further_lines = (error.line() as u64).saturating_sub(1);
            Err((line.number + further_lines, Reason::not_json(&error)))
        }
    }
}
