//! The lines of a file, one at a time, each of a bounded length.

use std::{ops::Range, path::Path};

use crate::{Error, Reason, bounds::Bounds, input::Input};

/// Reads lines; blank ones are passed over but counted.
pub(crate) struct Lines {
    input: Input,
    cut: Cut,
    number: u64,
    /// Where the line in the buffer begins, and where it ends.
    span: Range<u64>,
    buffer: Vec<u8>,
}

/// What to make of compressed data that ends before its end, between two lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The lines end there; who reads them asks why.
    Accepted,
    /// An error.
    Refused,
}

/// One line without its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextLine<'l> {
    /// Counted from 1.
    pub(crate) number: u64,
    pub(crate) bytes: &'l [u8],
    /// Whether the file goes on behind it.
    pub(crate) ending: LineEnding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnding {
    Newline,
    /// The file ends here: the line may be torn.
    EndOfFile,
}

impl Lines {
    pub(crate) fn open(path: &Path, cut: Cut, bounds: Bounds) -> Result<Self, Error> {
        let input = Input::open(path, bounds)?;
        let start = input.mark_bytes();
        Ok(Self { input, cut, number: 0, span: start..start, buffer: Vec::new() })
    }

    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    /// The first line that is not blank, or its beginning where it is longer
    /// than a line may be, as a list on one line is.
    pub(crate) fn first(path: &Path, bounds: Bounds) -> Result<Vec<u8>, Error> {
        let mut lines = Self::open(path, Cut::Accepted, bounds)?;
        match lines.next() {
            Ok(Some(_)) => {}
            Ok(None) => return Err(lines.input.nothing_here()),
            Err(Error::BadInput { reason: Reason::LineTooLong { .. }, .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(lines.buffer)
    }

    /// The next line that is not blank.
    pub(crate) fn next(&mut self) -> Result<Option<TextLine<'_>>, Error> {
        loop {
            self.buffer.clear();
            self.number += 1;
            let Some(ending) = self.fill_line()? else { return Ok(None) };
            if !self.buffer.trim_ascii().is_empty() {
                let bytes = self.buffer.trim_ascii_end();
                return Ok(Some(TextLine { number: self.number, bytes, ending }));
            }
        }
    }

    /// The line that came last: where it begins, in bytes of what is decompressed, and
    /// its bytes without its end, but with the blanks before that.
    pub(crate) fn last(&self) -> (u64, &[u8]) {
        (self.span.start, self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer))
    }

    /// Reads up to the next newline into the buffer; `None` at the very end.
    fn fill_line(&mut self) -> Result<Option<LineEnding>, Error> {
        let limit = self.input.bounds().line_bytes;
        self.span.start = self.span.end;
        loop {
            let available = self.input.fill(self.number)?;
            if available.is_empty() {
                return self.last_line();
            }
            let newline = available.iter().position(|byte| *byte == b'\n');
            let taken = newline.unwrap_or(available.len());
            self.buffer.extend_from_slice(&available[..taken]);
            let consumed = taken + usize::from(newline.is_some());
            self.input.consume(consumed);
            self.span.end += consumed as u64;
            if self.buffer.len() as u64 > limit {
                return Err(self.input.bad(self.number, Reason::LineTooLong { limit }));
            }
            if newline.is_some() {
                return Ok(Some(LineEnding::Newline));
            }
        }
    }

    fn last_line(&self) -> Result<Option<LineEnding>, Error> {
        if !self.buffer.is_empty() {
            return Ok(Some(LineEnding::EndOfFile));
        }
        match self.cut {
            Cut::Refused if self.input.is_cut_off() => {
                Err(self.input.bad(self.number, Reason::Truncated))
            }
            Cut::Refused | Cut::Accepted => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::Compression;

    const SMALL: Bounds = Bounds { line_bytes: 20, recording_bytes: 1_000, end_bytes: 0 };

    /// How many lines a file has, and the first error.
    fn read(content: &[u8], compression: Compression) -> (usize, Option<Reason>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes = match compression {
            Compression::Plain => content.to_owned(),
            Compression::Zstd => zstd::encode_all(content, 3).unwrap(),
        };
        fs::write(&path, bytes).unwrap();
        let mut count = 0;
        let read = Lines::open(&path, Cut::Refused, SMALL).and_then(|mut lines| {
            while lines.next()?.is_some() {
                count += 1;
            }
            Ok(())
        });
        (count, read.err().map(reason))
    }

    fn reason(error: Error) -> Reason {
        match error {
            Error::BadInput { reason, .. } => reason,
            Error::Unreadable { .. }
            | Error::Unwritable { .. }
            | Error::Full { .. }
            | Error::Oversized { .. } => panic!("the file is at fault, not the machine: {error}"),
        }
    }

    #[test]
    fn a_line_has_a_longest_length() {
        for compression in [Compression::Plain, Compression::Zstd] {
            let exact = "x".repeat(20) + "\n";
            assert_eq!(read(exact.repeat(3).as_bytes(), compression), (3, None));
            let longer = exact + &"x".repeat(21);
            let refused = Some(Reason::LineTooLong { limit: 20 });
            assert_eq!(read(longer.as_bytes(), compression), (1, refused));
        }
    }

    #[test]
    fn what_is_decoded_has_a_largest_size() {
        let large = "x\n".repeat(501);
        let refused = Some(Reason::TooLarge { limit: 1_000 });
        for compression in [Compression::Plain, Compression::Zstd] {
            assert_eq!(read(large.as_bytes(), compression).1, refused, "however small on disk");
        }
        assert_eq!(read("x\n".repeat(500).as_bytes(), Compression::Zstd), (500, None));
    }
}
