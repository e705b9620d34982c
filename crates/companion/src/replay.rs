//! A recording through the same pipeline as live capture.

mod report;

use std::{path::PathBuf, sync::Arc, time::Duration};

use event_model::{Clock, ClockEpoch, Moment, Origin, Reading, Received};
use game_session::SourceState;
use outbox::{NewEvent, StreamKey};
use recording::{Entry, Item, Recording};

use crate::{
    Error, SettingsFrom, Shell,
    installation::Installation,
    owned_outbox::{self, lock},
    pipeline::{Beginning, Pipeline, Rules},
    upload::{Drained, Upload, UploadOptions},
};
pub use report::ReplayReport;

/// Readings that are made durable together at full speed: one fsync for them
/// all. A crash costs none of them, since the file still has them.
const GROUP_READINGS: usize = 256;

/// The longest pause between two entries: a recorded gap of months is not waited
/// for, at any speed.
const PAUSE_MAX: Duration = Duration::from_secs(60 * 60);

/// How fast a recording is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// Without waiting.
    Max,
    /// This many times the recorded pace.
    Times(f64),
}

/// What to replay, and where its events go.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// A recording, or any file that can be imported.
    pub file: PathBuf,
    /// This installation's folder; the user's own where none is named.
    pub data_dir: Option<PathBuf>,
    /// How fast.
    pub speed: Speed,
    /// Where events are sent; naming a server is consent for this run.
    pub upload: UploadOptions,
    /// How long the upload may make no progress before the replay gives up
    /// waiting for it.
    pub drain_timeout: Duration,
}

/// How far a replay has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayProgress {
    /// So many entries of so many were played.
    Played {
        /// Entries so far.
        entries: u64,
        /// Entries of the recording.
        of: u64,
    },
    /// The recording is over; so many events still wait to be sent.
    Draining {
        /// Events that wait.
        pending: u64,
    },
}

/// Replays a file.
///
/// # Errors
/// Where the file is at fault ([`Error::BadInput`]), before anything is
/// written; or where this installation cannot be used.
pub async fn replay(
    options: ReplayOptions,
    clock: Arc<dyn Clock>,
    shell: Arc<dyn Shell>,
    mut progress: impl FnMut(ReplayProgress),
) -> Result<ReplayReport, Error> {
    let tape = Tape::open(&options)?;
    let data_dir = options.data_dir.clone();
    let Installation { dir, settings, identity, outbox, wake } =
        Installation::open(data_dir, SettingsFrom::File, |settings| settings, &clock)?;
    let upload = Upload::start(
        &options.upload,
        &settings,
        &dir,
        &identity,
        Arc::clone(&outbox),
        Arc::clone(&clock),
        Arc::clone(&wake),
    )?;

    let mut pipeline = Pipeline::new(Arc::clone(&outbox), shell, Origin::Replay);
    if upload.is_some() {
        pipeline.wake_after_append(wake);
        // Somebody waits for this upload: a wait from an earlier run is over.
        if let Err(error) = lock(&outbox).change_circuit(delivery::Circuit::retry_now) {
            // It stands in memory.
            tracing::debug!(%error, "The end of the wait was not noted");
        }
    }
    let events = tape.play(&mut pipeline, options.speed, &*clock, &mut progress).await?;

    let trouble = upload.as_ref().map(Upload::trouble);
    let drained = match &upload {
        Some(upload) => {
            let pending = |pending| progress(ReplayProgress::Draining { pending });
            upload.drain(&outbox, &*clock, options.drain_timeout, pending).await
        }
        None => Ok(Drained::NothingToSend),
    };
    let sent = match upload {
        Some(upload) => upload.stop().await,
        None => crate::upload::Sent::default(),
    };
    owned_outbox::keep(&outbox, &clock).await.map_err(Error::QueueDeleted)?;
    let drained = drained?;
    let report = {
        let outbox = lock(&outbox);
        ReplayReport::gather(&tape.recording, &pipeline, &outbox, clock.now(), sent, drained)?
            .with_events(&outbox, identity.device(), events)?
            .with_trouble(trouble.and_then(|trouble| trouble.reason()))
    };
    Ok(report)
}

/// A recording that was read through once, so that no fault in it can turn up
/// half-way.
struct Tape {
    recording: Recording,
    beginning: Option<SourceState>,
    key: StreamKey,
    epoch: ClockEpoch,
    entries: u64,
}

impl Tape {
    fn open(options: &ReplayOptions) -> Result<Self, Error> {
        let recording = recording::import(&options.file, None).map_err(Error::BadInput)?;
        let hash = recording.hash().map_err(Error::BadInput)?;
        let source = recording.header().source;
        if SourceState::new(source).is_none() {
            return Err(Error::NoRules { file: options.file.clone(), source_name: source });
        }
        let made_under = recording.header().session_logic;
        if made_under > game_session::SESSION_LOGIC {
            tracing::warn!(
                made_under,
                known = game_session::SESSION_LOGIC,
                "The recording was made by a newer Ringside: its events may differ"
            );
        }
        let beginning = recording
            .state()
            .map(|state| SourceState::decode(source, state))
            .transpose()
            .unwrap_or_else(|fault| {
                tracing::warn!(%fault, "The recording's state cannot be read; it begins anew");
                None
            });
        let entries = recording.entries().map_err(Error::BadInput)?.count() as u64;
        Ok(Self {
            // Its state is never continued: one row for all replays will do.
            key: StreamKey { source, stream: "replay".to_owned() },
            epoch: hash.clock_epoch(),
            beginning,
            entries,
            recording,
        })
    }

    /// Plays it; all its events, in order.
    async fn play(
        &self,
        pipeline: &mut Pipeline,
        speed: Speed,
        clock: &dyn Clock,
        progress: &mut impl FnMut(ReplayProgress),
    ) -> Result<Vec<NewEvent>, Error> {
        let beginning = self.beginning.clone().map_or(Beginning::Empty, Beginning::State);
        let rules = pipeline.begin(self.key.clone(), beginning).map_err(Error::Outbox)?;
        if rules == Rules::Missing {
            let file = self.recording.path().to_owned();
            return Err(Error::NoRules { file, source_name: self.key.source });
        }
        pipeline.remember_events();
        let (mut last_ms, mut frames_are_over) = (0, false);
        for (index, entry) in self.recording.entries().map_err(Error::BadInput)?.enumerate() {
            let entry = entry.map_err(Error::BadInput)?;
            wait(speed, entry.t_ms.saturating_sub(last_ms)).await;
            last_ms = entry.t_ms;
            frames_are_over = matches!(&entry.item, Item::End(why) if why == recording::IMPORT_END);
            if let Some(received) = self.received(entry) {
                pipeline.take_or_commit(&received, clock.now()).map_err(Error::Outbox)?;
            }
            if speed != Speed::Max || (index + 1) % GROUP_READINGS == 0 {
                pipeline.commit(clock.now()).map_err(Error::Outbox)?;
                progress(ReplayProgress::Played { entries: index as u64 + 1, of: self.entries });
                // At full speed the upload would otherwise never have a turn.
                tokio::task::yield_now().await;
            }
        }
        if frames_are_over {
            pipeline.finish(self.key.source, self.moment(last_ms));
        }
        pipeline.commit(clock.now()).map_err(Error::Outbox)?;
        progress(ReplayProgress::Played { entries: self.entries, of: self.entries });
        Ok(pipeline.take_events())
    }

    fn received(&self, entry: Entry) -> Option<Received> {
        let reading = match entry.item {
            Item::Frame(frame) => Reading::Frame(frame),
            Item::Fault(fault) => Reading::Fault(fault),
            Item::Mark(_) | Item::Event(_) | Item::End(_) => return None,
        };
        Some(Received { source: self.key.source, at: self.moment(entry.t_ms), reading })
    }

    /// The recording's own clock: a replay has the times of the match.
    fn moment(&self, t_ms: u64) -> Moment {
        let offset = i64::try_from(t_ms).unwrap_or(i64::MAX);
        Moment {
            clock: event_model::ClockReading { epoch: self.epoch, mono_ms: t_ms },
            wall: self.recording.header().recorded_at.plus_ms(offset),
        }
    }
}

async fn wait(speed: Speed, recorded_ms: u64) {
    match speed {
        Speed::Times(times) if times > 0.0 && recorded_ms > 0 => {
            let seconds = Duration::from_millis(recorded_ms).as_secs_f64() / times;
            let pause = Duration::try_from_secs_f64(seconds).unwrap_or(PAUSE_MAX);
            tokio::time::sleep(pause.min(PAUSE_MAX)).await;
        }
        Speed::Times(_) | Speed::Max => {}
    }
}
