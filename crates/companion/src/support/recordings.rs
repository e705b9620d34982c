//! The last of what was recorded, for whoever helps: without names, and short.

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
};

use game_session::SourceState;
use recording::{Compression, Entry, Header, Item, Recording, RecordingWriter};

use crate::{DataDir, Error, recordings::newest_first};

/// Bytes of a recording that go along, before compression: some minutes of the game
/// that says most, an hour of the others, and small enough to be sent as a letter.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// Larger files are not looked at: to take the names out they are read twice.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// What an entry takes beside its body.
const ENTRY_BYTES: usize = 200;

/// The newest recording of each source.
pub(super) fn newest(dir: &DataDir) -> Result<BTreeMap<String, PathBuf>, Error> {
    let mut newest = BTreeMap::new();
    for (path, bytes) in newest_first(&dir.recordings())? {
        if bytes > FILE_BYTES_MAX {
            continue;
        }
        if let Ok(recording) = recording::import(&path, None) {
            newest.entry(recording.header().source.to_string()).or_insert(path);
        }
    }
    Ok(newest)
}

/// Writes the last part of a recording to `path`, every player called by a number. It
/// begins with the state of then, so that a replay of it goes on as the session did.
///
/// # Errors
/// Where it cannot be read, is of a game whose names are not known, or the disk refuses.
pub(super) fn keep(file: &Path, path: &Path) -> Result<(), Error> {
    keep_within(BYTES_MAX, file, path)
}

fn keep_within(bytes_max: usize, file: &Path, path: &Path) -> Result<(), Error> {
    let recording = recording::import(file, None).map_err(Error::BadInput)?;
    let failed = |cause| Error::DataDir { path: path.to_owned(), cause };
    let folder = tempfile::tempdir().map_err(failed)?;
    let whole = folder.path().join("whole.rsrec");
    recording.redact_to(&whole, Compression::Zstd).map_err(Error::BadInput)?;
    let whole = Recording::open(&whole).map_err(Error::BadInput)?;
    let first = first_of_the_last(&whole, bytes_max)?;
    let state = state_before(&whole, first)?;
    let header = Header { ..whole.header().clone() };
    let mut writer = RecordingWriter::create(path, &header, state.as_deref(), Compression::Zstd)
        .map_err(Error::BadInput)?;
    for entry in entries(&whole)?.skip(first) {
        writer.append(entry?).map_err(Error::BadInput)?;
    }
    writer.finish().map_err(Error::BadInput)?;
    Ok(())
}

/// The first entry of those at the end that there is room for.
fn first_of_the_last(recording: &Recording, bytes_max: usize) -> Result<usize, Error> {
    let (mut sizes, mut bytes, mut first) = (VecDeque::new(), 0, 0);
    for entry in entries(recording)? {
        let size = size(&entry?);
        sizes.push_back(size);
        bytes += size;
        while bytes > bytes_max {
            bytes -= sizes.pop_front().unwrap_or(bytes);
            first += 1;
        }
    }
    Ok(first)
}

/// Where the session stands before that entry; nothing where it is the first one.
fn state_before(recording: &Recording, first: usize) -> Result<Option<Vec<u8>>, Error> {
    let source = recording.header().source;
    let Some(mut state) = SourceState::new(source).filter(|_| first > 0) else { return Ok(None) };
    for entry in entries(recording)?.take(first) {
        match entry?.item {
            Item::Frame(frame) => drop(state.observe(&event_model::Reading::Frame(frame))),
            Item::Fault(fault) => drop(state.observe(&event_model::Reading::Fault(fault))),
            Item::Mark(_) | Item::Event(_) | Item::End(_) => {}
        }
    }
    Ok(Some(state.encode()))
}

fn entries(recording: &Recording) -> Result<impl Iterator<Item = Result<Entry, Error>>, Error> {
    let entries = recording.entries().map_err(Error::BadInput)?;
    Ok(entries.map(|entry| entry.map_err(Error::BadInput)))
}

fn size(entry: &Entry) -> usize {
    ENTRY_BYTES
        + match &entry.item {
            Item::Frame(frame) => frame.body.len(),
            Item::Fault(_) | Item::Mark(_) | Item::Event(_) | Item::End(_) => 0,
        }
}

/// Its name beside the support file.
pub(super) fn beside(file: &Path, source: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}-{source}.rsrec"))
}

#[cfg(test)]
mod tests {
    use event_model::Reading;

    use super::*;

    /// The ids of a recording's events, from the state that it begins with.
    fn ids(recording: &Recording) -> Vec<String> {
        let source = recording.header().source;
        let mut state = match recording.state() {
            Some(state) => SourceState::decode(source, state).unwrap(),
            None => SourceState::new(source).unwrap(),
        };
        let mut ids = Vec::new();
        for entry in entries(recording).unwrap().map(Result::unwrap) {
            let Item::Frame(frame) = entry.item else { continue };
            let events = state.observe(&Reading::Frame(frame)).events;
            ids.extend(events.iter().map(|event| event.id.to_string()));
        }
        ids
    }

    #[test]
    fn the_last_part_of_a_recording_goes_on_as_the_whole_did() {
        let folder = tempfile::tempdir().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../game-session/tests/fixtures");
        let file = fixtures.join("cs2/two_matches.jsonl");
        let kept = |name: &str, bytes_max| {
            let path = folder.path().join(name);
            keep_within(bytes_max, &file, &path).unwrap();
            Recording::open(&path).unwrap()
        };
        let whole = kept("whole.rsrec", usize::MAX);
        let all = ids(&whole);
        let bytes: usize = entries(&whole).unwrap().map(|entry| size(&entry.unwrap())).sum();
        let last = kept("last.rsrec", bytes / 2);
        let of_last = ids(&last);
        assert!(whole.state().is_none() && last.state().is_some());
        assert!(
            !of_last.is_empty() && of_last.len() < all.len(),
            "{} {}",
            of_last.len(),
            all.len()
        );
        assert!(all.ends_with(&of_last));
    }
}
