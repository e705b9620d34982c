//! Reads a recording, or a file as the recording it would become.

mod recorded;

use std::path::{Path, PathBuf};

use event_model::ClockEpoch;
use serde_json::value::RawValue;

use crate::{
    Entry, Error, Format, Header, RecordingHash,
    bounds::Bounds,
    entry::encode_state,
    hash::Hashing,
    import::{Import, ImportedEntries},
    input::Stored,
};
use recorded::{Opened, RecordedEntries};
pub(crate) use recorded::{Order, RecordedLines};

/// A recording whose head has been read; its entries are read as they are
/// asked for.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    header: Header,
    state: Option<Box<RawValue>>,
    content: Content,
    bounds: Bounds,
}

/// How the entries are read.
#[derive(Debug)]
pub(crate) enum Content {
    Recorded(Stored),
    Imported(Import),
}

/// Where the file of a crashed writer ends in the middle of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncation {
    /// The torn line, or the one that would have followed.
    pub line: u64,
}

impl Recording {
    /// Opens a recording. Its header and state are read at once.
    ///
    /// # Errors
    /// Where the file cannot be read or does not begin as a recording does.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_within(path, Bounds::FULL)
    }

    pub(crate) fn open_within(path: &Path, bounds: Bounds) -> Result<Self, Error> {
        let Opened { header, state, stored } = recorded::open(path, bounds)?;
        let content = Content::Recorded(stored);
        Ok(Self { path: path.to_owned(), header, state, content, bounds })
    }

    pub(crate) fn imported(path: &Path, header: Header, import: Import) -> Self {
        let content = Content::Imported(import);
        Self { path: path.to_owned(), header, state: None, content, bounds: Bounds::FULL }
    }

    /// The file it is read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Where the session stood when it began, for
    /// `game_session::SourceState::decode`.
    #[must_use]
    pub fn state(&self) -> Option<&[u8]> {
        self.state.as_ref().map(|state| state.get().as_bytes())
    }

    /// What the file is written in.
    #[must_use]
    pub fn format(&self) -> Format {
        match &self.content {
            Content::Recorded(_) => Format::Rsrec,
            Content::Imported(import) => import.format(),
        }
    }

    /// Reads the entries from the first one, in bounded memory.
    ///
    /// # Errors
    /// Where the file cannot be opened again.
    pub fn entries(&self) -> Result<Entries, Error> {
        Ok(Entries(match &self.content {
            Content::Recorded(_) => {
                Reader::Recorded(Box::new(RecordedEntries::open(&self.path, self.bounds)?))
            }
            Content::Imported(import) => {
                Reader::Imported(Box::new(import.entries(&self.path, self.header.source)?))
            }
        }))
    }

    /// The name of its content. Reads the whole file, and so finds every fault
    /// in it.
    ///
    /// # Errors
    /// The first fault in the file.
    pub fn hash(&self) -> Result<RecordingHash, Error> {
        let mut hashing = Hashing::default();
        self.hash_head(&mut hashing);
        for entry in self.entries()? {
            hashing.line(&entry?.encode());
        }
        Ok(hashing.finish())
    }

    /// The clock that a replay of it runs on. Reads the whole file.
    ///
    /// # Errors
    /// As [`hash`](Self::hash).
    pub fn clock_epoch(&self) -> Result<ClockEpoch, Error> {
        self.hash().map(RecordingHash::clock_epoch)
    }

    pub(crate) fn hash_head(&self, hashing: &mut Hashing) {
        hashing.line(&self.header.encode());
        if let Some(state) = &self.state {
            hashing.line(&encode_state(state));
        }
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }
}

/// The entries of a recording, in order. After an error there are no more.
#[derive(Debug)]
pub struct Entries(Reader);

#[derive(Debug)]
enum Reader {
    Recorded(Box<RecordedEntries>),
    Imported(Box<ImportedEntries>),
}

impl Entries {
    /// Where the file of a crashed writer breaks off, once all entries before
    /// that were read.
    #[must_use]
    pub fn truncation(&self) -> Option<Truncation> {
        match &self.0 {
            Reader::Recorded(entries) => entries.truncation(),
            Reader::Imported(_) => None,
        }
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Reader::Recorded(entries) => entries.next(),
            Reader::Imported(entries) => entries.next(),
        }
    }
}
