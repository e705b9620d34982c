//! The companion's shell: remembers what is shown and tells the page of changes.

use std::sync::{Mutex, MutexGuard};

use companion::{CompanionStatus, FeedEntry, Shell};
use tauri::{AppHandle, Emitter};
use tracing::warn;

use crate::{
    shown::Shown,
    view::{Capture, FeedLine, Status},
};

/// A line of the feed is new or has changed.
const FEED: &str = "feed";
/// The status has changed.
const STATUS: &str = "status";

/// The page, as the companion sees it.
pub(crate) struct Page {
    app: AppHandle,
    shown: Mutex<Shown>,
}

impl Page {
    /// A page that shows nothing yet.
    pub(crate) fn new(app: AppHandle) -> Self {
        Self { app, shown: Mutex::default() }
    }

    /// The feed's recent lines, newest first.
    pub(crate) fn feed_recent(&self) -> Vec<FeedLine> {
        self.shown().feed()
    }

    /// The status at this moment.
    pub(crate) fn status_now(&self) -> Status {
        self.shown().status()
    }

    /// Says whether the companion runs.
    pub(crate) fn capture(&self, capture: Capture) {
        let status = self.shown().set_capture(capture);
        self.tell(STATUS, &status);
    }

    fn tell<T: serde::Serialize + Clone>(&self, event: &str, payload: &T) {
        // The page asks again when it is loaded, so a lost word costs a moment.
        if let Err(error) = self.app.emit(event, payload) {
            warn!(%error, event, "The page was not told");
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().expect("no holder of this lock panics")
    }
}

impl Shell for Page {
    fn feed(&self, entry: FeedEntry) {
        let line = FeedLine::from(entry);
        self.shown().remember(line.clone());
        self.tell(FEED, &line);
    }

    fn status(&self, status: CompanionStatus) {
        let status = self.shown().set_companion(status);
        self.tell(STATUS, &status);
    }
}
