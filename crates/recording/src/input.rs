//! The bytes of a file, decompressed and bounded.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use crate::{Error, Reason, bounds::Bounds};

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const UTF8_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
const UTF16_MARKS: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

/// Largest window of compressed data, 2^27 bytes: what every zstd reads
/// without being asked, and the most memory that reading takes.
const WINDOW_LOG_MAX: u32 = 27;

/// A file that is read from its start.
pub(crate) struct Input {
    file: PathBuf,
    reader: BufReader<Decoded>,
    bounds: Bounds,
    /// What it begins with to say that it is UTF-8.
    mark_bytes: u64,
}

/// Whether a file is compressed, which only its first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    Plain,
    Zstd,
}

struct Decoded {
    bytes: Bytes,
    count: u64,
    limit: u64,
    cut_off: bool,
}

enum Bytes {
    Plain(File),
    Zstd(Box<zstd::Decoder<'static, BufReader<File>>>),
}

impl Input {
    pub(crate) fn open(path: &Path, bounds: Bounds) -> Result<Self, Error> {
        let limit = bounds.recording_bytes;
        let bad = |reason| Error::BadInput { file: path.to_owned(), line: None, reason };
        let unreadable = |cause: io::Error| match cause.kind() == io::ErrorKind::NotFound {
            true => bad(Reason::Missing),
            false => Error::Unreadable { file: path.to_owned(), cause },
        };
        // Asked of the path first: opening a pipe would wait for its writer.
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(bad(Reason::NotAFile));
        }
        if metadata.len() > limit {
            return Err(bad(Reason::TooLarge { limit }));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let bytes = match stored(&mut file).map_err(unreadable)? {
            Stored::Plain => Bytes::Plain(file),
            Stored::Zstd => {
                let mut decoder = zstd::Decoder::new(file).map_err(unreadable)?;
                decoder.window_log_max(WINDOW_LOG_MAX).map_err(unreadable)?;
                Bytes::Zstd(Box::new(decoder))
            }
        };
        let decoded = Decoded { bytes, count: 0, limit, cut_off: false };
        let mut input =
            Self { file: path.to_owned(), reader: BufReader::new(decoded), bounds, mark_bytes: 0 };
        input.skip_mark()?;
        Ok(input)
    }

    /// What a file that holds nothing to read is: empty, or cut off.
    pub(crate) fn nothing_here(&self) -> Error {
        let reason = if self.is_cut_off() { Reason::Truncated } else { Reason::Empty };
        self.bad(None, reason)
    }

    /// Whether compressed data ended before its end. Known at the end.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.reader.get_ref().cut_off
    }

    pub(crate) fn stored(&self) -> Stored {
        match self.reader.get_ref().bytes {
            Bytes::Plain(_) => Stored::Plain,
            Bytes::Zstd(_) => Stored::Zstd,
        }
    }

    /// Where the first line begins.
    pub(crate) fn mark_bytes(&self) -> u64 {
        self.mark_bytes
    }

    pub(crate) fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The next bytes; empty at the end.
    pub(crate) fn fill(&mut self, line: u64) -> Result<&[u8], Error> {
        match self.reader.fill_buf() {
            Ok(_) => Ok(self.reader.buffer()),
            Err(error) => Err(self.failed(line, error)),
        }
    }

    pub(crate) fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
    }

    pub(crate) fn bad(&self, line: impl Into<Option<u64>>, reason: Reason) -> Error {
        Error::BadInput { file: self.file.clone(), line: line.into(), reason }
    }

    fn skip_mark(&mut self) -> Result<(), Error> {
        let start = self.fill(1)?;
        if UTF16_MARKS.iter().any(|mark| start.starts_with(mark)) {
            return Err(self.bad(None, Reason::Utf16));
        }
        let mark = if start.starts_with(&UTF8_MARK) { UTF8_MARK.len() } else { 0 };
        // Only the first bytes: within a line a NUL is that line's error.
        let binary = start.contains(&0);
        self.consume(mark);
        self.mark_bytes = mark as u64;
        if binary { Err(self.bad(None, Reason::Binary)) } else { Ok(()) }
    }

    fn failed(&self, line: u64, cause: io::Error) -> Error {
        let limit = self.bounds.recording_bytes;
        if cause.kind() == io::ErrorKind::FileTooLarge {
            self.bad(line, Reason::TooLarge { limit })
        } else if cause.kind() == io::ErrorKind::InvalidData {
            self.bad(line, Reason::Damaged(cause.to_string()))
        } else {
            Error::Unreadable { file: self.file.clone(), cause }
        }
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.bytes {
            Bytes::Plain(file) => file.read(buffer)?,
            Bytes::Zstd(decoder) => match decoder.read(buffer) {
                Ok(count) => count,
                // What a crash leaves: blocks so far, and no end.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    self.cut_off = true;
                    0
                }
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            },
        };
        self.count = self.count.saturating_add(count as u64);
        if self.count > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(count)
    }
}

fn stored(file: &mut File) -> io::Result<Stored> {
    let mut start = Vec::new();
    file.take(ZSTD_MAGIC.len() as u64).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(if start == ZSTD_MAGIC { Stored::Zstd } else { Stored::Plain })
}
