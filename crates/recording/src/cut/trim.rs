//! Cuts a part out of a recording.

use std::path::{Path, PathBuf};

use event_model::Reading;
use game_session::SourceState;
use serde::Serialize;

use super::At;
use crate::{
    Compression, Entry, Error, Header, Item, Reason, Recording, RecordingWriter, bounds::Bounds,
    writer::Place,
};

/// Why a part ends before its recording did.
const TRIM_END: &str = "trimmed";

/// What was cut out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trimmed {
    /// The part.
    pub path: PathBuf,
    /// Frames in it.
    pub frames: u64,
    /// Frames in the whole.
    pub frames_in_all: u64,
    /// Whether it begins with the state that the session had there.
    pub has_state: bool,
}

/// Milliseconds of the first and the last instant.
#[derive(Debug, Clone, Copy)]
struct Range {
    from_ms: u64,
    to_ms: u64,
}

/// How a part is begun.
struct Start {
    state: Option<Vec<u8>>,
    frames_before: u64,
}

impl Recording {
    /// Writes the entries from one place to another, both included, to `path`.
    ///
    /// Where anything lies before it the part begins with the session's state there,
    /// so that a replay makes the same events with the same ids as one of the whole.
    /// Its times count from its own beginning.
    ///
    /// # Errors
    /// The first fault in this file, a mark that it does not have, a state that
    /// cannot be read, or what the disk refuses. Then nothing is left of it.
    pub fn trim_to(
        &self,
        path: &Path,
        compression: Compression,
        (from, to): (Option<At>, Option<At>),
    ) -> Result<Trimmed, Error> {
        let range = self.range(from, to)?;
        let start = self.start(range)?;
        let shift = i64::try_from(range.from_ms).unwrap_or(i64::MAX);
        let header = Header {
            recorded_at: self.header().recorded_at.plus_ms(shift),
            ..self.header().clone()
        };
        let state = start.state.as_deref();
        let mut writer =
            RecordingWriter::begin(path, Place::Vacant, &header, state, compression, Bounds::FULL)?;
        let mut trimmed = Trimmed {
            path: path.to_owned(),
            frames: 0,
            frames_in_all: start.frames_before,
            has_state: state.is_some(),
        };
        match self.write_part(range, &mut writer, &mut trimmed) {
            Ok(()) => writer.finish().map(|_| trimmed),
            Err(error) => {
                writer.discard();
                Err(error)
            }
        }
    }

    fn range(&self, from: Option<At>, to: Option<At>) -> Result<Range, Error> {
        let from_ms = from.map_or(Ok(0), |at| self.place_of(at))?;
        let to_ms = to.map_or(Ok(u64::MAX), |at| self.place_of(at))?;
        if from_ms > to_ms {
            return Err(self.cannot_trim(Reason::NoSuchPart { from_ms, to_ms }));
        }
        Ok(Range { from_ms, to_ms })
    }

    fn place_of(&self, at: At) -> Result<u64, Error> {
        let text = match at {
            At::Ms(ms) => return Ok(ms),
            At::Mark(text) => text,
        };
        for entry in self.entries()? {
            let Entry { t_ms, item } = entry?;
            if matches!(item, Item::Mark(mark) if mark == text) {
                return Ok(t_ms);
            }
        }
        Err(self.cannot_trim(Reason::NoSuchMark(text)))
    }

    /// Plays what lies before the part, for the state that it leaves.
    fn start(&self, range: Range) -> Result<Start, Error> {
        let source = self.header().source;
        let mut state = match self.state() {
            Some(bytes) => Some(
                SourceState::decode(source, bytes)
                    .map_err(|fault| self.cannot_trim(Reason::State(fault.to_string())))?,
            ),
            None => SourceState::new(source),
        };
        let (mut frames_before, mut played) = (0, false);
        for entry in self.entries()? {
            let Entry { t_ms, item } = entry?;
            if t_ms >= range.from_ms {
                break;
            }
            frames_before += u64::from(matches!(item, Item::Frame(_)));
            if let (Some(reading), Some(state)) = (reading(item), &mut state) {
                played = true;
                drop(state.observe(&reading));
            }
        }
        let is_needed = played || self.state().is_some();
        let state = state.filter(|_| is_needed).map(|state| state.encode());
        Ok(Start { state, frames_before })
    }

    fn write_part(
        &self,
        range: Range,
        writer: &mut RecordingWriter,
        trimmed: &mut Trimmed,
    ) -> Result<(), Error> {
        let mut last_ms = 0;
        let mut cut_off = false;
        for entry in self.entries()? {
            let Entry { t_ms, item } = entry?;
            if t_ms < range.from_ms {
                continue;
            }
            let is_frame = u64::from(matches!(item, Item::Frame(_)));
            trimmed.frames_in_all += is_frame;
            if t_ms > range.to_ms {
                cut_off = true;
                continue;
            }
            trimmed.frames += is_frame;
            last_ms = t_ms - range.from_ms;
            writer.append(Entry { t_ms: last_ms, item })?;
        }
        if cut_off {
            writer.append(Entry { t_ms: last_ms, item: Item::End(TRIM_END.to_owned()) })?;
        }
        Ok(())
    }

    fn cannot_trim(&self, reason: Reason) -> Error {
        Error::BadInput { file: self.path().to_owned(), line: None, reason }
    }
}

fn reading(item: Item) -> Option<Reading> {
    match item {
        Item::Frame(frame) => Some(Reading::Frame(frame)),
        Item::Fault(fault) => Some(Reading::Fault(fault)),
        Item::Mark(_) | Item::Event(_) | Item::End(_) => None,
    }
}
