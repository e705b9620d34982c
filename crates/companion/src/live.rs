//! The companion beside a game: readers, capture, upload and status.

mod agreement;
mod asked_again;
mod history;
mod policy;
mod publisher;
mod reading;
mod recording;
mod taken_to;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
};

use event_model::{Clock, Moment, Origin, Source};
use outbox::{Forgetting, Outbox, StreamKey};
use tokio::{
    runtime::Handle,
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
};

use crate::{
    CompanionStatus, DataDir, Error, Game, Privacy, Settings, Shell,
    capture::{Capture, CaptureView},
    installation::Installation,
    owned_outbox::{self, lock},
    pipeline::{Beginning, Pipeline},
    programs::{Keeping, Programs},
    readers::Readers,
    recorder::Recorder,
    upload::{Drained, UploadOptions},
    uploads::Uploads,
};
use publisher::{Publisher, Sight};
use reading::Reading;
use recording::Recording;

/// The stream of live capture, in the outbox.
pub(crate) const LIVE: &str = "live";

/// What the command line says about a run; the settings say the rest.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// This installation's folder; the user's own where none is named.
    pub data_dir: Option<PathBuf>,
    /// Where events are sent; naming a server is consent for this run.
    pub upload: UploadOptions,
    /// A folder for recordings of everything read.
    pub record_dir: Option<PathBuf>,
    /// Another port for League's API.
    pub league_port: Option<u16>,
    /// Another root certificate for League's API, as a PEM file.
    pub league_root: Option<PathBuf>,
    /// The League client is asked in this run, and is installed there.
    pub league_client_folder: Option<PathBuf>,
    /// Another port for Counter-Strike's posts; 0 for any free one.
    pub gsi_port: Option<u16>,
    /// Another port for Dota 2's posts; 0 for any free one.
    pub dota2_port: Option<u16>,
    /// Another port for Rocket League's API.
    pub rocket_league_port: Option<u16>,
    /// Another port for the page in Overwolf; 0 for any free one.
    pub overwolf_port: Option<u16>,
    /// Another folder of Elite's journals.
    pub elite_folder: Option<PathBuf>,
    /// Another folder of Hearthstone's logs.
    pub hearthstone_folder: Option<PathBuf>,
    /// Where the settings come from.
    pub settings: SettingsFrom,
}

/// Where the settings of a run come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SettingsFrom {
    /// The file of this installation.
    #[default]
    File,
    /// The defaults, which name no server: for a run beside a file that cannot be
    /// read, which stays as it is.
    Defaults,
}

/// A running companion.
pub struct Companion {
    dir: DataDir,
    outbox: Arc<Mutex<Outbox>>,
    clock: Arc<dyn Clock>,
    stop: watch::Sender<bool>,
    reading: Arc<Reading>,
    programs: Programs,
    capture: thread::JoinHandle<()>,
    view: Arc<Mutex<CaptureView>>,
    uploads: Uploads,
    publishing: JoinHandle<Publisher>,
    /// Where games reported to at the start.
    addresses: BTreeMap<Game, std::net::SocketAddr>,
    recording: Recording,
}

/// The closing summary of a run.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RunSummary {
    /// Events made from frames.
    pub captured: u64,
    /// Events that a receipt settled during this run.
    pub uploaded: u64,
    /// Of these, new to the server.
    pub stored: u64,
    /// Of these, on the server before.
    pub duplicates: u64,
    /// Events that still wait to be sent.
    pub pending: u64,
    /// Events that the server refused.
    pub quarantined: u64,
    /// Events given up.
    pub lost: u64,
    /// Frames that could not be read.
    pub unreadable: u64,
    /// The state it ended in.
    pub status: CompanionStatus,
}

impl RunOptions {
    /// A run on this folder with everything as the settings say.
    #[must_use]
    pub fn new(data_dir: Option<PathBuf>) -> Self {
        Self { data_dir, ..Self::default() }
    }

    pub(crate) fn over(&self, mut settings: Settings) -> Settings {
        if self.league_root.is_some() {
            settings.league.root_certificate.clone_from(&self.league_root);
        }
        if self.league_client_folder.is_some() {
            settings.league.client_api = true;
            settings.league.client_folder.clone_from(&self.league_client_folder);
        }
        let over = |port: &mut u16, wish: Option<u16>| *port = wish.unwrap_or(*port);
        over(&mut settings.league.port, self.league_port);
        over(&mut settings.cs2.port, self.gsi_port);
        over(&mut settings.dota2.port, self.dota2_port);
        over(&mut settings.rocket_league.port, self.rocket_league_port);
        over(&mut settings.overwolf.port, self.overwolf_port);
        if self.elite_folder.is_some() {
            settings.elite.folder.clone_from(&self.elite_folder);
        }
        if self.hearthstone_folder.is_some() {
            settings.hearthstone.folder.clone_from(&self.hearthstone_folder);
        }
        settings
    }
}

impl Companion {
    /// Starts reading games, keeping events and, where the player agreed,
    /// sending them.
    ///
    /// # Errors
    /// Where this installation cannot be used, or another process owns it.
    pub async fn start(
        options: RunOptions,
        clock: Arc<dyn Clock>,
        shell: Arc<dyn Shell>,
    ) -> Result<Self, Error> {
        let Installation { dir, settings, identity, outbox, wake } = opened(&options, &clock)?;
        // Until the history has been filled.
        lock(&outbox).forget(Forgetting::ByBytesAlone);
        let uploads = Uploads::new(
            options.upload.clone(),
            dir.clone(),
            identity.clone(),
            Arc::clone(&outbox),
            Arc::clone(&clock),
            Arc::clone(&wake),
        );
        uploads.apply(&settings).await?;

        let (stop, stopping) = watch::channel(false);
        let (sender, readings) = mpsc::channel(game_client::CAPTURE_QUEUE_FRAMES);
        let readers = Readers::new(&identity, Arc::clone(&clock), sender)?
            .beside(&dir)
            .going_on(taken_to::from(&outbox));
        let (health, heading) = (readers.health(), uploads.heading());
        let reading = Arc::new(Reading::new(dir.clone(), settings.clone(), readers, heading));
        let addresses = reading.begin().await;
        let view = Arc::new(Mutex::new(CaptureView::default()));
        let record_dir = options.record_dir.or_else(|| recording::folder(&settings, &dir));
        let (recording, switch) = Recording::new(record_dir.clone());
        let capture = Capture {
            readings,
            pipeline: live_pipeline(&outbox, &shell, Arc::clone(&wake))?,
            recorder: recorder(record_dir)?,
            switch,
            clock: Arc::clone(&clock),
            view: Arc::clone(&view),
            retry_at_ms: None,
            kept_back: None,
        };
        let capture = begin(capture, &dir)?;
        let keeping = Keeping { outbox: Arc::clone(&outbox), clock: Arc::clone(&clock), wake };
        let programs = Programs::begin(&dir, &settings, keeping, &stopping).await;
        let sight = Sight {
            shell,
            view: Arc::clone(&view),
            health,
            heading: uploads.heading(),
            programs_problem: programs.problem(),
        };
        let publisher = Publisher::new(dir.clone(), Arc::clone(&outbox), Arc::clone(&clock), sight);
        let asking = policy::Asking {
            dir: dir.clone(),
            upload: options.upload,
            heading: uploads.heading(),
            reading: Arc::clone(&reading),
        };
        go_on_beside(asking, &clock, &stopping);
        let publishing = tokio::spawn(publisher.run(stopping));
        Ok(Self {
            dir,
            outbox,
            clock,
            stop,
            reading,
            programs,
            capture,
            view,
            uploads,
            publishing,
            addresses,
            recording,
        })
    }

    /// Where Counter-Strike must post to, where it was heard at the start.
    #[must_use]
    pub fn gsi_address(&self) -> Option<std::net::SocketAddr> {
        self.address(Game::Cs2)
    }

    /// Where a game must report to, where it was listened for at the start.
    #[must_use]
    pub fn address(&self, game: Game) -> Option<std::net::SocketAddr> {
        self.addresses.get(&game).copied()
    }

    /// The folder it works in.
    #[must_use]
    pub fn data_dir(&self) -> &DataDir {
        &self.dir
    }

    /// The moment, by the clock that events are captured with.
    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Changes what leaves of other players and of which games, on disk and at once.
    ///
    /// # Errors
    /// Where the file cannot be written: then it stays as it was.
    pub async fn change_privacy(&self, change: impl FnOnce(&mut Privacy)) -> Result<(), Error> {
        let mut settings = self.reading.settings.lock().await;
        let mut privacy = settings.privacy;
        change(&mut privacy);
        let changed = settings.change_privacy(&self.dir, privacy)?;
        self.uploads.apply(&changed).await?;
        *settings = changed;
        Ok(())
    }

    /// Reads a game from now on, or no more, also in later runs. Where it is on and
    /// could not be read, it is tried again.
    ///
    /// # Errors
    /// Where the settings file cannot be written: then nothing changes.
    pub async fn enable(&self, game: Game, on: bool) -> Result<(), Error> {
        let mut settings = self.reading.settings.lock().await;
        let changed = settings.change_game(&self.dir, game, on)?;
        self.reading.apply(&changed).await;
        *settings = changed;
        Ok(())
    }

    /// Asks the League client from now on, or no more, also in later runs.
    ///
    /// # Errors
    /// Where the settings file cannot be written: then nothing changes.
    pub async fn ask_league_client(&self, asked: bool) -> Result<(), Error> {
        let mut settings = self.reading.settings.lock().await;
        let changed = settings.change_league_client(&self.dir, asked)?;
        // Its reader goes with the game's, which is begun again.
        let mut without = changed.clone();
        without.read_no_more(Game::League);
        self.reading.apply(&without).await;
        self.reading.apply(&changed).await;
        *settings = changed;
        Ok(())
    }

    /// Tries to send at once, however long was to be waited.
    ///
    /// # Errors
    /// Where the upload queue cannot be written.
    pub fn retry_now(&self) -> Result<(), Error> {
        self.uploads.retry_now().map_err(Error::Outbox)
    }

    /// Stops reading, makes everything read durable, gives the upload `drain`
    /// at most to send what waits, and says what the run came to.
    ///
    /// # Errors
    /// Where the outbox cannot be read any more.
    pub async fn stop(self, drain: std::time::Duration) -> Result<RunSummary, Error> {
        self.stop.send_replace(true);
        // So that what is in memory can be saved; whether it is kept is seen at the end.
        drop(owned_outbox::keep(&self.outbox, &self.clock).await);
        self.reading.end().await;
        self.programs.ended().await;
        let capture = self.capture;
        let ended = tokio::task::spawn_blocking(move || capture.join()).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::error!("Capture ended with a fault; what was saved is in the upload queue");
        }
        let (sent, drained) = self.uploads.stop(drain).await;
        let unread = match drained {
            Ok(Drained::Done | Drained::NothingToSend) => None,
            Ok(Drained::StillWaiting | Drained::NotEnrolled) => {
                tracing::info!("Events wait for the server; the next run sends them");
                None
            }
            Err(error) => Some(error),
        };
        let kept = owned_outbox::keep(&self.outbox, &self.clock).await;
        if let (Some(error), Ok(())) = (unread, &kept) {
            return Err(error);
        }
        let publisher = self.publishing.await.ok();
        let status = match publisher {
            Some(mut publisher) => publisher.close().await,
            None => CompanionStatus::default(),
        };
        let counts = self.view.lock().expect("no holder of the view panics").counts;
        let waiting = status.upload.pending + status.upload.in_flight;
        let (pending, gone) = if kept.is_ok() { (waiting, 0) } else { (0, waiting) };
        if let Err(why) = kept {
            let why = &why as &dyn std::error::Error;
            tracing::error!(
                why,
                "The upload queue was deleted while Ringside runs, and could not be put back: \
                 what waited in it is lost"
            );
        }
        Ok(RunSummary {
            captured: counts.captured,
            uploaded: sent.stored + sent.duplicates,
            stored: sent.stored,
            duplicates: sent.duplicates,
            pending,
            quarantined: status.upload.quarantined,
            lost: counts.lost + gone,
            unreadable: status.sources.iter().map(|source| source.unreadable).sum(),
            status,
        })
    }
}

/// This installation, with the settings of this run.
fn opened(options: &RunOptions, clock: &Arc<dyn Clock>) -> Result<Installation, Error> {
    let over = |settings| options.over(settings);
    Installation::open(options.data_dir.clone(), options.settings, over, clock)
}

/// Starts what asks the server now and then beside the upload.
fn go_on_beside(asking: policy::Asking, clock: &Arc<dyn Clock>, stop: &watch::Receiver<bool>) {
    tokio::spawn(history::go_on_erasing(
        asking.dir.clone(),
        asking.upload.clone(),
        Arc::clone(clock),
        stop.clone(),
    ));
    tokio::spawn(asking.run(stop.clone()));
}

/// Starts the thread that captures.
fn begin(capture: Capture, dir: &DataDir) -> Result<thread::JoinHandle<()>, Error> {
    let runtime = Handle::current();
    thread::Builder::new()
        .name("capture".to_owned())
        .spawn(move || capture.run(&runtime))
        .map_err(|cause| Error::DataDir { path: dir.path().to_owned(), cause })
}

fn live_pipeline(
    outbox: &Arc<Mutex<Outbox>>,
    shell: &Arc<dyn Shell>,
    wake: Arc<Notify>,
) -> Result<Pipeline, Error> {
    let mut pipeline = Pipeline::new(Arc::clone(outbox), Arc::clone(shell), Origin::Live);
    pipeline.wake_after_append(wake);
    for source in Source::ALL {
        let key = StreamKey { source, stream: LIVE.to_owned() };
        pipeline.begin(key, Beginning::Saved).map_err(Error::Outbox)?;
    }
    Ok(pipeline)
}

fn recorder(folder: Option<PathBuf>) -> Result<Option<Recorder>, Error> {
    folder
        .map(|folder| {
            Recorder::new(folder.clone()).map_err(|cause| Error::DataDir { path: folder, cause })
        })
        .transpose()
}
