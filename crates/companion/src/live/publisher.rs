//! Tells the shell what changed, and keeps a report for `ringside doctor`.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use event_model::{Clock, Source};
use outbox::{Outbox, OutboxStatus};
use tokio::sync::watch;

use crate::{
    CompanionStatus, DataDir, Shell, SourceStatus, UploadStatus, atomic_file,
    capture::CaptureView,
    owned_outbox::lock,
    pipeline::SourceCounts,
    readers::Health,
    uploads::{Heading, Whither},
};

/// How often the status is looked at: as often as a person can follow.
const INTERVAL: Duration = Duration::from_secs(1);

/// Between two looks for what the outbox may forget; its bounds are days.
const PRUNE_TICKS: u64 = 600;

/// Steps of a salvage between two looks, each some hundredths of a second: half
/// of a core at most, for some seconds, after a large file was damaged.
const SALVAGE_STEPS: u32 = 10;

/// Between two reports for `ringside doctor`: it is looked at by hand.
const REPORT_TICKS: u64 = 5;

/// Everything that the status is made of.
pub(crate) struct Publisher {
    pub(crate) dir: DataDir,
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shell: Arc<dyn Shell>,
    pub(crate) view: Arc<Mutex<CaptureView>>,
    pub(crate) health: Health,
    pub(crate) heading: Heading,
    pub(crate) last: CompanionStatus,
    pub(crate) reported: Vec<SourceStatus>,
    /// How often the upload queue was put back, as far as it was told.
    pub(crate) put_back: u32,
}

impl Publisher {
    /// Publishes until told to stop; then hands itself back for the last word.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) -> Self {
        for tick in 0_u64.. {
            if tick % PRUNE_TICKS == 0 {
                self.prune().await;
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
            self.shell.status(status.clone());
        }
        status
    }

    async fn status(&self) -> CompanionStatus {
        let view = self.view.lock().expect("no holder of the view panics").clone();
        let now = self.clock.now();
        let outbox = Arc::clone(&self.outbox);
        let counted = tokio::task::spawn_blocking(move || lock(&outbox).healed_status(now));
        let upload = match counted.await {
            Ok(Ok(status)) => self.upload(status, &view),
            Ok(Err(_)) | Err(_) => UploadStatus {
                paused_reason: Some("the upload queue cannot be read".to_owned()),
                ..self.last.upload.clone()
            },
        };
        let sources = self.health.sources();
        let sources = sources.into_iter().map(|source| self.source(source, &view)).collect();
        let recording_problem = view.recording_failure.as_ref().map(|(reason, readings)| {
            format!("{readings} readings were not recorded; the last one: {reason}")
        });
        CompanionStatus { sources, upload, recording_problem }
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

    fn upload(&self, outbox: OutboxStatus, view: &CaptureView) -> UploadStatus {
        let whither = self.heading.now();
        UploadStatus {
            pending: outbox.pending,
            in_flight: outbox.in_flight,
            settled: outbox.settled,
            quarantined: outbox.quarantined,
            pruned: outbox.pruned,
            lost: outbox.lost,
            not_saved: view.counts.not_saved,
            oldest_pending_age_s: outbox.oldest_pending_age_s,
            next_attempt_in_s: outbox.next_attempt_in_s,
            paused_reason: view
                .not_saved_reason
                .as_ref()
                .map(|reason| format!("not saved: {reason}"))
                .or_else(|| whither.reason())
                .or(outbox.paused_reason),
            held: matches!(whither, Whither::Held { .. }),
            server: whither.server().map(str::to_owned),
        }
    }

    fn source(&self, source: Source, view: &CaptureView) -> SourceStatus {
        let empty = SourceCounts::default();
        let counts = view.sources.get(&source).unwrap_or(&empty);
        SourceStatus {
            source: source.to_string(),
            state: self.health.sentence(source),
            frames: counts.frames,
            unreadable: counts.unreadable,
            last_unreadable: counts.last_unreadable.clone(),
            refused_posts: self.health.refused_posts(source),
            frames_dropped: self.health.frames_dropped(source) + counts.frames_skipped,
            events: counts.events,
            last_frame_at: counts.last_frame.map(|moment| moment.wall.to_string()),
            drift: counts.drift.iter().map(|(name, times)| (name.to_owned(), times)).collect(),
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
