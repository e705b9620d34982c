//! Makes one recording of several.

use std::{
    iter::Peekable,
    path::{Path, PathBuf},
};

use event_model::WallTime;
use serde::Serialize;

use crate::{
    Compression, Entries, Entry, Error, Header, Item, Reason, Recording, RecordingWriter,
    Redaction, bounds::Bounds, writer::Place,
};

/// Why a recording ends that was made of several.
const MERGE_END: &str = "merged";

/// What became of several recordings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merged {
    /// The one recording.
    pub path: PathBuf,
    /// Frames in it.
    pub frames: u64,
    /// Lines that stood in two of them at one instant, and stand once.
    pub repeated: u64,
    /// Golden events that were left out: they are each recording's own.
    pub events_left_out: u64,
    /// States that were left out: only the first recording's is where it belongs.
    pub states_left_out: u64,
}

/// One of them, as far as it was read.
struct Part {
    entries: Peekable<Entries>,
    /// How long after the first one it begins.
    offset_ms: u64,
}

/// Writes several recordings of one source as one, in the order of their wall
/// times, at equal times in the order given.
///
/// What stands in two of them at the same millisecond, byte for byte, is the same
/// reading recorded twice, and is written once.
///
/// # Errors
/// Where they are of several sources, which have no one stream; the first fault in
/// any of them; what the disk refuses. Then nothing is left of it.
pub fn merge(
    recordings: &[Recording],
    path: &Path,
    compression: Compression,
) -> Result<Merged, Error> {
    let Some(first) = recordings.iter().min_by_key(|one| one.header().recorded_at) else {
        let file = path.to_owned();
        return Err(Error::BadInput { file, line: None, reason: Reason::Empty });
    };
    let header = common_header(recordings, first)?;
    let state = first.state();
    let mut writer =
        RecordingWriter::begin(path, Place::Vacant, &header, state, compression, Bounds::FULL)?;
    let states = recordings.iter().filter(|one| one.state().is_some()).count();
    let mut merged = Merged {
        path: path.to_owned(),
        frames: 0,
        repeated: 0,
        events_left_out: 0,
        states_left_out: (states - usize::from(state.is_some())) as u64,
    };
    match write(recordings, header.recorded_at, &mut writer, &mut merged) {
        Ok(()) => writer.finish().map(|_| merged),
        Err(error) => {
            writer.discard();
            Err(error)
        }
    }
}

fn common_header(recordings: &[Recording], first: &Recording) -> Result<Header, Error> {
    let header = first.header().clone();
    if let Some(other) = recordings.iter().find(|one| one.header().source != header.source) {
        let reason = Reason::OtherSource { found: other.header().source, first: header.source };
        return Err(Error::BadInput { file: other.path().to_owned(), line: None, reason });
    }
    let has_names = recordings.iter().any(|one| one.header().redaction == Redaction::None);
    let redaction = if has_names { Redaction::None } else { Redaction::Names };
    Ok(Header { redaction, ..header })
}

fn write(
    recordings: &[Recording],
    recorded_at: WallTime,
    writer: &mut RecordingWriter,
    merged: &mut Merged,
) -> Result<(), Error> {
    let mut parts = Vec::new();
    for recording in recordings {
        let begins = recording.header().recorded_at.unix_ms() - recorded_at.unix_ms();
        let offset_ms = u64::try_from(begins).unwrap_or(0);
        parts.push(Part { entries: recording.entries()?.peekable(), offset_ms });
    }
    let mut last_ms = 0;
    while let Some(next) = earliest(&mut parts)? {
        let Some(entry) = parts[next].take()? else { continue };
        last_ms = entry.t_ms;
        for part in &mut parts[next + 1..] {
            merged.repeated += u64::from(part.skip(&entry)?);
        }
        match entry.item {
            Item::Event(_) => merged.events_left_out += 1,
            Item::End(_) => {}
            Item::Frame(_) | Item::Fault(_) | Item::Mark(_) => {
                merged.frames += u64::from(matches!(entry.item, Item::Frame(_)));
                writer.append(entry)?;
            }
        }
    }
    writer.append(Entry { t_ms: last_ms, item: Item::End(MERGE_END.to_owned()) })
}

/// Which of them goes on first; `None` at the end of all.
fn earliest(parts: &mut [Part]) -> Result<Option<usize>, Error> {
    let mut earliest: Option<(u64, usize)> = None;
    for (number, part) in parts.iter_mut().enumerate() {
        if let Some(t_ms) = part.next_ms()? {
            let is_earlier = earliest.is_none_or(|(first_ms, _)| t_ms < first_ms);
            earliest = if is_earlier { Some((t_ms, number)) } else { earliest };
        }
    }
    Ok(earliest.map(|(_, number)| number))
}

impl Part {
    /// When it goes on, by the clock of the one recording.
    fn next_ms(&mut self) -> Result<Option<u64>, Error> {
        if let Some(Ok(entry)) = self.entries.peek() {
            return Ok(Some(entry.t_ms.saturating_add(self.offset_ms)));
        }
        // Its end, or the fault in it.
        self.entries.next().transpose().map(|_end| None)
    }

    fn take(&mut self) -> Result<Option<Entry>, Error> {
        let entry = self.entries.next().transpose()?;
        let offset_ms = self.offset_ms;
        Ok(entry.map(|entry| Entry { t_ms: entry.t_ms.saturating_add(offset_ms), ..entry }))
    }

    /// Leaves its next line out where it is this one.
    fn skip(&mut self, entry: &Entry) -> Result<bool, Error> {
        let same = self.next_ms()? == Some(entry.t_ms)
            && matches!(self.entries.peek(), Some(Ok(next)) if next.item == entry.item)
            && !matches!(entry.item, Item::End(_) | Item::Event(_));
        if same {
            self.take()?;
        }
        Ok(same)
    }
}
