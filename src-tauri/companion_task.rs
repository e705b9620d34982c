//! The companion's life beside the window: the only code here that starts or stops it.

use std::{
    error::Error,
    sync::{Arc, Mutex},
    time::Duration,
};

use boot_clock::BootClock;
use companion::{Companion, RunOptions, Shell};
use live_view::Capture;
use tauri::async_runtime::{self, JoinHandle};
use tokio::sync::{RwLock, RwLockReadGuard, oneshot};
use tracing::{error, info, warn};

use crate::live::Live;

/// Closing a window waits for no server: the next run sends what waits.
const DRAIN: Duration = Duration::ZERO;

/// The window is gone by then, and whatever was saved is safe.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The companion's place: empty before it has started, and after it stopped.
type Slot = Arc<RwLock<Option<Companion>>>;

/// The running companion.
pub(crate) struct CompanionTask {
    running: Mutex<Option<Running>>,
    slot: Slot,
}

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl CompanionTask {
    /// Starts the companion and lets it tell `live`.
    pub(crate) fn spawn(options: RunOptions, live: Arc<Live>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let slot = Slot::default();
        let task = async_runtime::spawn(run(options, live, Arc::clone(&slot), stopped));
        Self { running: Mutex::new(Some(Running { stop, task })), slot }
    }

    /// The companion, where it runs; it does not stop while this is held.
    pub(crate) async fn companion(&self) -> RwLockReadGuard<'_, Option<Companion>> {
        self.slot.read().await
    }

    /// Stops it and waits for it; a second call does nothing.
    pub(crate) fn stop(&self) {
        let running = self.running.lock().expect("no holder of this lock panics").take();
        let Some(Running { stop, task }) = running else { return };
        drop(stop);
        let ended =
            async_runtime::block_on(async { tokio::time::timeout(STOP_TIMEOUT, task).await });
        if ended.is_err() {
            warn!(timeout = ?STOP_TIMEOUT, "The companion did not stop in time");
        }
    }
}

async fn run(options: RunOptions, live: Arc<Live>, slot: Slot, stopped: oneshot::Receiver<()>) {
    let shell: Arc<dyn Shell> = Arc::clone(&live) as _;
    match Companion::start(options, Arc::new(BootClock::new()), shell).await {
        Ok(companion) => *slot.write().await = Some(companion),
        Err(error) => {
            error!(error = with_causes(&error), "The companion did not start");
            return live.capture(Capture::Failed { problem: with_causes(&error) });
        }
    }
    live.capture(Capture::Running);
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

/// The error and what caused it, in one line.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
