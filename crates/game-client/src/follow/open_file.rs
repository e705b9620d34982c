//! A file that is read, held open so that it can be read to its end whatever
//! becomes of its name.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::PathBuf,
};

use game_session::{FollowedTo, LineSum};
use same_file::Handle;

use super::{
    config::LogFile,
    cutting::{Cutter, LINE_BYTES_MAX, Line},
    deciding::{Past, Standing},
};

/// Bytes at a file's start that are compared to see that it is the same: a journal's
/// first line has 160, and in a log of another kind the first line has the time.
const HEAD_BYTES: usize = 256;

/// Bytes before the next line that are compared: half a line of any log.
const TAIL_BYTES: usize = 64;

/// Bytes asked for at once, at first; a longer line is asked for with more.
const PIECE_BYTES: usize = 64 * 1024;

/// A file, and how far it was read.
pub(super) struct OpenFile {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) handle: Handle,
    /// At which look it last had lines to give.
    pub(super) grew_at: u64,
    cutter: Cutter,
    /// What stood at its start, as far as it was read.
    head: Vec<u8>,
    /// What stood before the next line.
    tail: Vec<u8>,
}

/// What a piece came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// More may stand behind it.
    Full,
    /// It ended with the file.
    ToTheEnd,
    /// What was read before stands there no more.
    Changed,
}

impl OpenFile {
    /// Opens a file at its start.
    pub(super) fn open(file: &LogFile) -> io::Result<Self> {
        let handle = Handle::from_path(&file.path)?;
        Ok(Self {
            name: file.name.clone(),
            path: file.path.clone(),
            handle,
            grew_at: 0,
            cutter: Cutter::default(),
            head: Vec::new(),
            tail: Vec::new(),
        })
    }

    /// Goes to the line that was taken last, where it stands in the file. It will
    /// be read again: it makes nothing twice.
    pub(super) fn go_to(&mut self, place: &FollowedTo) -> io::Result<Past> {
        let mut piece = self.read_at(place.offset, PIECE_BYTES)?;
        if !piece.contains(&b'\n') {
            piece = self.read_at(place.offset, LINE_BYTES_MAX + 1)?;
        }
        let line = piece.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if LineSum::of(line) != place.line {
            return Ok(Past::Changed);
        }
        let head_length = HEAD_BYTES.min(usize::try_from(place.offset).unwrap_or(HEAD_BYTES));
        self.head = self.read_at(0, head_length)?;
        self.cutter = Cutter::at(place.offset);
        Ok(Past::Stands)
    }

    /// How it stands on the disk.
    pub(super) fn standing(&self) -> io::Result<Standing> {
        let size = self.handle.as_file().metadata()?.len();
        let past = match self.read_at(0, self.head.len())? == self.head
            && self.read_at(self.tail_begins(), self.tail.len())? == self.tail
        {
            true => Past::Stands,
            false => Past::Changed,
        };
        Ok(Standing { offset: self.cutter.offset, size, past })
    }

    /// Reads the next lines. What stands before them is read in the same call, so
    /// that a file which is written anew meanwhile is not taken for grown.
    pub(super) fn read_piece(
        &mut self,
        lines: &mut Vec<Line>,
        bytes: &mut usize,
    ) -> io::Result<Piece> {
        let mut asked = PIECE_BYTES;
        loop {
            let piece = self.read_at(self.tail_begins(), self.tail.len() + asked)?;
            let Some(news) = piece.strip_prefix(self.tail.as_slice()) else {
                return Ok(Piece::Changed);
            };
            let is_full = news.len() == asked;
            let before = self.cutter.offset;
            self.cutter.take(&self.name, news, lines);
            let taken = usize::try_from(self.cutter.offset - before).unwrap_or(news.len());
            *bytes += taken;
            if taken > 0 {
                self.remember(before, &piece[..self.tail.len() + taken]);
            }
            match (is_full, taken) {
                (false, _) => return Ok(Piece::ToTheEnd),
                (true, 0) if asked <= LINE_BYTES_MAX => asked = LINE_BYTES_MAX + 1,
                (true, _) => return Ok(Piece::Full),
            }
        }
    }

    /// From its start again.
    pub(super) fn start_over(&mut self) {
        self.cutter.start_over();
        self.head.clear();
        self.tail.clear();
    }

    /// Lines that were too long, since it was opened.
    pub(super) fn too_long(&self) -> u64 {
        self.cutter.too_long
    }

    fn remember(&mut self, before: u64, read: &[u8]) {
        let room = HEAD_BYTES.saturating_sub(self.head.len());
        if before == self.head.len() as u64 {
            let news = &read[self.tail.len()..];
            self.head.extend_from_slice(&news[..room.min(news.len())]);
        }
        self.tail = read[read.len().saturating_sub(TAIL_BYTES)..].to_vec();
    }

    fn tail_begins(&self) -> u64 {
        self.cutter.offset - self.tail.len() as u64
    }

    /// So many bytes, or as many as there are.
    fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut file: &File = self.handle.as_file();
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = vec![0; length];
        let mut filled = 0;
        while filled < length {
            match file.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}
