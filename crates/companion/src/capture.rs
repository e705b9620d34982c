//! The thread that turns what the readers bring into events on disk.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use event_model::{Clock, Received, Source};
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
};

use crate::{
    error::with_cause,
    pipeline::{CaptureCounts, Looked, Pipeline, SourceCounts},
    recorder::Recorder,
};

/// How long to wait before what the disk did not take is tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// How often the disk is asked at the end of the program.
const LAST_TRIES: u32 = 5;

/// What the capture thread lets others see.
#[derive(Debug, Clone, Default)]
pub(crate) struct CaptureView {
    pub(crate) counts: CaptureCounts,
    pub(crate) sources: std::collections::BTreeMap<Source, SourceCounts>,
    /// Why the disk does not take events, while it does not.
    pub(crate) not_saved_reason: Option<String>,
    pub(crate) recording_failure: Option<(String, u64)>,
    /// The recordings that are being written.
    pub(crate) recording: Vec<PathBuf>,
}

/// Where is to be recorded into, and where is.
pub(crate) struct RecordingSwitch {
    pub(crate) wanted: watch::Receiver<Option<PathBuf>>,
    pub(crate) followed: watch::Sender<Option<PathBuf>>,
}

/// Everything the thread owns.
pub(crate) struct Capture {
    pub(crate) readings: mpsc::Receiver<Received>,
    pub(crate) pipeline: Pipeline,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) switch: RecordingSwitch,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) view: Arc<Mutex<CaptureView>>,
    /// When a disk that refused is asked again.
    pub(crate) retry_at_ms: Option<u64>,
    /// Read and recorded, and waits for memory to have room: nothing behind it is taken.
    pub(crate) kept_back: Option<Received>,
}

/// Whether what a reading shows is in no later one: a line of a file, a message that is
/// told once. The others tell of most things as long as the match runs.
fn tells_once(source: Source) -> bool {
    match source {
        Source::Elite | Source::Hearthstone | Source::Overwolf | Source::RocketLeague => true,
        Source::League | Source::Cs2 | Source::Dota2 => false,
    }
}

impl Capture {
    /// Runs until the readers are gone. Blocks: while a game runs, the disk is
    /// waited for on this thread of its own.
    pub(crate) fn run(mut self, runtime: &Handle) {
        loop {
            self.follow_switch();
            let goes_on = match self.kept_back.take() {
                Some(received) => self.try_again(received, runtime),
                None => self.take_next(runtime),
            };
            if goes_on.is_break() {
                break;
            }
            // Whatever came meanwhile shares one fsync.
            self.take_what_waits();
            self.commit_when_due();
            self.pipeline.forget_silent_matches(self.clock.now());
        }
        self.end();
    }

    fn take_next(&mut self, runtime: &Handle) -> ControlFlow<()> {
        let next = runtime
            .block_on(async { tokio::time::timeout(RETRY_INTERVAL, self.readings.recv()).await });
        match next {
            Ok(Some(received)) => self.take(received),
            Ok(None) => return ControlFlow::Break(()),
            Err(_silence) => {}
        }
        ControlFlow::Continue(())
    }

    /// Offers what was kept back again, once the disk was asked. Meanwhile the readers
    /// wait: a file does not go away, and Overwolf's page sends again.
    fn try_again(&mut self, received: Received, runtime: &Handle) -> ControlFlow<()> {
        runtime.block_on(async { tokio::time::sleep(RETRY_INTERVAL).await });
        self.commit_when_due();
        self.look_at(received);
        if self.kept_back.is_some() && self.readings.is_closed() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn take_what_waits(&mut self) {
        for _ in 0..game_client::CAPTURE_QUEUE_FRAMES {
            if self.kept_back.is_some() {
                break;
            }
            let Ok(received) = self.readings.try_recv() else { break };
            self.take(received);
        }
    }

    /// Begins to record, or ends it, where somebody wants that now.
    fn follow_switch(&mut self) {
        if !self.switch.wanted.has_changed().unwrap_or(false) {
            return;
        }
        // What was read before is recorded as it was to be then.
        self.take_what_waits();
        let folder = self.switch.wanted.borrow_and_update().clone();
        if let Some(mut recorder) = self.recorder.take() {
            recorder.end_all(self.clock.now());
        }
        self.recorder = folder.clone().map(Recorder::into_folder);
        // It is still to be looked at, so the new recording begins with it.
        if let (Some(recorder), Some(kept)) = (&mut self.recorder, &self.kept_back) {
            recorder.write(kept, self.pipeline.encoded_state(kept.source));
        }
        self.publish();
        self.switch.followed.send_replace(folder);
    }

    /// The readers are gone: what is in memory is saved now or never.
    fn end(&mut self) {
        self.save_what_is_left();
        if let Some(recorder) = &mut self.recorder {
            recorder.end_all(self.clock.now());
        }
        self.publish();
    }

    fn save_what_is_left(&mut self) {
        for _ in 0..LAST_TRIES {
            self.commit();
            if let Some(received) = self.kept_back.take() {
                self.look_at(received);
                self.take_what_waits();
                self.commit();
            }
            if self.pipeline.counts().not_saved == 0 && self.kept_back.is_none() {
                return;
            }
            std::thread::sleep(RETRY_INTERVAL);
        }
        self.pipeline.give_up();
    }

    /// A disk that refused is not asked again for every frame: most readers wait for
    /// nobody, and what they bring must be taken.
    fn commit_when_due(&mut self) {
        let now_ms = self.clock.now().clock.mono_ms;
        if self.retry_at_ms.is_none_or(|retry_at_ms| now_ms >= retry_at_ms) {
            self.commit();
        }
    }

    fn take(&mut self, received: Received) {
        if let Some(recorder) = &mut self.recorder {
            recorder.write(&received, self.pipeline.encoded_state(received.source));
        }
        self.look_at(received);
    }

    fn look_at(&mut self, received: Received) {
        if !tells_once(received.source) {
            self.pipeline.take(&received);
        } else if self.pipeline.look_at(&received) == Looked::Away {
            self.kept_back = Some(received);
        }
    }

    fn commit(&mut self) {
        let now = self.clock.now();
        let reason = self.pipeline.commit(now).err().map(|error| with_cause(&error));
        let interval_ms = u64::try_from(RETRY_INTERVAL.as_millis()).unwrap_or(u64::MAX);
        self.retry_at_ms = reason.as_ref().map(|_| now.clock.mono_ms.saturating_add(interval_ms));
        {
            let mut view = self.view.lock().expect("no holder of the view panics");
            if view.not_saved_reason.is_none()
                && let Some(reason) = &reason
            {
                tracing::error!(%reason, "Events are kept in memory until the disk takes them");
            }
            view.not_saved_reason = reason;
        }
        self.publish();
    }

    fn publish(&self) {
        let mut view = self.view.lock().expect("no holder of the view panics");
        view.counts = self.pipeline.counts();
        view.sources.clone_from(self.pipeline.sources());
        view.recording = self.recorder.as_ref().map(Recorder::files).unwrap_or_default();
        view.recording_failure = self
            .recorder
            .as_ref()
            .and_then(Recorder::failure)
            .map(|(reason, failures)| (reason.to_owned(), failures));
    }
}

#[cfg(test)]
mod tests;
