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
    append::{NewRow, RowWriter},
    conclude,
    connection::write,
    counters::Counter,
    gaps::{self, Teller},
    meta::Meta,
};

/// Pages looked at in one step: 4 MiB, some hundredths of a second.
const PAGES_A_STEP: u32 = 1_024;
/// Events that go over in one step: no append waits longer than for these.
const ROWS_A_STEP: usize = 1_000;
/// Numbers that are told as gone: every event that fits into the bounds.
const LOST_MAX: u64 = 2_000_000;
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
    lost: Vec<u64>,
}

#[derive(Debug)]
enum Phase {
    Surveying,
    /// Every sequence that something is known of, with the places of its event.
    Copying {
        rows: Vec<(u64, Option<Place>)>,
        next: usize,
    },
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
            images,
            survey: Survey::default(),
            phase: Phase::Surveying,
            report: Report::default(),
            lost: Vec::new(),
        }
    }

    /// How many pages there are to look at.
    pub(super) fn pages(&self) -> u32 {
        self.images.count()
    }

    /// The next step.
    ///
    /// # Errors
    /// Where the new file cannot be written; the step is made again.
    pub(super) fn step(&mut self, db: &mut Connection, teller: Teller) -> Result<Progress, Error> {
        match &self.phase {
            Phase::Surveying => self.look(db)?,
            Phase::Copying { .. } => self.copy(db, teller)?,
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
                remember(db, *id, *known_ms)?;
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
            self.phase = Phase::Copying { rows: rows(&mut self.survey), next: 0 };
        }
        Ok(())
    }

    fn copy(&mut self, db: &mut Connection, teller: Teller) -> Result<(), Error> {
        let Phase::Copying { rows, next } = &self.phase else { return Ok(()) };
        let mut step = Step::default();
        let ends = write(db, |db| step.copy(db, self, rows, *next, teller.now.wall))?;
        self.report.events += step.events;
        self.lost.extend(step.lost);
        let done = ends >= rows.len();
        match &mut self.phase {
            Phase::Copying { next, .. } if !done => *next = ends,
            Phase::Copying { .. } | Phase::Surveying | Phase::Telling | Phase::Done => {
                self.phase = Phase::Telling;
            }
        }
        Ok(())
    }

    fn tell(&mut self, db: &mut Connection, teller: Teller) -> Result<(), Error> {
        // A damaged number is nobody's.
        if let Some(last) = self.sum(Counter::LastSequence) {
            self.lost.retain(|sequence| *sequence <= last);
        }
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let (tail, missed) = self.tail();
        self.report.unreadable = self.lost.len() as u64 + missed;
        let lost: Vec<u64> = self.lost.iter().copied().chain(tail).collect();
        let (survey, report) = (&self.survey, self.report);
        write(db, |db| {
            // A crash between this transaction and the report.
            if Meta::Salvaged.read(db)?.as_deref() == Some(&name) {
                return Ok(());
            }
            Meta::Salvaged.write(db, &name)?;
            keep_sums(db, survey)?;
            Counter::Lost.add(db, report.unreadable)?;
            match whose(&self.file, survey, teller) {
                Some(old) => gaps::tell(db, old, &lost, GapReason::SalvageLost),
                // Nobody knows whose numbers they were.
                None => Ok(()),
            }
        })?;
        set_aside::finish(&self.file, self.report)?;
        self.phase = Phase::Done;
        Ok(())
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
        let marks = survey.waiting.last().max(survey.settled.last());
        let seen = marks.copied().max(survey.events.last().map(|(sequence, _)| *sequence));
        let tail = seen.unwrap_or(0) + 1..last.saturating_add(1);
        let bytes = tail.end.saturating_sub(tail.start);
        let missed = queued.saturating_sub(survey.waiting.len() as u64).min(bytes);
        if missed == 0 || bytes > LOST_MAX { (0..0, 0) } else { (tail, missed) }
    }
}

/// Every sequence that something says is unsent, and all places of its event.
fn rows(survey: &mut Survey) -> Vec<(u64, Option<Place>)> {
    survey.events.sort_unstable();
    survey.events.dedup();
    let places = survey.events.iter().map(|(sequence, place)| (*sequence, Some(*place)));
    let marks = survey.waiting.iter().chain(survey.quarantined.keys());
    let mut rows: Vec<_> = places.chain(marks.map(|sequence| (*sequence, None))).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// What one step of copying came to; nothing of it counts before its
/// transaction has.
#[derive(Debug, Default)]
struct Step {
    events: u64,
    lost: Vec<u64>,
    quarantined: Vec<(u64, Quarantined)>,
}

impl Step {
    /// Copies events from `next` on; where it ended.
    fn copy(
        &mut self,
        db: &Connection,
        job: &Job,
        rows: &[(u64, Option<Place>)],
        next: usize,
        now: WallTime,
    ) -> Result<usize, Error> {
        let mut writer = RowWriter::begin(db)?;
        let mut at = next;
        for group in rows.get(next..).unwrap_or_default().chunk_by(|a, b| a.0 == b.0) {
            self.row(db, &mut writer, job, group, now)?;
            at += group.len();
            if at - next >= ROWS_A_STEP {
                break;
            }
        }
        writer.finish()?;
        for (sequence, why) in self.quarantined.drain(..) {
            let reason = why.reason.parse().unwrap_or(QuarantineReason::Invalid);
            conclude::quarantine(db, sequence, reason, why.detail.as_deref(), why.since)?;
        }
        Ok(at)
    }

    /// What is known of one sequence.
    fn row(
        &mut self,
        db: &Connection,
        writer: &mut RowWriter<'_>,
        job: &Job,
        group: &[(u64, Option<Place>)],
        now: WallTime,
    ) -> Result<(), Error> {
        let Some(&(sequence, _)) = group.first() else { return Ok(()) };
        let places = || group.iter().filter_map(|(_, place)| *place);
        let survey = &job.survey;
        // Of two marks the one that sends counts.
        if survey.settled.contains(&sequence) && !survey.waiting.contains(&sequence) {
            for id in places().filter_map(|place| survey::read_id(&job.images, place)) {
                remember(db, id, now.unix_ms())?;
            }
            return Ok(());
        }
        match places().find_map(|place| survey::read(&job.images, sequence, place)) {
            Some(event) => self.keep(db, writer, survey, sequence, event, now),
            None => {
                self.lost.push(sequence);
                Ok(())
            }
        }
    }

    /// Appends it under the new file's next sequence.
    fn keep(
        &mut self,
        db: &Connection,
        writer: &mut RowWriter<'_>,
        survey: &Survey,
        sequence: u64,
        found: Intact,
        now: WallTime,
    ) -> Result<(), Error> {
        let Intact { id, match_key, origin, appended, mut event } = found;
        // Not younger than now: a damaged instant would keep it for ever.
        let appended = appended.min(now);
        let row = NewRow { id, match_key: &match_key, origin, appended };
        let new = writer.write(&row, |new| {
            event.sequence = Some(new);
            event.to_json()
        })?;
        let Some(new) = new else {
            self.events += u64::from(is_there(db, id)?);
            return Ok(());
        };
        self.events += 1;
        // Unknown counts as not: the server says again what is wrong with it.
        if let Some(why) = survey.quarantined.get(&sequence)
            && !survey.waiting.contains(&sequence)
        {
            self.quarantined.push((new, why.clone()));
        }
        Ok(())
    }
}

/// Its event is in the new file already: the game showed it again, or this
/// salvage began anew. Else it was deleted or pruned, and stays so.
fn is_there(db: &Connection, id: EventId) -> Result<bool, Error> {
    let mut select = db.prepare_cached("SELECT 1 FROM event WHERE event_id = ?1")?;
    Ok(select.exists([id.0.as_bytes()])?)
}

fn remember(db: &Connection, id: EventId, known_ms: i64) -> Result<(), Error> {
    if !is_there(db, id)? {
        db.prepare_cached("INSERT OR IGNORE INTO known_id (event_id, known_ms) VALUES (?1, ?2)")?
            .execute((id.0.as_bytes(), known_ms))?;
    }
    Ok(())
}

/// What was counted in the old file goes on being counted.
fn keep_sums(db: &Connection, survey: &Survey) -> Result<(), Error> {
    for counter in [Counter::Settled, Counter::Pruned, Counter::Lost] {
        let sum = survey.counters.get(counter.name()).copied().unwrap_or(0);
        counter.add(db, sum.min(SUM_MAX))?;
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
