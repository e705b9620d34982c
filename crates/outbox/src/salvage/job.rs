//! One damaged file being salvaged from, in bounded steps.
//!
//! First every page is looked at, then the events go over in the order of their
//! sequence, then the server is told of the numbers that will never come. Each
//! step is one transaction of the new file, and all of them may be made again:
//! what is there is passed by its id. So a crash costs time and nothing else.

use std::path::{Path, PathBuf};

use delivery::QuarantineReason;
use event_model::{EventId, GapReason, WallTime};
use rusqlite::Connection;

use super::{
    identity::Identity,
    images::Images,
    rows::{Intact, Quarantined},
    set_aside::{self, Report},
    survey::{self, Place, Survey},
};
use crate::{
    Error,
    append::{Maker, NewRow, RowWriter},
    conclude,
    connection::write,
    counters::Counter,
    gaps::{self, Teller},
    known_ids::{KnownIds, remember_unplaced},
    meta::Meta,
};

/// Pages looked at in one step: 4 MiB, some hundredths of a second.
const PAGES_A_STEP: u32 = 1_024;
/// Events that go over in one step: no append waits longer than for these.
const ROWS_A_STEP: usize = 1_000;
/// Numbers that are told as gone: every event that fits into the bounds.
const LOST_MAX: usize = 2_000_000;
/// No sum of events is as large: a damaged one is cut so that it can be added.
const SUM_MAX: u64 = 1 << 40;

/// One file's salvage.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) file: PathBuf,
    images: Images,
    survey: Survey,
    phase: Phase,
    pub(super) report: Report,
    /// Events that the server had, and that are sent again.
    sent_again: u64,
    /// Others that are in the queue of the new file.
    queued: u64,
    /// Sequences of events that are as they were written, ascending.
    found: Vec<u64>,
    /// Of those that look like events and are not.
    failed: Vec<u64>,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Surveying,
    /// From this place in the list of events on.
    Copying(usize),
    Telling,
    Done,
}

/// Whether there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    More,
    Done,
}

impl Job {
    pub(super) fn begin(file: PathBuf) -> Self {
        let images = Images::open(&file);
        Self {
            file,
            survey: Survey::of(&images),
            images,
            phase: Phase::Surveying,
            report: Report::default(),
            sent_again: 0,
            queued: 0,
            found: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// How many pages there are to look at.
    pub(super) fn pages(&self) -> u32 {
        self.images.count()
    }

    /// Whether the new file has the states that capture goes on from.
    pub(super) fn has_carried_states(&self) -> bool {
        !matches!(self.phase, Phase::Surveying)
    }

    /// The next step.
    ///
    /// # Errors
    /// Where the new file cannot be written; the step is made again.
    pub(super) fn step(&mut self, db: &mut Connection, teller: Teller) -> Result<Progress, Error> {
        match self.phase {
            Phase::Surveying => self.look(db)?,
            Phase::Copying(next) => self.copy(db, teller, next)?,
            Phase::Telling => self.tell(db, teller)?,
            Phase::Done => return Ok(Progress::Done),
        }
        Ok(Progress::More)
    }

    fn look(&mut self, db: &mut Connection) -> Result<(), Error> {
        let more = self.survey.look(&self.images, PAGES_A_STEP);
        let Survey { known_ids, streams, .. } = &self.survey;
        write(db, |db| {
            for (id, known_ms) in known_ids {
                remember_unplaced(db, *id, *known_ms)?;
            }
            if !more {
                // A state that was saved since is the later one.
                let mut insert =
                    db.prepare("INSERT OR IGNORE INTO stream VALUES (?1, ?2, ?3, ?4, ?5)")?;
                for row in streams.values() {
                    let key = (&row.source, &row.name);
                    insert.execute((key.0, key.1, &row.state, row.checksum, row.changed_ms))?;
                }
            }
            Ok(())
        })?;
        self.survey.known_ids.clear();
        if !more {
            self.phase = Phase::Copying(0);
        }
        Ok(())
    }

    fn copy(&mut self, db: &mut Connection, teller: Teller, next: usize) -> Result<(), Error> {
        let (step, ends) = write(db, |db| {
            let mut step = Step::default();
            let ends = step.copy(db, self, next, teller.now.wall)?;
            Ok((step, ends))
        })?;
        self.report.events += step.events;
        self.sent_again += step.sent_again;
        self.queued += step.queued;
        self.found.extend(step.found);
        self.failed.extend(step.failed);
        let more = ends < self.survey.events.len();
        self.phase = if more { Phase::Copying(ends) } else { Phase::Telling };
        Ok(())
    }

    fn tell(&mut self, db: &mut Connection, teller: Teller) -> Result<(), Error> {
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let (tail, missed) = self.tail();
        let mut lost = self.lost();
        let sent_again = self.all_sent_again(&lost, missed);
        let whose = whose(&self.file, &self.survey, teller);
        // Part of a copy of the file that is open, which knows best what is missing.
        let is_own = whose.is_some_and(|old| old.outbox == teller.outbox);
        self.report.unreadable = if is_own { 0 } else { lost.len() as u64 + missed };
        lost.extend(tail);
        let (survey, report) = (&self.survey, self.report);
        write(db, |db| {
            // A crash between this transaction and the report.
            if Meta::Salvaged.read(db)?.as_deref() == Some(&name) {
                return Ok(());
            }
            Meta::Salvaged.write(db, &name)?;
            if is_own {
                return Ok(());
            }
            keep_sums(db, survey, sent_again)?;
            Counter::Lost.add(db, report.unreadable)?;
            match whose {
                Some(old) => gaps::tell(db, old, &lost, GapReason::SalvageLost),
                // Nobody knows whose numbers they were.
                None => Ok(()),
            }
        })?;
        set_aside::finish(&self.file, self.report)?;
        self.phase = Phase::Done;
        Ok(())
    }

    /// Numbers that were taken by an event that cannot be read.
    fn lost(&self) -> Vec<u64> {
        let survey = &self.survey;
        // A damaged number is nobody's.
        let last = self.sum(Counter::LastSequence).unwrap_or(u64::MAX);
        let taken = survey.waiting.iter().take_while(|sequence| *sequence <= last);
        let others = survey.quarantined.keys().chain(&self.failed).copied();
        let mut lost: Vec<u64> = taken
            .take(LOST_MAX)
            .chain(others.filter(|sequence| *sequence <= last))
            .filter(|sequence| self.found.binary_search(sequence).is_err())
            .filter(|sequence| !survey.settled.contains(*sequence))
            .collect();
        lost.sort_unstable();
        lost.dedup();
        lost
    }

    /// How many events the server had and is sent again, also where the damage hides
    /// of which that is so: what is queued now and was not queued before.
    fn all_sent_again(&self, lost: &[u64], missed: u64) -> u64 {
        let Some(queued) = self.sum(Counter::Queued) else { return self.sent_again };
        let is_queued = |sequence: &&u64| !self.survey.quarantined.contains_key(*sequence);
        let lost = lost.iter().filter(is_queued).count() as u64 + missed;
        let all = self.queued + self.sent_again;
        all.saturating_sub(queued.saturating_sub(lost)).max(self.sent_again)
    }

    fn sum(&self, counter: Counter) -> Option<u64> {
        self.survey.counters.get(counter.name()).copied()
    }

    /// The last numbers, where nothing was found of them and fewer events were
    /// found than had been waiting; and how many these must have been.
    fn tail(&self) -> (std::ops::Range<u64>, u64) {
        let survey = &self.survey;
        let (Some(last), Some(queued)) =
            (self.sum(Counter::LastSequence), self.sum(Counter::Queued))
        else {
            return (0..0, 0);
        };
        let events = survey.events.last().map(|(sequence, _)| *sequence);
        let seen = survey.waiting.last().max(survey.settled.last()).max(events);
        let tail = seen.unwrap_or(0) + 1..last.saturating_add(1);
        let bytes = tail.end.saturating_sub(tail.start);
        let missed = queued.saturating_sub(survey.waiting.count()).min(bytes);
        if missed == 0 || bytes > LOST_MAX as u64 { (0..0, 0) } else { (tail, missed) }
    }
}

/// What one step of copying came to; nothing of it counts before its
/// transaction has.
#[derive(Debug, Default)]
struct Step {
    events: u64,
    sent_again: u64,
    queued: u64,
    found: Vec<u64>,
    failed: Vec<u64>,
    quarantined: Vec<(u64, Quarantined)>,
}

impl Step {
    /// Copies events from `next` on; where it ended.
    fn copy(
        &mut self,
        db: &Connection,
        job: &Job,
        next: usize,
        now: WallTime,
    ) -> Result<usize, Error> {
        let mut to = To { db, writer: RowWriter::begin(db)?, known: KnownIds::default(), now };
        let mut at = next;
        let rows = job.survey.events.get(next..).unwrap_or_default();
        for places in rows.chunk_by(|a, b| a.0 == b.0) {
            self.row(&mut to, job, places)?;
            at += places.len();
            if at - next >= ROWS_A_STEP {
                break;
            }
        }
        to.writer.finish()?;
        for (sequence, why) in self.quarantined.drain(..) {
            let reason = why.reason.parse().unwrap_or(QuarantineReason::Invalid);
            conclude::quarantine(db, sequence, reason, why.detail.as_deref(), why.since)?;
        }
        Ok(at)
    }

    /// One event, in all its places.
    fn row(&mut self, to: &mut To<'_>, job: &Job, places: &[(u64, Place)]) -> Result<(), Error> {
        let Some(&(sequence, _)) = places.first() else { return Ok(()) };
        let mut places = places.iter().map(|(_, place)| *place);
        let (survey, images) = (&job.survey, &job.images);
        let read = |place| survey::read(images, sequence, place);
        // Of two marks the one that sends counts.
        if survey.settled.contains(sequence) && !survey.waiting.contains(sequence) {
            if let Some(event) = places.clone().find_map(read) {
                self.sent_again += u64::from(to.write(event)?.is_there());
                return Ok(());
            }
            return to.remember(places.filter_map(|place| survey::read_id(images, place)));
        }
        match places.find_map(read) {
            Some(event) => {
                self.found.push(sequence);
                self.keep(to, survey, sequence, event)
            }
            None => {
                self.failed.push(sequence);
                Ok(())
            }
        }
    }

    /// An event that was not sent as far as is known, or refused.
    fn keep(
        &mut self,
        to: &mut To<'_>,
        survey: &Survey,
        sequence: u64,
        found: Intact,
    ) -> Result<(), Error> {
        let written = to.write(found)?;
        self.events += u64::from(written.is_there());
        // Unknown counts as not: the server says again what is wrong with it.
        let why = survey.quarantined.get(&sequence);
        let Some(why) = why.filter(|_| !survey.waiting.contains(sequence)) else {
            self.queued += u64::from(written.is_there());
            return Ok(());
        };
        if let Written::As(new) = written {
            self.quarantined.push((new, why.clone()));
        }
        Ok(())
    }
}

/// The new file.
struct To<'d> {
    db: &'d Connection,
    writer: RowWriter<'d>,
    known: KnownIds,
    now: WallTime,
}

/// What became of an event in the new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Appended under this sequence.
    As(u64),
    /// The game showed it again, or this salvage began anew.
    Before,
    /// It was deleted, sent or pruned.
    Gone,
}

impl Written {
    fn is_there(self) -> bool {
        match self {
            Self::As(_) | Self::Before => true,
            Self::Gone => false,
        }
    }
}

impl To<'_> {
    /// Appends an event under the next sequence.
    fn write(&mut self, found: Intact) -> Result<Written, Error> {
        let Intact { id, match_key, origin, appended, mut event } = found;
        // Not younger than now: a damaged instant would keep it for ever.
        let (maker, appended) = (Maker::of(&event), appended.min(self.now));
        let row = NewRow { maker, id, match_key: &match_key, origin, appended };
        let new = self.writer.write(&mut self.known, &row, |new| {
            event.sequence = Some(new);
            event.to_json()
        })?;
        Ok(match new {
            Some(new) => Written::As(new),
            None if is_gone(self.db, id, &match_key)? => Written::Gone,
            None => Written::Before,
        })
    }

    fn remember(&self, ids: impl Iterator<Item = EventId>) -> Result<(), Error> {
        for id in ids {
            remember_unplaced(self.db, id, self.now.unix_ms())?;
        }
        Ok(())
    }
}

/// Whether a known event was deleted, sent or pruned. Else it is there.
fn is_gone(db: &Connection, id: EventId, match_key: &str) -> Result<bool, Error> {
    let mut select = db.prepare_cached(
        "SELECT 1 FROM known_id WHERE event_id = ?1
         AND match_id IN (0, (SELECT id FROM match_key WHERE key = ?2))",
    )?;
    Ok(select.exists((id.0.as_bytes(), match_key))?)
}

/// What was counted in the old file goes on being counted; what is sent again is
/// counted again when it was.
fn keep_sums(db: &Connection, survey: &Survey, sent_again: u64) -> Result<(), Error> {
    let sum =
        |counter: Counter| survey.counters.get(counter.name()).copied().unwrap_or(0).min(SUM_MAX);
    Counter::Settled.add(db, sum(Counter::Settled).saturating_sub(sent_again))?;
    for counter in [Counter::Pruned, Counter::Lost] {
        counter.add(db, sum(counter))?;
    }
    for meta in [Meta::Store, Meta::ServerVersion] {
        if let (None, Some(value)) = (meta.read(db)?, survey.meta.get(meta.name())) {
            meta.write(db, value)?;
        }
    }
    Ok(())
}

/// Whose numbers they were: as it was written down beside the file, where this
/// is there; else as the file has it.
fn whose(file: &Path, survey: &Survey, teller: Teller) -> Option<Teller> {
    let of_file = || survey.meta.get(Meta::Outbox.name()).and_then(|text| text.parse().ok());
    let outbox = Identity::read(file).map(|old| old.outbox).or_else(of_file)?;
    Some(Teller { outbox, ..teller })
}
