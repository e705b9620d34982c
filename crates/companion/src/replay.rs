//! A recording through the same pipeline as live capture.

mod faults;
mod lives;
mod playing;
mod report;
mod section;
mod spool;
mod tape;
mod totals;
mod tracer;
mod watched;

use std::{path::PathBuf, sync::Arc, time::Duration};

use event_model::Clock;
use replay_report::Trace;

use crate::{
    Error, Shell,
    upload::{Drained, Notes, UploadOptions},
};
pub use faults::{FaultKind, FaultPlace, FaultsReport, PlayedFault};
use faults::{FaultyServer, SteppedClock, Witnessed, promises};
use lives::{Lives, Stage};
use playing::{Pace, Playing};
pub use report::ReplayReport;
pub use section::Section;
pub use spool::ReplayedEvents;
use tape::Tape;
pub use watched::watch_recording;

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
    /// This installation's folder; the user's own where none is named. With faults it is
    /// one of the system's own for such, gone afterwards: nothing that was spoilt on
    /// purpose stays among what a player captured.
    pub data_dir: Option<PathBuf>,
    /// How fast.
    pub speed: Speed,
    /// Which part of it.
    pub section: Section,
    /// A seed that decides what goes wrong.
    pub faults: Option<u64>,
    /// Whether the events are kept for whoever reads the report, in a file of the
    /// system's own; else they are counted.
    pub keeps_events: bool,
    /// Whether everything is noted that a trace shows.
    pub is_traced: bool,
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
        /// Entries of the section that is played.
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
/// Where the file is at fault ([`Error::BadInput`]) or has no such section, before
/// anything is written; or where this installation cannot be used.
pub async fn replay(
    options: ReplayOptions,
    clock: Arc<dyn Clock>,
    shell: Arc<dyn Shell>,
    mut progress: impl FnMut(ReplayProgress) + Send,
) -> Result<ReplayReport, Error> {
    let tape = Tape::open(&options.file)?;
    let span = tape.span(&options.section)?;
    let pace = Pace { speed: options.speed, pause_max: PAUSE_MAX };
    let stepped = Arc::new(SteppedClock::new(clock));
    let clock: Arc<dyn Clock> = Arc::clone(&stepped) as _;
    let mut playing = Playing::new(&tape, span, pace, &*clock)?;
    if let Some(seed) = options.faults {
        playing = playing.under_faults(seed, stepped)?;
    }
    if options.is_traced {
        playing = playing.traced();
    }
    if options.keeps_events {
        playing = playing.keeping_events()?;
    }
    let stage = Stage::set(&options, Arc::clone(&clock), shell).await?;
    let lives = Lives::of(&stage).play(&mut playing, &mut progress).await?;

    let tracer = playing.tracer.take();
    let mut report = ReplayReport::gather(&tape, &lives, clock.now())?;
    let spool = playing.spool.take();
    report.events = spool.map(|spool| spool.finish(&lives.outbox())).transpose()?;
    if let Some(seed) = options.faults {
        let ledger = playing.ledger.take().unwrap_or_default();
        let seen = Witnessed {
            is_sent: lives.drained != Drained::NothingToSend,
            waiting: report.pending,
            refused: lives.sent.refused,
            settled: report.uploaded,
        };
        let kept = promises(&tape, span, &ledger, &lives.outbox(), seen)?;
        let mut played = std::mem::take(&mut playing.played);
        stage.faults_of_server().into_iter().for_each(|fault| played.push(fault));
        report.faults_played = Some(played.into_report(seed, kept));
    }
    if let Some(tracer) = tracer {
        let (exchanges, exchanges_left_out) = stage.exchanges();
        let promises = report.faults_played.as_ref().map(|faults| faults.promises.clone());
        report.trace = Some(Box::new(Trace {
            file: file_name(&options.file),
            facts: report.facts(),
            tape: tracer.tape,
            exchanges,
            exchanges_left_out,
            promises: promises.unwrap_or_default(),
            differences: None,
        }));
    }
    Ok(report)
}

fn file_name(file: &std::path::Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}
