//! What can go wrong with a file, in one sentence.

use std::{fmt, io, path::PathBuf};

use event_model::{InvalidTime, Source};

/// Why a file could not be read or written.
///
/// Its text is one whole sentence for a person, cause included: the file, the
/// line where there is one, and the reason.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is at fault: another file would do.
    #[error("{}{}: {reason}", .file.display(), AtLine(*.line))]
    BadInput {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1, where one line is at fault.
        line: Option<u64>,
        /// What is wrong with it.
        reason: Reason,
    },
    /// The machine is at fault: the same file may do elsewhere or later.
    #[error("{}: cannot be read: {cause}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The disk does not take the recording.
    #[error("{}: cannot be written: {cause}", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The recording is as long as one may be: end it and begin another.
    #[error("{}: a recording may have {limit} bytes, and this one is full", .file.display())]
    Full {
        /// The file.
        file: PathBuf,
        /// How many bytes it may have, decoded.
        limit: u64,
    },
    /// One entry is too long and was left out; the recording goes on.
    #[error("{}: a line may have {limit} bytes, and this one has {bytes}", .file.display())]
    Oversized {
        /// The file.
        file: PathBuf,
        /// How many bytes the line would have.
        bytes: u64,
        /// How many it may have.
        limit: u64,
    },
}

/// What is wrong with an input file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Nothing at that path.
    #[error("there is no such file")]
    Missing,
    /// A folder, a pipe or a device: it cannot be read twice.
    #[error("not a regular file")]
    NotAFile,
    /// No bytes, or only white space.
    #[error("the file is empty")]
    Empty,
    /// Bytes that no text has.
    #[error("binary data, not text")]
    Binary,
    /// Text as some Windows shells write it.
    #[error("UTF-16 text; only UTF-8 can be read")]
    Utf16,
    /// A broken line or document.
    #[error("not valid JSON: {0}")]
    NotJson(String),
    /// JSON, but a number, a text or a list.
    #[error("not a JSON object")]
    NotAnObject,
    /// The end is missing.
    #[error("the file is cut off: it ends in the middle of a line or document")]
    Truncated,
    /// One line or document above [`LINE_BYTES_MAX`](crate::LINE_BYTES_MAX).
    #[error("longer than the {limit} bytes that a line or document may have")]
    LineTooLong {
        /// How many bytes it may have.
        limit: u64,
    },
    /// A file above [`RECORDING_BYTES_MAX`](crate::RECORDING_BYTES_MAX).
    #[error("larger than the {limit} bytes that a recording may have")]
    TooLarge {
        /// How many bytes it may have, decoded.
        limit: u64,
    },
    /// Compressed data that cannot be decoded.
    #[error("the compressed data is damaged: {0}")]
    Damaged(String),
    /// A recording of another version.
    #[error("a recording of format version {0}; this version reads version 1")]
    Version(u64),
    /// The first line is not the header of a recording.
    #[error("not the header of a recording: {0}")]
    Header(String),
    /// A further line is none that a recording has.
    #[error("not a line of a recording: {0}")]
    Line(String),
    /// `t_ms` falls.
    #[error("time goes back from {from_ms} ms to {to_ms} ms")]
    TimeGoesBack {
        /// The line before.
        from_ms: u64,
        /// This line.
        to_ms: u64,
    },
    /// Lines after the one that says the recording ended.
    #[error("a line after the end of the recording")]
    AfterEnd,
    /// Nobody knows where names stand in it.
    #[error("this version cannot find players' names in recordings of {0}")]
    NamesUnknown(Source),
    /// A place to cut at.
    #[error("no mark in it says {0:?}; a time is written as 90, 1:30 or 1:02:03.5")]
    NoSuchMark(String),
    /// A part that ends before it begins.
    #[error("the part would begin at {from_ms} ms and end at {to_ms} ms")]
    NoSuchPart {
        /// The first instant.
        from_ms: u64,
        /// The last one.
        to_ms: u64,
    },
    /// The state that it begins with.
    #[error("it begins in mid-session, and {0}")]
    State(String),
    /// Recordings that cannot be one: a recording holds one stream.
    #[error("a recording of {found}, and the first one is of {first}: they are two streams")]
    OtherSource {
        /// Of this file.
        found: Source,
        /// Of the first one.
        first: Source,
    },
    /// A log's time of receipt.
    #[error(transparent)]
    Timestamp(#[from] InvalidTime),
    /// No format that is known.
    #[error("not a recording and no format that can be imported: {0}")]
    Foreign(String),
}

impl Error {
    /// Whether the file itself is at fault, and not the machine.
    #[must_use]
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::BadInput { .. } => true,
            Self::Unreadable { .. }
            | Self::Unwritable { .. }
            | Self::Full { .. }
            | Self::Oversized { .. } => false,
        }
    }
}

impl Reason {
    /// What `serde_json` found, without the line: the caller knows a better one.
    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self::NotJson(without_line(error))
    }
}

/// `expected value at line 1 column 7` as `expected value at column 7`.
pub(crate) fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(what) => format!("{what} at column {}", error.column()),
        None => text,
    }
}

/// `, line 12`, or nothing.
struct AtLine(Option<u64>);

impl fmt::Display for AtLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_sentence_with_file_line_and_reason() {
        let error = serde_json::from_str::<u8>("x").unwrap_err();
        let error = Error::BadInput {
            file: "recordings/x.jsonl".into(),
            line: Some(12),
            reason: Reason::not_json(&error),
        };
        assert_eq!(
            error.to_string(),
            "recordings/x.jsonl, line 12: not valid JSON: expected value at column 1"
        );
        assert!(error.is_bad_input());
    }
}
