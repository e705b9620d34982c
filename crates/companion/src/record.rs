//! Writes down what the games of this PC say, and does nothing else with it: no event is
//! kept or sent, so it runs beside a companion as well.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
};

use event_model::{Clock, Kind, Received, Source};
use game_session::SourceState as SessionState;
use live_view::SourceState;
use serde::Serialize;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    DataDir, Error, Game, Identity, RunOptions, Settings,
    kill_switch::TurnedOff,
    readers::{Health, Readers},
    recorder::{RecordedFile, Recorder},
};

/// What to record, and for how long.
#[derive(Debug, Clone)]
pub struct RecordOptions {
    /// This installation's folder; the user's own where none is named. Ports, folders and
    /// tokens of games stand in it.
    pub data_dir: Option<PathBuf>,
    /// What the command line says of games' ports and folders.
    pub games: RunOptions,
    /// These games alone, whether the settings read them or not; where none is named,
    /// those that the settings have on.
    pub only: BTreeSet<Game>,
    /// Where the recordings are written.
    pub folder: PathBuf,
    /// An event of this kind ends it.
    pub until: Option<Kind>,
}

/// A recording that runs, of every game at once.
pub struct RecordRun {
    settings: Settings,
    readers: Readers,
    health: Health,
    clock: Arc<dyn Clock>,
    recorder: Arc<Mutex<Recorder>>,
    writing: JoinHandle<()>,
    is_over: watch::Receiver<bool>,
}

/// What was written down.
#[derive(Debug, Clone, Serialize)]
pub struct RecordSummary {
    /// The recordings, in the order in which they ended.
    pub files: Vec<RecordedFile>,
    /// How it stands with the games that gave none, in words.
    pub without: BTreeMap<String, String>,
    /// Frames that came faster than they could be written.
    pub frames_dropped: u64,
    /// What could not be written, where something could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl RecordRun {
    /// Begins to read the games.
    ///
    /// # Errors
    /// Where this installation cannot be read, or no recording can stand in the folder.
    pub async fn start(options: RecordOptions, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let dir = DataDir::open(options.data_dir)?;
        let kept = Settings::load_or_create(&dir)?;
        let page_port = kept.overwolf.port;
        let mut settings = options.games.over(kept);
        if !options.only.is_empty() {
            settings.read_only(&options.only);
        }
        let identity = Identity::load_or_create(&dir)?;
        let recorder = Recorder::new(options.folder.clone())
            .map_err(|cause| Error::DataDir { path: options.folder, cause })?;
        let recorder = Arc::new(Mutex::new(recorder));
        let (sender, readings) = mpsc::channel(game_client::CAPTURE_QUEUE_FRAMES);
        let mut readers = Readers::new(&identity, Arc::clone(&clock), sender)?;
        if settings.overwolf.port == page_port {
            readers = readers.beside(&dir);
        } else {
            // The page is the companion's, which may run beside this and tells it the port
            // only when it starts.
            tracing::info!("The page in Overwolf goes on posting to port {page_port}");
        }
        let agreed = settings.upload.server.as_deref().filter(|_| settings.upload.consent);
        let (turned_off, fault) = TurnedOff::load(&dir, agreed);
        if let Some(fault) = fault {
            tracing::warn!("{fault}");
        }
        readers.turn_off(turned_off);
        let (over, is_over) = watch::channel(false);
        let written = Arc::clone(&recorder);
        let writing = tokio::task::spawn_blocking(move || {
            write_down(readings, &written, options.until, &over)
        });
        let health = readers.health();
        let mut run = Self { settings, readers, health, clock, recorder, writing, is_over };
        run.look_again().await;
        Ok(run)
    }

    /// Tries again what could not be read.
    pub async fn look_again(&mut self) {
        self.readers.apply(&self.settings).await;
    }

    /// How it stands with each game.
    #[must_use]
    pub fn games(&self) -> Vec<(Source, SourceState)> {
        let sources = self.health.sources();
        sources.into_iter().map(|source| (source, self.health.now(source).state)).collect()
    }

    /// Where games report to, as far as they are listened for.
    #[must_use]
    pub fn addresses(&self) -> BTreeMap<Game, SocketAddr> {
        self.readers.addresses()
    }

    /// The recordings that are being written.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        lock(&self.recorder).files()
    }

    /// Puts a word into every recording that is being written; how many there are.
    pub fn mark(&self, word: &str) -> usize {
        lock(&self.recorder).mark(word, self.clock.now())
    }

    /// Until what ends it has happened; for ever where nothing does.
    pub async fn over(&self) {
        let mut is_over = self.is_over.clone();
        if is_over.wait_for(|is_over| *is_over).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Ends every recording and gives it its name.
    pub async fn stop(self) -> RecordSummary {
        let (games, health) = (self.games(), self.health.clone());
        let dropped = games.iter().map(|(source, _)| health.now(*source).frames_dropped);
        let frames_dropped = dropped.sum();
        self.readers.stopped().await;
        if let Err(error) = self.writing.await {
            tracing::error!(%error, "The recording ended with a fault");
        }
        let mut recorder = lock(&self.recorder);
        recorder.end_all(self.clock.now());
        let files = recorder.take_ended();
        let problem = recorder.failure().map(|(reason, readings)| {
            format!("{readings} readings were not recorded; the last one: {reason}")
        });
        let has_file = |source: Source| files.iter().any(|file| file.source == source.as_str());
        let without = games.into_iter().filter(|(source, _)| !has_file(*source));
        RecordSummary {
            without: without
                .map(|(source, state)| (source.to_string(), state.to_string()))
                .collect(),
            files,
            frames_dropped,
            problem,
        }
    }
}

/// Writes until the readers are gone. The sessions are followed beside it: a recording
/// that begins in the midst of one, after a full one, says where it stands.
fn write_down(
    mut readings: mpsc::Receiver<Received>,
    recorder: &Mutex<Recorder>,
    until: Option<Kind>,
    over: &watch::Sender<bool>,
) {
    let mut sessions: BTreeMap<Source, SessionState> = BTreeMap::new();
    while let Some(received) = readings.blocking_recv() {
        let Some(empty) = SessionState::new(received.source) else { continue };
        let state = sessions.get(&received.source).map(SessionState::encode);
        let begun = state.filter(|state| *state != empty.encode());
        lock(recorder).write(&received, begun.as_deref());
        let session = sessions.entry(received.source).or_insert(empty);
        let step = session.observe(&received.reading);
        if step.events.iter().any(|event| Some(event.kind) == until) {
            over.send_replace(true);
        }
    }
}

fn lock(recorder: &Mutex<Recorder>) -> MutexGuard<'_, Recorder> {
    recorder.lock().expect("no holder of the recorder panics")
}
