//! A damaged file is set aside, never deleted, and every event of it that is as
//! it was written goes on in a new one.
//!
//! # What happens
//!
//! [`open`] looks at the file first, and changes nothing in it by looking: its
//! header, the frames of its log, what SQLite's own check says, what this crate
//! knows to be true of it, and whether it is the file that its folder says it
//! is. A damaged file is renamed to `….damaged-1` with its log, byte for byte as
//! it was, and a new one takes its place at once, under a new id and counting
//! from 1. What can be read goes over in bounded steps: up to some megabytes
//! before the outbox opens, more than that while it is at work already. When
//! everything went over a report is written beside the damaged file, and without
//! a report every start begins the salvage again: each step leaves out what it
//! finds done, by the events' ids.
//!
//! Damage that SQLite meets while the outbox is open is dealt with in the same
//! way, within the call that met it; [`HEALED_MAX`] times, and then the caller
//! is told. A disk that is too full for a step stops the salvage and nothing
//! else: the next step tries again.
//!
//! # What is believed
//!
//! - That a transaction never ended, where its frames are whole and only its end
//!   is missing: so a killed process leaves its log, and nothing was promised.
//!   A bad frame among the last may be that as well, or damage of what was
//!   promised: its events are appended again in their old places.
//! - An event, for its checksum, wherever it lies: in a page that nothing points
//!   to, or behind a bad frame of the log. So it may come from a transaction
//!   that never ended; its session makes it again under the same id, and the
//!   second is left out.
//! - That an event went out, was deleted or was refused, only where a page of a
//!   transaction that ended says so, and nothing says that it waits. To send
//!   twice is harmless, the server knows the id; to forget is not.
//! - That a number is lost, where something says that it was taken and its event
//!   cannot be read. The server is told so under the old id.
//!
//! # Order
//!
//! Events go over in their old order. What is appended while a large file is
//! still being read comes before what is read after it, even in the same match:
//! a game's events do not wait for a disk, and the server puts them in their
//! places by what they say, not by when they come.

mod cells;
mod identity;
mod images;
mod job;
mod laws;
mod marks;
mod owners;
mod record;
mod rows;
mod set_aside;
mod sound;
mod survey;
mod wal;

use std::{collections::VecDeque, path::Path, path::PathBuf};

use event_model::{DeviceId, Moment, OutboxId};
use rusqlite::Connection;

use crate::{
    Claimed, Error,
    append::{NewRow, RowWriter},
    connection::{self, write},
    gaps::Teller,
    known_ids::KnownIds,
    outbox::open_file,
    schema,
    spans::Spans,
};
use identity::Identity;
use job::{Job, Progress};
use rows::Intact;
use sound::Verdict;

pub use set_aside::Salvaged;

/// Pages that are salvaged from before the outbox opens: 16 MiB, less than a
/// second.
const PAGES_AT_OPEN: u32 = 4_096;
/// So often one process sets a file aside that it has open: a disk that damages
/// each new file is not to be filled with them.
const HEALED_MAX: u32 = 3;

/// An opened file.
pub(crate) struct Opened {
    pub(crate) db: Connection,
    pub(crate) id: OutboxId,
    pub(crate) salvage: Salvage,
}

/// What is still to be salvaged, and what was.
#[derive(Debug, Default)]
pub(crate) struct Salvage {
    path: PathBuf,
    waiting: VecDeque<PathBuf>,
    job: Option<Job>,
    /// Whether this opening met a damaged file.
    met: bool,
    seen: Option<Salvaged>,
    healed: u32,
}

/// Opens the file at `path`, or a new one where it is damaged.
pub(crate) fn open(path: &Path, device: DeviceId, now: Moment) -> Result<Opened, Error> {
    let unheard = match sound::examine(path, device)? {
        Verdict::Fresh => Vec::new(),
        Verdict::Sound { unheard } => unheard,
        Verdict::Damaged => {
            set_aside::set_aside(path)?;
            Vec::new()
        }
    };
    announce_schema(path);
    let (mut db, id) = match open_file(path, device) {
        Err(error) if error.is_of_the_file() => {
            set_aside::set_aside(path)?;
            open_file(path, device)?
        }
        opened => opened?,
    };
    append_unheard(&mut db, unheard)?;
    let mut salvage = Salvage { path: path.to_owned(), ..Salvage::default() };
    salvage.begin(&mut db, Teller { outbox: id, device, now });
    Ok(Opened { db, id, salvage })
}

/// An older program that meets the file half changed must know that it is newer.
fn announce_schema(path: &Path) {
    if let Some(known) = Identity::read(path)
        && known.schema < schema::newest()
    {
        // Without it only that a damaged version is not told from a newer one.
        drop(Identity { schema: schema::newest(), ..known }.keep(path));
    }
}

/// Events of a last transaction that SQLite passes over.
fn append_unheard(db: &mut Connection, unheard: Vec<Intact>) -> Result<(), Error> {
    if unheard.is_empty() {
        return Ok(());
    }
    write(db, |db| {
        let (mut rows, mut known) = (RowWriter::begin(db)?, KnownIds::default());
        for Intact { id, match_key, origin, appended, mut event } in unheard {
            let row = NewRow { id, match_key: &match_key, origin, appended };
            rows.write(&mut known, &row, |sequence| {
                event.sequence = Some(sequence);
                event.to_json()
            })?;
        }
        rows.finish()
    })
}

impl Salvage {
    /// Finds what is to be salvaged for a new or old file, and does what is
    /// quickly done. What fails is tried again by the next step.
    fn begin(&mut self, db: &mut Connection, teller: Teller) {
        let identity =
            Identity { outbox: teller.outbox, device: teller.device, schema: schema::newest() };
        // Beside a full disk it is written at a later start.
        drop(identity.keep(&self.path));
        self.job = None;
        self.waiting = set_aside::unfinished(&self.path).into();
        self.met |= !self.waiting.is_empty();
        let mut pages = PAGES_AT_OPEN;
        while let Some(job) = self.next_job() {
            let Some(rest) = pages.checked_sub(job.pages()) else {
                carry_states(&job.file, db);
                break;
            };
            pages = rest;
            if self.finish_job(db, teller).is_err() {
                break;
            }
        }
        self.see();
    }

    fn finish_job(&mut self, db: &mut Connection, teller: Teller) -> Result<(), Error> {
        while let Some(job) = &mut self.job {
            if job.step(db, teller)? == Progress::Done {
                self.job = None;
            }
        }
        Ok(())
    }

    fn next_job(&mut self) -> Option<&Job> {
        if self.job.is_none() {
            self.job = self.waiting.pop_front().map(Job::begin);
        }
        self.job.as_ref()
    }

    /// Whether something is still to be salvaged.
    pub(crate) fn is_under_way(&self) -> bool {
        self.job.is_some() || !self.waiting.is_empty()
    }

    /// The next step.
    pub(crate) fn step(&mut self, db: &mut Connection, teller: Teller) -> Result<(), Error> {
        self.next_job();
        if let Some(job) = &mut self.job
            && job.step(db, teller)? == Progress::Done
        {
            self.job = None;
            self.see();
        }
        Ok(())
    }

    /// What became of the damaged files, where this opening met one.
    pub(crate) fn salvaged(&self) -> Option<&Salvaged> {
        self.seen.as_ref()
    }

    fn see(&mut self) {
        self.seen = if self.met { Salvaged::beside(&self.path) } else { None };
    }

    pub(crate) fn has_healed(&self) -> bool {
        self.healed > 0
    }

    pub(crate) fn may_heal(&self) -> bool {
        self.healed < HEALED_MAX
    }

    /// Sets the file aside that was open, and opens a new one.
    pub(crate) fn replace(
        &mut self,
        device: DeviceId,
        now: Moment,
    ) -> Result<(Connection, OutboxId), Error> {
        self.healed += 1;
        set_aside::set_aside(&self.path)?;
        let (mut db, outbox) = open_file(&self.path, device)?;
        self.begin(&mut db, Teller { outbox, device, now });
        Ok((db, outbox))
    }
}

/// Session states of a file that takes longer to read: capture goes on from
/// them at once. What cannot be read so is looked for like everything else.
fn carry_states(damaged: &Path, to: &mut Connection) {
    let Ok(from) = connection::look(damaged) else { return };
    let copied = write(to, |to| {
        let mut select =
            from.prepare("SELECT source, name, state, checksum, changed_ms FROM stream")?;
        let mut insert = to.prepare("INSERT OR IGNORE INTO stream VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let mut rows = select.query([])?;
        while let Ok(Some(row)) = rows.next() {
            insert.execute((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, Vec<u8>>(2)?,
                row.get::<_, u32>(3)?,
                row.get::<_, i64>(4)?,
            ))?;
        }
        Ok(())
    });
    // Then the survey finds them.
    drop(copied);
    drop(from);
    drop(std::fs::remove_file(set_aside::beside(damaged, "-shm")));
}

/// Whether all of a batch is in flight in this file: one that was claimed before
/// the file was replaced says nothing of what has its numbers in the new one.
pub(crate) fn are_in_flight(db: &Connection, claimed: &[Claimed]) -> Result<bool, Error> {
    let mut select =
        db.prepare_cached("SELECT 1 FROM event WHERE sequence = ?1 AND event_id = ?2")?;
    for event in claimed {
        let in_flight = Spans::InFlight.holding(db, event.sequence)?.is_some();
        if !in_flight || !select.exists((event.sequence, event.event_id.0.as_bytes()))? {
            return Ok(false);
        }
    }
    Ok(true)
}
