//! The companion's life beside the window: the only code here that starts or stops it.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use boot_clock::BootClock;
use companion::{Companion, Error, RunOptions, SettingsFrom, Shell, UploadOptions};
use live_view::Capture;
use tauri::async_runtime::{self, JoinHandle};
use tokio::sync::{RwLock, RwLockReadGuard, oneshot};
use tracing::{error, info, warn};

use crate::{entrance::Begun, live::Live};

/// Closing a window waits for no server: the next run sends what waits.
const DRAIN: Duration = Duration::ZERO;

/// The window is gone by then, and whatever was saved is safe.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The companion's place: empty before it has started, and after it stopped.
type Slot = Arc<RwLock<Option<Companion>>>;

/// The running companion.
pub(crate) struct CompanionTask {
    place: Mutex<Place>,
    /// Held while it is stopped and started again.
    restarting: tokio::sync::Mutex<()>,
    options: RunOptions,
    live: Arc<Live>,
    slot: Slot,
}

/// Where the running companion is held.
struct Place {
    running: Option<Running>,
    /// The app closes: none is begun any more.
    closing: bool,
}

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    fn begin(
        options: RunOptions,
        live: Arc<Live>,
        slot: Slot,
        begun: Option<oneshot::Sender<Begun>>,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: async_runtime::spawn(run(options, live, slot, begun, stopped)) }
    }
}

impl CompanionTask {
    /// Starts the companion and lets it tell `live`; `begun` is told what became of it.
    pub(crate) fn spawn(
        options: RunOptions,
        live: Arc<Live>,
        begun: oneshot::Sender<Begun>,
    ) -> Self {
        let slot = Slot::default();
        let (telling, into) = (Arc::clone(&live), Arc::clone(&slot));
        let running = Running::begin(options.clone(), telling, into, Some(begun));
        let place = Mutex::new(Place { running: Some(running), closing: false });
        Self { place, restarting: tokio::sync::Mutex::default(), options, live, slot }
    }

    /// What the command line says of the upload.
    pub(crate) fn upload_options(&self) -> UploadOptions {
        self.options.upload.clone()
    }

    /// Stops it cleanly, does `work` on its folder, and starts it again, whatever came
    /// of the work; an app that began to close meanwhile ends without one. `None` where
    /// it was closing before.
    pub(crate) async fn while_stopped<T>(&self, work: impl AsyncFnOnce() -> T) -> Option<T> {
        let _one_at_a_time = self.restarting.lock().await;
        let Running { stop, task } = self.take_running()?;
        drop(stop);
        // It ends with what was read on disk, however long that takes.
        drop(task.await);
        let done = work().await;
        self.begin_again();
        Some(done)
    }

    fn begin_again(&self) {
        let mut place = self.place();
        if place.closing {
            return;
        }
        let (options, live) = (self.options.clone(), Arc::clone(&self.live));
        place.running = Some(Running::begin(options, live, Arc::clone(&self.slot), None));
    }

    fn take_running(&self) -> Option<Running> {
        self.place().running.take()
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().expect("no holder of this lock panics")
    }

    /// The companion, where it runs; it does not stop while this is held.
    pub(crate) async fn companion(&self) -> RwLockReadGuard<'_, Option<Companion>> {
        self.slot.read().await
    }

    /// Stops it for good and waits for it; a second call does nothing.
    pub(crate) fn stop(&self) {
        let running = {
            let mut place = self.place();
            place.closing = true;
            place.running.take()
        };
        let Some(Running { stop, task }) = running else { return };
        drop(stop);
        let ended =
            async_runtime::block_on(async { tokio::time::timeout(STOP_TIMEOUT, task).await });
        if ended.is_err() {
            warn!(timeout = ?STOP_TIMEOUT, "The companion did not stop in time");
        }
    }
}

async fn run(
    options: RunOptions,
    live: Arc<Live>,
    slot: Slot,
    begun: Option<oneshot::Sender<Begun>>,
    stopped: oneshot::Receiver<()>,
) {
    let started = started(options, &live).await;
    if let Some(begun) = begun {
        // Nobody waits any more where the window is open already.
        begun.send(Begun::of(&started)).ok();
    }
    match started {
        Ok((companion, capture)) => {
            *slot.write().await = Some(companion);
            live.capture(capture);
        }
        Err(error) => {
            error!(error = with_causes(&error), "The companion did not start");
            return live.capture(Capture::Failed { problem: with_causes(&error) });
        }
    }
    // Ends with an error, always: to stop is to drop the other end.
    stopped.await.ok();
    let Some(companion) = slot.write().await.take() else { return };
    match companion.stop(DRAIN).await {
        Ok(summary) => info!(
            captured = summary.captured,
            stored = summary.stored,
            pending = summary.pending,
            lost = summary.lost,
            "The companion stopped"
        ),
        Err(error) => error!(error = with_causes(&error), "The companion stopped badly"),
    }
}

/// Starts as the settings say; where they cannot be read, with the defaults, which
/// send nothing: a match is not lost for a comma in a file.
async fn started(options: RunOptions, live: &Arc<Live>) -> Result<(Companion, Capture), Error> {
    let start = async |options| {
        let shell: Arc<dyn Shell> = Arc::clone(live) as _;
        Companion::start(options, Arc::new(BootClock::new()), shell).await
    };
    match start(options.clone()).await {
        Ok(companion) => Ok((companion, Capture::Running)),
        Err(unreadable @ Error::Settings { .. }) => {
            let problem = with_causes(&unreadable);
            warn!(problem, "Captured with the defaults, and nothing is sent");
            let upload = UploadOptions::default();
            let defaults = RunOptions { settings: SettingsFrom::Defaults, upload, ..options };
            Ok((start(defaults).await?, Capture::WithoutSettings { problem }))
        }
        Err(error) => Err(error),
    }
}

/// The error and what caused it, in one line.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
