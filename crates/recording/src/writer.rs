//! Writes a recording, so that a crash at any instant leaves a readable one.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use event_model::{Reading, Source};
use game_session::cut_secrets;

use crate::{
    Entry, Error, Header, Item,
    bounds::Bounds,
    entry::{canonical_state, encode_state},
};

/// What the name of a recording ends with while it is written.
pub const PART_SUFFIX: &str = ".part";

/// What it ends with while it is made from another file: that other file may
/// itself be the `.part` of a crash.
const CONVERTING_SUFFIX: &str = ".converting";

/// Every line is flushed as a block of its own, so a higher level would find
/// little more.
const ZSTD_LEVEL: i32 = 3;

/// Whether a recording is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Plain text, for editors and `grep`.
    Plain,
    /// zstd.
    Zstd,
}

/// What may stand in the place of a new recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing: a recording is the only copy of what it holds.
    Vacant,
    /// Anything: the content is made from another file.
    Any,
}

/// A recording in the making.
///
/// Each line is given to the system before the call returns, so it outlives
/// the process; [`finish`](Self::finish) makes it outlive the machine too.
/// Dropped without an end it stays as `<name>.part`, readable up to its last
/// whole line.
#[derive(Debug)]
pub struct RecordingWriter {
    path: PathBuf,
    part: PathBuf,
    sink: Sink,
    source: Source,
    bounds: Bounds,
    bytes: u64,
    last_ms: u64,
}

enum Sink {
    Plain(File),
    Zstd(Box<zstd::Encoder<'static, File>>),
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Zstd(_) => "Zstd",
        })
    }
}

impl RecordingWriter {
    /// Begins the recording that will stand at `path` once it is finished.
    ///
    /// `state` is what `game_session::SourceState::encode` gave, where the
    /// recording begins in mid-session.
    ///
    /// # Errors
    /// Where the file cannot be made, or one of that name is there already.
    pub fn create(
        path: &Path,
        header: &Header,
        state: Option<&[u8]>,
        compression: Compression,
    ) -> Result<Self, Error> {
        Self::begin(path, Place::Vacant, header, state, compression, Bounds::FULL)
    }

    pub(crate) fn begin(
        path: &Path,
        place: Place,
        header: &Header,
        state: Option<&[u8]>,
        compression: Compression,
        bounds: Bounds,
    ) -> Result<Self, Error> {
        let part = place.part_of(path);
        // Before the file is made: what is no state leaves none behind.
        let state = state
            .map(canonical_state)
            .transpose()
            .map_err(|error| unwritable(&part, io::Error::other(error)))?;
        let file = open_part(path, &part, place).map_err(|cause| unwritable(path, cause))?;
        let sink = Sink::new(file, compression).map_err(|cause| unwritable(&part, cause))?;
        let source = header.source;
        let path = path.to_owned();
        let mut writer = Self { path, part, sink, source, bounds, bytes: 0, last_ms: 0 };
        writer.line(&header.encode(), bounds.recording_bytes)?;
        if let Some(state) = state {
            writer.line(&encode_state(&state), bounds.recording_bytes)?;
        }
        Ok(writer)
    }

    /// Where the recording is while it is written.
    #[must_use]
    pub fn part_path(&self) -> &Path {
        &self.part
    }

    /// Bytes so far, before compression.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes a reading, its secrets cut.
    ///
    /// # Errors
    /// [`Error::Oversized`] where this reading was left out, [`Error::Full`]
    /// where no further one fits, [`Error::Unwritable`] where the disk refuses.
    pub fn write(&mut self, t_ms: u64, reading: &Reading) -> Result<(), Error> {
        self.append(Entry { t_ms, item: reading.clone().into() })
    }

    /// Writes a person's mark.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn mark(&mut self, t_ms: u64, text: &str) -> Result<(), Error> {
        self.append(Entry { t_ms, item: Item::Mark(text.to_owned()) })
    }

    /// Writes any entry, its secrets cut. A time before the last one is taken
    /// as the last one: `t_ms` never falls within a recording.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn append(&mut self, mut entry: Entry) -> Result<(), Error> {
        if let Item::Frame(frame) = &mut entry.item {
            cut_secrets(self.source, frame);
        }
        entry.t_ms = entry.t_ms.max(self.last_ms);
        let reserve = match entry.item {
            Item::End(_) => 0,
            Item::Frame(_) | Item::Fault(_) | Item::Mark(_) | Item::Event(_) => {
                self.bounds.end_bytes
            }
        };
        self.line(&entry.encode(), self.bounds.recording_bytes.saturating_sub(reserve))?;
        self.last_ms = entry.t_ms;
        Ok(())
    }

    /// Says why the recording ends, and finishes it.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub fn end(mut self, t_ms: u64, reason: &str) -> Result<PathBuf, Error> {
        self.append(Entry { t_ms, item: Item::End(reason.to_owned()) })?;
        self.finish()
    }

    /// Syncs the recording to the disk and gives it its name, without a line
    /// that says it ended. Returns its path.
    ///
    /// # Errors
    /// Where the disk refuses; the recording then stays as `<name>.part`.
    pub fn finish(self) -> Result<PathBuf, Error> {
        let Self { path, part, sink, .. } = self;
        let finished = sink.finish().and_then(|file| file.sync_all());
        finished.map_err(|cause| unwritable(&part, cause))?;
        std::fs::rename(&part, &path).map_err(|cause| unwritable(&path, cause))?;
        Ok(path)
    }

    /// Gives the recording up and leaves nothing of it.
    pub(crate) fn discard(self) {
        let part = self.part.clone();
        drop(self);
        // Whoever gives up has a better error to report than this one.
        std::fs::remove_file(part).ok();
    }

    fn line(&mut self, line: &[u8], recording_limit: u64) -> Result<(), Error> {
        let (bytes, limit) = (line.len() as u64, self.bounds.line_bytes);
        if bytes > limit {
            return Err(Error::Oversized { file: self.part.clone(), bytes, limit });
        }
        if self.bytes + bytes > recording_limit {
            let limit = self.bounds.recording_bytes;
            return Err(Error::Full { file: self.part.clone(), limit });
        }
        self.sink.write(line).map_err(|cause| unwritable(&self.part, cause))?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Sink {
    fn new(file: File, compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::Plain => Self::Plain(file),
            Compression::Zstd => {
                let mut encoder = zstd::Encoder::new(file, ZSTD_LEVEL)?;
                // Text that decodes to other text is damage that nothing else finds.
                encoder.include_checksum(true)?;
                Self::Zstd(Box::new(encoder))
            }
        })
    }

    /// One whole line, so that what a crash leaves ends between two.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(line),
            Self::Zstd(encoder) => {
                encoder.write_all(line)?;
                encoder.flush()
            }
        }
    }

    fn finish(self) -> io::Result<File> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl Place {
    fn part_of(self, path: &Path) -> PathBuf {
        let mut name = OsString::from(path);
        name.push(match self {
            Self::Vacant => PART_SUFFIX,
            Self::Any => CONVERTING_SUFFIX,
        });
        name.into()
    }
}

fn open_part(path: &Path, part: &Path, place: Place) -> io::Result<File> {
    match place {
        Place::Vacant if path.exists() => Err(io::ErrorKind::AlreadyExists.into()),
        Place::Vacant => File::create_new(part),
        Place::Any => File::create(part),
    }
}

fn unwritable(file: &Path, cause: io::Error) -> Error {
    Error::Unwritable { file: file.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use event_model::WallTime;

    use super::*;
    use crate::Recording;

    const SMALL: Bounds = Bounds { line_bytes: 300, recording_bytes: 1_000, end_bytes: 100 };

    fn mark(t_ms: u64, length: usize) -> Entry {
        Entry { t_ms, item: Item::Mark("m".repeat(length)) }
    }

    #[test]
    fn a_full_recording_still_says_that_it_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rsrec");
        let header = Header::new(Source::Cs2, WallTime::from_unix_ms(0), "test");
        let plain = Compression::Plain;
        let mut writer =
            RecordingWriter::begin(&path, Place::Vacant, &header, None, plain, SMALL).unwrap();
        assert!(matches!(writer.append(mark(0, 300)), Err(Error::Oversized { limit: 300, .. })));
        let full = loop {
            if let Err(error) = writer.append(mark(1, 100)) {
                break error;
            }
        };
        assert!(matches!(full, Error::Full { limit: 1_000, .. }), "{full}");
        let path = writer.end(2, "full").unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() <= SMALL.recording_bytes);
        let recording = Recording::open_within(&path, SMALL).unwrap();
        let last = recording.entries().unwrap().last().unwrap().unwrap();
        assert_eq!(last, Entry { t_ms: 2, item: Item::End("full".to_owned()) });
    }
}
