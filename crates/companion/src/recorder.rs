//! Writes what is read, before anything interprets it.

use std::{collections::BTreeMap, path::PathBuf};

use event_model::{Moment, Received, Source};
use recording::{Compression, Header, RecordingWriter};

use crate::data_dir::create_private;

/// One recording a source, from its first reading to the end of the run.
pub(crate) struct Recorder {
    folder: PathBuf,
    running: BTreeMap<Source, Running>,
    failures: u64,
    last_failure: Option<String>,
}

struct Running {
    writer: RecordingWriter,
    began: Moment,
}

impl Recorder {
    /// A recorder into `folder`, which is made here where there is room: a name
    /// that no folder can have is told at once.
    pub(crate) fn new(folder: PathBuf) -> std::io::Result<Self> {
        match create_private(&folder) {
            Err(error) if !outbox::wants_room(&error) => return Err(error),
            Ok(()) | Err(_) => {}
        }
        Ok(Self { folder, running: BTreeMap::new(), failures: 0, last_failure: None })
    }

    /// Writes a reading. `state` is the stream's, before this reading: it makes
    /// a recording that begins in mid-session replay as the session went.
    ///
    /// A recording that fails is counted and shown; capture goes on.
    pub(crate) fn write(&mut self, received: &Received, state: Option<&[u8]>) {
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
        for source in Source::ALL {
            self.end(source, at, "stopped");
        }
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
            let running = self.begin(received, state)?;
            self.running.insert(received.source, running);
        }
        let Some(running) = self.running.get_mut(&received.source) else { return Ok(()) };
        running.writer.write(running.offset_ms(received.at), &received.reading)
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
        Ok(Running { writer, began: received.at })
    }

    fn end(&mut self, source: Source, at: Moment, reason: &str) {
        if let Some(running) = self.running.remove(&source) {
            let t_ms = running.offset_ms(at);
            if let Err(error) = running.writer.end(t_ms, reason) {
                self.note(&error);
            }
        }
    }

    fn note(&mut self, error: &recording::Error) {
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
    fn offset_ms(&self, at: Moment) -> u64 {
        at.clock.mono_ms.saturating_sub(self.began.clock.mono_ms)
    }
}
