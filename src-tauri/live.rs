//! What the companion tells, kept for every page, and each page's stream of it.

use std::{
    ops::ControlFlow,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use companion::{CompanionStatus, FeedLine, Glance, Shell, event_model::Source};
use live_view::{Capture, Due, LiveUpdate, LiveView, Phase, Status, Watcher};
use tauri::ipc::Channel;
use tokio::{sync::watch, time::Instant};

use crate::attention::Looks;

/// The live view behind all pages.
pub(crate) struct Live {
    view: Mutex<LiveView>,
    /// Says that the view has changed.
    changed: watch::Sender<()>,
}

impl Live {
    /// A view that shows nothing yet.
    pub(crate) fn new() -> Self {
        Self { view: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// Says whether the companion runs.
    pub(crate) fn capture(&self, capture: Capture) {
        self.change(|view| view.set_capture(capture));
    }

    /// Forgets what happened, and has every page forget it: the player had it erased.
    pub(crate) fn forget(&self) {
        self.change(LiveView::forget);
    }

    /// Wakes whoever follows the view; what there is already wakes nobody.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The source that shows a match, and what its player does there.
    pub(crate) fn running(&self) -> Option<(String, Phase)> {
        let view = self.view();
        Some((view.running_source()?.to_owned(), view.running()?.phase))
    }

    /// Tells one page through `channel` until nobody takes it any more, or the
    /// page has asked for another stream.
    pub(crate) async fn tell(&self, channel: Channel<LiveUpdate>, looks: Looks) {
        self.follow(looks, |update| match channel.send(update) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
        .await;
    }

    /// Tells somebody everything and then what changes, until they end it.
    pub(crate) async fn follow(
        &self,
        mut looks: Looks,
        mut told: impl FnMut(LiveUpdate) -> ControlFlow<()>,
    ) {
        let (mut changed, began) = (self.changed.subscribe(), Instant::now());
        let mut watcher = Watcher::default();
        loop {
            let now_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            changed.mark_unchanged();
            let due = watcher.poll(now_ms, looks.now(), &self.view());
            match due {
                Due::Tell(update) => {
                    if told(*update).is_break() {
                        return;
                    }
                }
                Due::InMs(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
                Due::Nothing => tokio::select! {
                    _ = changed.changed() => {}
                    still = looks.changed() => if still.is_err() { return },
                },
            }
        }
    }

    /// What the running match shows; `None` where none runs.
    pub(crate) fn glance(&self) -> Option<Glance> {
        self.view().running().cloned()
    }

    /// The player marked a moment of a match: so many there are of it.
    pub(crate) fn tell_chapters(&self, match_key: &str, marked: u32) {
        self.change(|view| view.set_chapters(match_key, marked));
    }

    /// The companion's state.
    pub(crate) fn status(&self) -> Status {
        self.view().status().clone()
    }

    fn change(&self, change: impl FnOnce(&mut LiveView)) {
        let mut view = self.view();
        let before = view.revision();
        change(&mut view);
        if view.revision() != before {
            self.changed.send_replace(());
        }
    }

    fn view(&self) -> MutexGuard<'_, LiveView> {
        self.view.lock().expect("no holder of this lock panics")
    }
}

impl Shell for Live {
    fn feed(&self, line: FeedLine) {
        self.change(|view| view.remember(line));
    }

    fn glance(&self, source: Source, glance: Option<Glance>) {
        self.change(|view| match glance {
            Some(glance) => view.set_glance(source.as_str(), glance),
            None => view.clear_glance(source.as_str()),
        });
    }

    fn status(&self, status: CompanionStatus) {
        self.change(|view| view.set_companion(status));
    }
}
