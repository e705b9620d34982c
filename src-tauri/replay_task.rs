//! One recording that is played to a page, in a live view of its own: what is
//! captured meanwhile is shown as ever, and no rule of a running match sees it.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use boot_clock::BootClock;
use companion::{ReplayProgress, Shell, Speed, watch_recording};
use live_view::{Capture, LiveUpdate};
use serde::Serialize;
use tauri::{
    Manager, WebviewWindow,
    async_runtime::{self, JoinHandle},
    ipc::Channel,
};

use crate::{
    attention::{self, Attentions},
    commands::Problem,
    live::Live,
};

/// The page is told of so many steps at most: more is finer than a bar is wide.
const STEPS: u64 = 200;

/// The replay that runs.
#[derive(Default)]
pub(crate) struct ReplayTask(Mutex<Option<JoinHandle<()>>>);

/// What a page is told of a replay beside its events.
#[derive(Debug, Clone, Serialize, specta::Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum ReplayTold {
    /// So many of its entries were played.
    Played {
        /// Entries so far.
        entries: u64,
        /// Entries in all.
        of: u64,
    },
    /// It is over.
    Over,
    /// It cannot be played, or not further.
    Failed {
        /// Why.
        problem: Problem,
    },
}

impl ReplayTask {
    /// Plays a file to the window's page; an earlier replay ends.
    pub(crate) fn start(
        &self,
        window: &WebviewWindow,
        file: PathBuf,
        speed: Speed,
        live: Channel<LiveUpdate>,
        told: Channel<ReplayTold>,
    ) {
        self.stop(window);
        let view = Arc::new(Live::new());
        view.capture(Capture::Running);
        let attentions = window.state::<Attentions>();
        let looks = attentions.look(&attention::of_replay(window.label()), attention::of(window));
        let shown = Arc::clone(&view);
        async_runtime::spawn(async move { shown.tell(live, looks).await });
        let playing = async_runtime::spawn(async move {
            // Nobody listens any more where the page is gone; then it is stopped.
            drop(told.send(played(file, speed, view, &told).await));
        });
        *self.running() = Some(playing);
    }

    /// Ends the replay of the window's page.
    pub(crate) fn stop(&self, window: &WebviewWindow) {
        self.end(&window.state::<Attentions>(), window.label());
    }

    /// Ends the replay of the window with this label, which may be gone.
    pub(crate) fn end(&self, attentions: &Attentions, label: &str) {
        if let Some(playing) = self.running().take() {
            playing.abort();
        }
        attentions.closed(&attention::of_replay(label));
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

/// Plays it, and says how it ended.
async fn played(
    file: PathBuf,
    speed: Speed,
    view: Arc<Live>,
    told: &Channel<ReplayTold>,
) -> ReplayTold {
    let shell: Arc<dyn Shell> = view;
    let mut step = 0;
    let progress = |at| {
        let ReplayProgress::Played { entries, of } = at else { return };
        let reached = entries * STEPS / of.max(1);
        if reached != step || entries == of {
            step = reached;
            drop(told.send(ReplayTold::Played { entries, of }));
        }
    };
    match watch_recording(&file, speed, Arc::new(BootClock::new()), shell, progress).await {
        Ok(()) => ReplayTold::Over,
        Err(error) => ReplayTold::Failed { problem: error.into() },
    }
}
