//! Tells the shell what changed, and keeps a report for `ringside doctor`.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use event_model::{Clock, Source};
use live_view::PauseCode;
use outbox::{Outbox, OutboxStatus};
use tokio::sync::watch;

use super::history::History;
use crate::{
    CompanionStatus, DataDir, Shell, SourceStatus, UploadStatus, atomic_file,
    capture::CaptureView,
    owned_outbox::lock,
    pipeline::SourceCounts,
    readers::Health,
    upload::Pause,
    uploads::{Heading, Whither},
};

/// How often the status is looked at: as often as a person can follow.
const INTERVAL: Duration = Duration::from_secs(1);

/// Between two looks for what the outbox may forget; its bounds are days.
const PRUNE_TICKS: u64 = 600;

/// Between two looks for what the history has not yet: whoever looks at it fills it too.
const HISTORY_TICKS: u64 = 30;

/// Steps of a salvage between two looks, each some hundredths of a second: half
/// of a core at most, for some seconds, after a large file was damaged.
const SALVAGE_STEPS: u32 = 10;

/// Between two reports for `ringside doctor`: it is looked at by hand.
const REPORT_TICKS: u64 = 5;

/// Whom to tell, and where what goes on is seen.
pub(crate) struct Sight {
    pub(crate) shell: Arc<dyn Shell>,
    pub(crate) view: Arc<Mutex<CaptureView>>,
    pub(crate) health: Health,
    pub(crate) heading: Heading,
    /// Why no program is listened to.
    pub(crate) programs_problem: Option<String>,
}

/// Everything that the status is made of.
pub(crate) struct Publisher {
    dir: DataDir,
    outbox: Arc<Mutex<Outbox>>,
    clock: Arc<dyn Clock>,
    sight: Sight,
    last: CompanionStatus,
    reported: Vec<SourceStatus>,
    history: History,
    /// How often the upload queue was put back, as far as it was told.
    put_back: u32,
}

impl Publisher {
    pub(crate) fn new(
        dir: DataDir,
        outbox: Arc<Mutex<Outbox>>,
        clock: Arc<dyn Clock>,
        sight: Sight,
    ) -> Self {
        let (last, history) = (CompanionStatus::default(), History::default());
        Self { dir, outbox, clock, sight, last, reported: Vec::new(), history, put_back: 0 }
    }

    /// Publishes until told to stop; then hands itself back for the last word.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Self {
        for tick in 0_u64.. {
            if tick % PRUNE_TICKS == 0 {
                self.history.fill_and_note(&self.dir, &self.outbox).await;
                self.prune().await;
            } else if tick % HISTORY_TICKS == 0 {
                self.history.fill(&self.dir, &self.outbox).await;
            }
            self.salvage_on().await;
            self.publish().await;
            self.tell_of_return();
            if tick % REPORT_TICKS == 0 {
                self.keep_report();
            }
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => break,
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
        self
    }

    /// The last word of a run.
    pub(crate) async fn close(&mut self) -> CompanionStatus {
        self.tell_of_return();
        let status = self.publish().await;
        self.keep_report();
        status
    }

    /// Tells the shell where something changed; the status.
    pub(crate) async fn publish(&mut self) -> CompanionStatus {
        let status = self.status().await;
        if status != self.last {
            self.last = status.clone();
            self.sight.shell.status(status.clone());
        }
        status
    }

    async fn status(&self) -> CompanionStatus {
        let view = self.sight.view.lock().expect("no holder of the view panics").clone();
        let now = self.clock.now();
        let outbox = Arc::clone(&self.outbox);
        let counted = tokio::task::spawn_blocking(move || {
            let mut outbox = lock(&outbox);
            let status = outbox.healed_status(now)?;
            Ok((status, outbox.kept_here()?, outbox.asked_again_in_ms(now)))
        });
        let upload = match counted.await {
            Ok(Ok((status, kept, asked_again_ms))) => UploadStatus {
                asked_again_in_s: asked_again_ms.filter(|ms| *ms > 0).map(|ms| ms.div_ceil(1_000)),
                ..self.upload(status, kept, &view)
            },
            Ok(Err::<_, outbox::Error>(_)) | Err(_) => UploadStatus {
                paused: Some(PauseCode::QueueUnreadable),
                paused_reason: Some("the upload queue cannot be read".to_owned()),
                ..self.last.upload.clone()
            },
        };
        let sources = self.sight.health.sources();
        let sources = sources.into_iter().map(|source| self.source(source, &view)).collect();
        let recording_problem = view.recording_failure.as_ref().map(|(reason, readings)| {
            format!("{readings} readings were not recorded; the last one: {reason}")
        });
        CompanionStatus {
            sources,
            upload,
            recording_problem,
            history_problem: self.history.problem(),
            programs_problem: self.sight.programs_problem.clone(),
        }
    }

    fn tell_of_return(&mut self) {
        // Where it is at work it is told a second later.
        let Ok(times) = self.outbox.try_lock().map(|outbox| outbox.times_put_back()) else {
            return;
        };
        if times > self.put_back {
            self.put_back = times;
            tracing::warn!(
                "The upload queue was deleted or replaced while Ringside runs: everything \
                 that waited is there again, and what stood in its place, if anything did, is \
                 kept beside it (.other-…). Stop Ringside before you change its files"
            );
        }
    }

    fn upload(&self, outbox: OutboxStatus, kept: u64, view: &CaptureView) -> UploadStatus {
        let whither = self.sight.heading.now();
        let pause = pause(view, &whither, &outbox);
        UploadStatus {
            pending: outbox.pending.saturating_sub(kept),
            kept,
            in_flight: outbox.in_flight,
            settled: outbox.settled,
            quarantined: outbox.quarantined,
            pruned: outbox.pruned,
            lost: outbox.lost,
            not_saved: view.counts.not_saved,
            oldest_pending_age_s: outbox.oldest_pending_age_s,
            next_attempt_in_s: outbox.next_attempt_in_s,
            aside_in_s: outbox.aside_in_s,
            asked_again_in_s: None,
            paused: pause.as_ref().map(|pause| pause.code),
            paused_reason: pause.map(|pause| pause.reason),
            held: matches!(whither, Whither::Held { .. }),
            server: whither.server().map(str::to_owned),
        }
    }

    fn source(&self, source: Source, view: &CaptureView) -> SourceStatus {
        let empty = SourceCounts::default();
        let counts = view.sources.get(&source).unwrap_or(&empty);
        let now = self.sight.health.now(source);
        SourceStatus {
            source: source.to_string(),
            state: now.state,
            frames: counts.frames,
            unreadable: counts.unreadable,
            last_unreadable: counts.last_unreadable.clone(),
            refused_posts: now.refused_posts,
            frames_dropped: now.frames_dropped + counts.frames_skipped,
            events: counts.events,
            last_frame_at: counts.last_frame.map(|moment| moment.wall.to_string()),
            drift: counts.drift.iter().map(|(name, times)| (name.to_owned(), times)).collect(),
            drift_by_build: counts.drift_of_builds.named(),
            games_off: now.games_off,
        }
    }

    fn keep_report(&mut self) {
        if self.reported == self.last.sources {
            return;
        }
        self.reported.clone_from(&self.last.sources);
        let json = serde_json::to_vec_pretty(&self.reported).expect("plain counts are always JSON");
        if let Err(error) = atomic_file::replace_unsynced(&self.dir.source_report(), &json) {
            tracing::debug!(%error, "The report for doctor was not written");
        }
    }

    /// Goes on with what a large damaged file had. Capture appends in between.
    async fn salvage_on(&self) {
        for _ in 0..SALVAGE_STEPS {
            let (outbox, now) = (Arc::clone(&self.outbox), self.clock.now());
            let step = tokio::task::spawn_blocking(move || lock(&outbox).salvage_on(now));
            match step.await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) | Err(_) => return,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "The salvage of a damaged upload queue waits");
                    return;
                }
            }
        }
    }

    async fn prune(&self) {
        let (outbox, now) = (Arc::clone(&self.outbox), self.clock.now());
        let pruned = tokio::task::spawn_blocking(move || lock(&outbox).prune(now));
        if let Ok(Err(error)) = pruned.await {
            tracing::warn!(%error, "The upload queue could not be pruned");
        }
    }
}

/// Why nothing is sent: what is nearest to the game comes first.
fn pause(view: &CaptureView, whither: &Whither, outbox: &OutboxStatus) -> Option<Pause> {
    let not_saved = view.not_saved_reason.as_ref();
    not_saved
        .map(|reason| Pause::new(PauseCode::NotSaved, format!("not saved: {reason}")))
        .or_else(|| whither.pause())
        .or_else(|| outbox.paused.map(Pause::from))
}

#[cfg(test)]
mod tests {
    use delivery::WaitReason;

    use super::*;

    #[test]
    fn a_full_disk_is_told_before_a_hold_and_that_before_the_servers_silence() {
        let code = |view: &CaptureView, whither: &Whither| {
            let outbox =
                OutboxStatus { paused: Some(WaitReason::Status(503)), ..OutboxStatus::default() };
            pause(view, whither, &outbox).map(|pause| pause.code)
        };
        let fine = CaptureView::default();
        let not_saved_reason = Some("disk full".to_owned());
        let full = CaptureView { not_saved_reason, ..CaptureView::default() };
        let server = "https://ringside.example".to_owned();
        let held = Whither::Held { server: server.clone() };
        let there = Whither::To { server, trouble: crate::upload::Trouble::default() };
        assert_eq!(code(&full, &held), Some(PauseCode::NotSaved));
        assert_eq!(code(&fine, &held), Some(PauseCode::Held));
        assert_eq!(code(&fine, &Whither::Nowhere), Some(PauseCode::NoServer));
        assert_eq!(code(&fine, &there), Some(PauseCode::ServerBusy));
    }
}
