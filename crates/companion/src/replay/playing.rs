//! A recording on its way into the pipeline, entry by entry.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use event_model::{Clock, DeviceId, Received, Source, telling_ids};
use game_session::SourceState;
use recording::{Entry, Item};

use super::{
    ReplayProgress, Speed,
    faults::{FaultyEntries, Ledger, Played, PlayedFault, SteppedClock},
    section::Span,
    spool::Spool,
    tape::Tape,
    tracer::Tracer,
};
use crate::{
    Error,
    pipeline::{Beginning, Pipeline, Rules},
};

/// Readings that are made durable together at full speed: one fsync for them
/// all. A crash costs none of them, since the file still has them.
const GROUP_READINGS: u64 = 256;

/// The same where kills are played: what is between two appends is gone, and a live
/// capture appends at each reading.
const GROUP_READINGS_UNDER_FAULTS: u64 = 4;

/// What comes next.
#[derive(Debug)]
pub(crate) enum Beat {
    /// An entry of the recording; `index` counts from 0.
    Entry { index: u64, entry: Entry },
    /// The file turned out to be at fault after all.
    Unreadable(Error),
    /// What is done wrong here, told.
    Played(PlayedFault),
    /// The wall clock is set.
    ClockStep(i64),
    /// Everything that is not on disk is gone.
    Kill,
}

/// How it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    /// At the end.
    Over,
    /// In the midst, with everything that was not on disk.
    Killed,
}

/// How fast, and how long at most between two entries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) speed: Speed,
    pub(super) pause_max: Duration,
}

/// A section of a recording being played.
pub(super) struct Playing<'t> {
    tape: &'t Tape,
    span: Span,
    pace: Pace,
    beats: Box<dyn Iterator<Item = Beat> + Send + 't>,
    beginning: SourceState,
    clock: &'t dyn Clock,
    stepped: Option<Arc<SteppedClock>>,
    pub(super) tracer: Option<Tracer>,
    pub(super) ledger: Option<Ledger>,
    pub(super) played: Played,
    /// Takes the events that are on disk, in order, where somebody asked for them.
    pub(super) spool: Option<Spool>,
    device: Option<DeviceId>,
    /// Whether the outbox has a state of this replay.
    is_begun: bool,
    last_ms: u64,
    frames_are_over: bool,
    entries: u64,
}

impl<'t> Playing<'t> {
    pub(super) fn new(
        tape: &'t Tape,
        span: Span,
        pace: Pace,
        clock: &'t dyn Clock,
    ) -> Result<Self, Error> {
        let beats = tape.indexed()?.filter(move |(index, _)| span.has(*index));
        Ok(Self {
            tape,
            span,
            pace,
            beats: Box::new(beats.map(|(index, entry)| match entry {
                Ok(entry) => Beat::Entry { index, entry },
                Err(error) => Beat::Unreadable(error),
            })),
            beginning: tape.state_before(span)?,
            clock,
            stepped: None,
            tracer: None,
            ledger: None,
            played: Played::default(),
            spool: None,
            device: None,
            is_begun: false,
            last_ms: 0,
            frames_are_over: false,
            entries: 0,
        })
    }

    /// The same under the faults of a seed.
    pub(super) fn under_faults(
        mut self,
        seed: u64,
        clock: Arc<SteppedClock>,
    ) -> Result<Self, Error> {
        let span = self.span;
        let entries = self.tape.indexed()?.filter(move |(index, _)| span.has(*index));
        let faulty = FaultyEntries::new(entries, span.first..self.end(), seed);
        self.ledger = Some(Ledger::until(faulty.wild_from()));
        self.beats = Box::new(faulty);
        self.stepped = Some(clock);
        Ok(self)
    }

    /// The same with everything noted that a trace shows.
    pub(super) fn traced(mut self) -> Self {
        self.tracer = Some(Tracer::new(self.beginning.clone()));
        self
    }

    /// The same with every event kept in a file.
    pub(super) fn keeping_events(mut self) -> Result<Self, Error> {
        self.spool = Some(Spool::open()?);
        Ok(self)
    }

    /// Who would send the events.
    pub(super) fn sent_by(&mut self, device: DeviceId) {
        self.device = Some(device);
    }

    /// Whose frames they are.
    pub(super) fn source(&self) -> Source {
        self.tape.key.source
    }

    /// Gives the pipeline its stream: at the beginning as it is, else as the disk has it.
    pub(super) fn begin(&mut self, pipeline: &mut Pipeline) -> Result<(), Error> {
        let source = self.tape.key.source;
        let beginning =
            if self.is_begun { Beginning::Saved } else { Beginning::State(self.beginning.clone()) };
        let rules = pipeline.begin(self.tape.key.clone(), beginning).map_err(Error::Outbox)?;
        if rules == Rules::Missing {
            let file = self.tape.recording.path().to_owned();
            return Err(Error::NoRules { file, source_name: source });
        }
        pipeline.remember_events();
        if let Some(tracer) = self.tracer.as_mut().filter(|_| self.is_begun) {
            tracer.resume(source, pipeline.encoded_state(source));
        }
        Ok(())
    }

    /// Plays on, to the end or to the next kill.
    pub(super) async fn play(
        &mut self,
        pipeline: &mut Pipeline,
        progress: &mut (impl FnMut(ReplayProgress) + Send),
    ) -> Result<Stopped, Error> {
        let group = match self.ledger {
            Some(_) => GROUP_READINGS_UNDER_FAULTS,
            None => GROUP_READINGS,
        };
        while let Some(beat) = self.beats.next() {
            match beat {
                Beat::Entry { index, entry } => {
                    if let Some(pause) = self.pause_before(&entry) {
                        tokio::time::sleep(pause).await;
                    }
                    if self.ledger.as_ref().is_some_and(|ledger| ledger.ends_at(index)) {
                        // What was made so far was made of the game's own word.
                        self.commit(pipeline)?;
                        self.ledger.iter_mut().for_each(Ledger::end);
                    }
                    self.take(pipeline, index, entry)?;
                    self.entries += 1;
                    if self.pace.speed != Speed::Max || self.entries.is_multiple_of(group) {
                        self.commit(pipeline)?;
                        progress(self.progress(index + 1));
                        // At full speed the upload would otherwise never have a turn.
                        tokio::task::yield_now().await;
                    }
                }
                Beat::Unreadable(error) => return Err(error),
                Beat::Played(fault) => self.note(fault),
                Beat::ClockStep(ms) => {
                    if let Some(clock) = &self.stepped {
                        clock.step(ms);
                    }
                }
                Beat::Kill => {
                    self.killed(pipeline);
                    return Ok(Stopped::Killed);
                }
            }
        }
        if self.frames_are_over {
            let at = self.tape.moment(self.last_ms);
            if let Some(tracer) = &mut self.tracer {
                tracer.finish(self.last_ms);
            }
            self.guarded("the end", |tape| pipeline.finish(tape.key.source, at));
        }
        self.commit(pipeline)?;
        progress(self.progress(self.end()));
        Ok(Stopped::Over)
    }

    fn end(&self) -> u64 {
        self.span.end.unwrap_or(self.tape.entries)
    }

    fn progress(&self, so_far: u64) -> ReplayProgress {
        let (first, end) = (self.span.first, self.end());
        ReplayProgress::Played {
            entries: so_far.saturating_sub(first),
            of: end.saturating_sub(first),
        }
    }

    fn take(&mut self, pipeline: &mut Pipeline, index: u64, entry: Entry) -> Result<(), Error> {
        let t_ms = entry.t_ms.max(self.last_ms);
        self.last_ms = t_ms;
        self.frames_are_over =
            matches!(&entry.item, Item::End(why) if why == recording::IMPORT_END);
        if let Some(tracer) = &mut self.tracer {
            tracer.line(t_ms, &entry.item);
        }
        let Some(received) = self.tape.received(t_ms, entry) else { return Ok(()) };
        let now = self.clock.now();
        let took = self
            .guarded(&format!("entry {}", index + 1), |_| pipeline.take_or_commit(&received, now));
        if let Some(took) = took {
            took.map_err(Error::Outbox)?;
            self.trace(&received);
        }
        Ok(())
    }

    fn trace(&mut self, received: &Received) {
        if let Some(tracer) = &mut self.tracer {
            tracer.reading(received);
        }
    }

    fn commit(&mut self, pipeline: &mut Pipeline) -> Result<(), Error> {
        self.is_begun |= pipeline.has_unsaved();
        pipeline.commit(self.clock.now()).map_err(Error::Outbox)?;
        let made = pipeline.take_events();
        pipeline.remember_events();
        if let Some(ledger) = &mut self.ledger {
            for new in &made.events {
                ledger.made(&new.event);
                ledger.appended(new.event.id);
            }
        }
        if let (Some(spool), Some(device)) = (&mut self.spool, self.device) {
            for new in &made.events {
                spool.push(new, device, made.sequences.get(&new.event.id).copied())?;
            }
        }
        Ok(())
    }

    /// What a kill takes: nothing that was appended.
    fn killed(&mut self, pipeline: &mut Pipeline) {
        let gone = pipeline.take_events().events;
        if let Some(ledger) = &mut self.ledger {
            ledger.kills += 1;
            ledger.gone_with_a_kill += gone.len() as u64;
            gone.iter().for_each(|new| ledger.made(&new.event));
        }
    }

    fn note(&mut self, fault: PlayedFault) {
        if let Some(tracer) = &mut self.tracer {
            tracer.played(self.last_ms, &fault);
        }
        self.played.push(fault);
    }

    /// Does it; where faults are played a panic is noted, and costs this one reading.
    fn guarded<T>(&mut self, what: &str, work: impl FnOnce(&Tape) -> T) -> Option<T> {
        let tape = self.tape;
        let Some(ledger) = &mut self.ledger else { return Some(work(tape)) };
        let guarded = AssertUnwindSafe(|| work(tape));
        let (done, stories) = telling_ids(|| std::panic::catch_unwind(guarded));
        ledger.told(stories);
        if done.is_err() {
            ledger.panics.push(what.to_owned());
        }
        done.ok()
    }

    /// What is waited for before an entry.
    fn pause_before(&self, entry: &Entry) -> Option<Duration> {
        let recorded_ms = match self.entries {
            // What lies before the section is not waited for.
            0 if self.span.first > 0 => 0,
            _ => entry.t_ms.saturating_sub(self.last_ms),
        };
        match self.pace.speed {
            Speed::Times(times) if times > 0.0 && recorded_ms > 0 => {
                let seconds = Duration::from_millis(recorded_ms).as_secs_f64() / times;
                let most = self.pace.pause_max;
                let pause = Duration::try_from_secs_f64(seconds).unwrap_or(most);
                Some(pause.min(most))
            }
            Speed::Times(_) | Speed::Max => None,
        }
    }
}
