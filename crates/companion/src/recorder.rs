//! Writes what is read, before anything interprets it.

mod room;

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};

use event_model::{Moment, Reading, Received, Source};
use recording::{Compression, Header, RecordingWriter};
use serde::Serialize;

use crate::data_dir::create_private;
use room::Room;

/// One recording a source, from its first frame to the end of the run. A game that is
/// not played has none: that it could not be read is written where it then can.
pub(crate) struct Recorder {
    folder: PathBuf,
    running: BTreeMap<Source, Running>,
    /// Why a game could not be read last, before there was a frame of it.
    before: BTreeMap<Source, Reading>,
    ended: Vec<RecordedFile>,
    failures: u64,
    last_failure: Option<String>,
    room: Room,
    /// How many bytes are free on a folder's disk.
    free: fn(&Path) -> io::Result<u64>,
}

struct Running {
    writer: RecordingWriter,
    began: Moment,
    frames: u64,
    faults: u64,
}

/// A recording that is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedFile {
    /// The file.
    pub path: PathBuf,
    /// Whose frames stand in it.
    pub source: String,
    /// How many.
    pub frames: u64,
    /// Readings that failed.
    pub faults: u64,
    /// From its first reading to its end.
    pub duration_ms: u64,
    /// Bytes on the disk.
    pub bytes: u64,
}

impl Recorder {
    /// A recorder into `folder`, which is made here where there is room: a name
    /// that no folder can have is told at once.
    pub(crate) fn new(folder: PathBuf) -> io::Result<Self> {
        match create_private(&folder) {
            Err(error) if !outbox::wants_room(&error) => return Err(error),
            Ok(()) | Err(_) => {}
        }
        Ok(Self::into_folder(folder))
    }

    /// A recorder into `folder`; where it cannot be made, the first reading says so.
    pub(crate) fn into_folder(folder: PathBuf) -> Self {
        let (running, before, ended) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let (failures, last_failure, room) = (0, None, Room::default());
        let free = |folder: &Path| fs4::available_space(folder);
        Self { folder, running, before, ended, failures, last_failure, room, free }
    }

    /// The files that are being written.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.running.values().map(|running| running.writer.part_path().to_owned()).collect()
    }

    /// Writes a reading. `state` is the stream's, before this reading: it makes
    /// a recording that begins in mid-session replay as the session went.
    ///
    /// A recording that fails is counted and shown; capture goes on.
    pub(crate) fn write(&mut self, received: &Received, state: Option<&[u8]>) {
        if let Err(too_little) =
            self.room.look(received.at.clock.mono_ms, || (self.free)(&self.folder))
        {
            // What there is stays whole and is the player's to delete.
            self.end_all_as("no room", received.at);
            self.note(&too_little);
            return;
        }
        let is_fault = matches!(received.reading, Reading::Fault(_));
        if is_fault && !self.running.contains_key(&received.source) {
            self.before.insert(received.source, received.reading.clone());
            return;
        }
        let result = self.try_write(received, state);
        match result {
            Ok(()) => {}
            Err(recording::Error::Full { .. }) => {
                // This very reading begins the next recording: none is missing.
                self.end(received.source, received.at, "full");
                if let Err(error) = self.try_write(received, state) {
                    self.note(&error);
                }
            }
            Err(error) => self.note(&error),
        }
    }

    /// Ends all recordings and gives them their names.
    pub(crate) fn end_all(&mut self, at: Moment) {
        self.end_all_as("stopped", at);
    }

    fn end_all_as(&mut self, reason: &str, at: Moment) {
        for source in Source::ALL {
            self.end(source, at, reason);
        }
    }

    /// Puts a person's word into every recording that is being written; how many there
    /// are.
    pub(crate) fn mark(&mut self, word: &str, at: Moment) -> usize {
        let mut failed = Vec::new();
        for running in self.running.values_mut() {
            let t_ms = running.offset_ms(at);
            failed.extend(running.writer.mark(t_ms, word).err());
        }
        failed.iter().for_each(|error| self.note(error));
        self.running.len()
    }

    /// The recordings that ended since this was last asked.
    pub(crate) fn take_ended(&mut self) -> Vec<RecordedFile> {
        std::mem::take(&mut self.ended)
    }

    /// Why the last reading that could not be recorded could not, and how many
    /// could not.
    pub(crate) fn failure(&self) -> Option<(&str, u64)> {
        self.last_failure.as_deref().map(|reason| (reason, self.failures))
    }

    fn try_write(
        &mut self,
        received: &Received,
        state: Option<&[u8]>,
    ) -> Result<(), recording::Error> {
        if !self.running.contains_key(&received.source) {
            let mut running = self.begin(received, state)?;
            if let Some(fault) = self.before.remove(&received.source) {
                running.write(0, &fault)?;
            }
            self.running.insert(received.source, running);
        }
        let Some(running) = self.running.get_mut(&received.source) else { return Ok(()) };
        running.write(running.offset_ms(received.at), &received.reading)
    }

    fn begin(
        &self,
        received: &Received,
        state: Option<&[u8]>,
    ) -> Result<Running, recording::Error> {
        // Where there was no room for it at the start, what follows says so.
        drop(create_private(&self.folder));
        let wall = received.at.wall;
        // A file name without colons, which Windows does not take.
        let stamp: String = wall.to_string().chars().filter(|c| !"-:".contains(*c)).collect();
        let path = self.folder.join(format!("{}-{stamp}.rsrec", received.source));
        let header = Header::new(received.source, wall, APP);
        let writer = RecordingWriter::create(&path, &header, state, Compression::Zstd)?;
        Ok(Running { writer, began: received.at, frames: 0, faults: 0 })
    }

    fn end(&mut self, source: Source, at: Moment, reason: &str) {
        if let Some(running) = self.running.remove(&source) {
            match running.end(at, source, reason) {
                Ok(file) => self.ended.push(file),
                Err(error) => self.note(&error),
            }
        }
    }

    fn note(&mut self, error: &dyn fmt::Display) {
        if self.failures == 0 {
            tracing::warn!(%error, "A reading was not recorded");
        }
        self.failures += 1;
        self.last_failure = Some(error.to_string());
    }
}

/// What recordings say they were made by.
const APP: &str = concat!("ringside/", env!("CARGO_PKG_VERSION"));

impl Running {
    fn write(&mut self, t_ms: u64, reading: &Reading) -> Result<(), recording::Error> {
        self.writer.write(t_ms, reading)?;
        match reading {
            Reading::Frame(_) => self.frames += 1,
            Reading::Fault(_) => self.faults += 1,
        }
        Ok(())
    }

    fn end(
        self,
        at: Moment,
        source: Source,
        reason: &str,
    ) -> Result<RecordedFile, recording::Error> {
        let duration_ms = self.offset_ms(at);
        let Self { writer, frames, faults, .. } = self;
        let path = writer.end(duration_ms, reason)?;
        // Of a file that was taken away a moment ago its size is the least that matters.
        let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
        Ok(RecordedFile { path, source: source.to_string(), frames, faults, duration_ms, bytes })
    }

    fn offset_ms(&self, at: Moment) -> u64 {
        at.clock.mono_ms.saturating_sub(self.began.clock.mono_ms)
    }
}

#[cfg(test)]
mod tests {
    use event_model::{Channel, ClockEpoch, ClockReading, Fault, Frame, WallTime};

    use super::*;

    #[test]
    fn a_game_that_is_not_played_leaves_no_recording() {
        let folder = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::new(folder.path().to_owned()).unwrap();
        recorder.write(&at(1, Reading::Fault(refused())), None);
        recorder.write(&at(2, Reading::Fault(refused())), None);
        recorder.end_all(moment(3));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_was_written_is_told_and_a_mark_stands_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::new(folder.path().to_owned()).unwrap();
        assert_eq!(recorder.mark("too early", moment(0)), 0, "nothing runs");
        recorder.write(&at(2, Reading::Frame(Frame::new(Channel::Poll, "{}"))), None);
        recorder.write(&at(5, Reading::Fault(refused())), None);
        assert_eq!(recorder.mark("round 3", moment(6)), 1);
        recorder.end_all(moment(9));
        let ended = recorder.take_ended();
        let [file] = ended.as_slice() else { panic!("{ended:?}") };
        assert_eq!((file.frames, file.faults, file.duration_ms), (1, 1, 7));
        let info = recording::info(&file.path).unwrap();
        assert_eq!((info.counts.marks, info.counts.frames), (1, 1), "{info:?}");
        assert!(file.bytes > 0 && recorder.take_ended().is_empty());
    }

    #[test]
    fn a_disk_that_is_nearly_full_ends_the_recording_and_it_goes_on_when_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::new(folder.path().to_owned()).unwrap();
        let second = |n: u64| at(n * 1_000, Reading::Frame(Frame::new(Channel::Poll, "{}")));
        recorder.write(&second(1), None);
        recorder.free = |_| Ok(1_000);
        recorder.write(&second(2), None);
        recorder.write(&second(3), None);
        let (why, readings) = recorder.failure().unwrap();
        assert!(why.contains("1 GiB is free") && readings == 2, "{why}: {readings}");
        assert_eq!(recorder.take_ended().len(), 1, "it is whole");
        recorder.free = |_| Ok(u64::MAX);
        let mut later = second(4);
        later.at.wall = WallTime::from_unix_ms(4_000);
        recorder.write(&later, None);
        assert_eq!(recorder.files().len(), 1);
    }

    #[test]
    fn what_was_wrong_before_the_first_frame_stands_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::new(folder.path().to_owned()).unwrap();
        recorder.write(&at(1, Reading::Fault(refused())), None);
        recorder.write(&at(2, Reading::Frame(Frame::new(Channel::Poll, "{}"))), None);
        recorder.write(&at(3, Reading::Fault(refused())), None);
        recorder.end_all(moment(4));
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let info = recording::info(&file).unwrap();
        assert_eq!((info.counts.frames, info.counts.faults), (1, 2), "{info:?}");
    }

    fn refused() -> Fault {
        Fault { channel: Channel::Poll, error: "connection refused".to_owned() }
    }

    fn at(mono_ms: u64, reading: Reading) -> Received {
        Received { source: Source::League, at: moment(mono_ms), reading }
    }

    fn moment(mono_ms: u64) -> Moment {
        let clock = ClockReading { epoch: ClockEpoch(uuid::Uuid::nil()), mono_ms };
        Moment { wall: WallTime::from_unix_ms(0), clock }
    }
}
