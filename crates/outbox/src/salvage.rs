//! A damaged file is set aside, never deleted, and every event of it that is as
//! it was written goes on in a new one.
//!
//! # What happens
//!
//! [`open`] looks at the file first, and changes nothing in it by looking, but
//! that SQLite undoes what a crash left half done of a file without a log: its
//! header, the frames of its log, what SQLite's own check says, what this crate
//! knows to be true of it, and whether it is the file that its folder says it
//! is. A damaged file is renamed to `….damaged-1` with its log, as the looking
//! left it, and a new one takes its place at once, under a new id and counting
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
//!   promised: its events are appended again in their old places, and are kept
//!   beside the file from before the first write to it until then.
//! - An event, for its checksum, wherever it lies: in a page that nothing points
//!   to, or behind a bad frame of the log. So it may come from a transaction
//!   that never ended; its session makes it again under the same id, and the
//!   second is left out.
//! - That an event went out, was deleted or was refused, only where a page of a
//!   transaction that ended says so, and nothing says that it waits. To send
//!   twice is harmless, the server knows the id; to forget is not. So what went
//!   out and is still in the history is sent once more, too: its server's
//!   database may be restored from a backup that lacks it, and under the new
//!   id the server hears of every number.
//! - That a number is lost, where something says that it was taken and its event
//!   cannot be read. The server is told so under the old id.
//!
//! # Order
//!
//! Events go over in their old order. What is appended while a large file is
//! still being read comes before what is read after it, even in the same match:
//! a game's events do not wait for a disk, and the server puts them in their
//! places by what they say, not by when they come.

mod ahead;
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
mod unheard;
mod wal;

use std::{collections::VecDeque, path::Path, path::PathBuf, thread};

use event_model::{DeviceId, Moment, OutboxId};
use rusqlite::Connection;
use uuid::Uuid;

use crate::{
    Claimed, Error, OutboxView, connection,
    gaps::Teller,
    lock::{self, OwnerLock},
    outbox::{OpenFile, open_file},
    presence, schema,
    spans::Spans,
};
use ahead::carry_ahead;
use identity::Identity;
use job::{Job, Progress};
use sound::Verdict;

pub use set_aside::Salvaged;
pub(crate) use set_aside::{beside, remove, take_in};
pub(crate) use sound::has_known_schema;
pub(crate) use wal::schema_versions;

/// Pages that are salvaged from before the outbox opens: 16 MiB, less than a
/// second.
const PAGES_AT_OPEN: u32 = 4_096;
/// A mark that was left over, the damaged file, and the new one.
const EXAMINED_MAX: u32 = 3;
/// So often one process sets a file aside that it has open: a disk that damages
/// each new file is not to be filled with them.
const HEALED_MAX: u32 = 3;

/// An opened file.
pub(crate) struct Opened {
    pub(crate) file: OpenFile,
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
    presence::go_on(path, device)?;
    let kept_away = set_aside::kept_away(path).len();
    match examine(path, device)? {
        // What stands beside it is of one that is gone.
        Verdict::Fresh => remove(&beside(path, set_aside::IDENTITY))?,
        Verdict::Sound { unheard } => unheard::keep(path, unheard)?,
        Verdict::Damaged => {}
    }
    announce_schema(path);
    let mut file = match open_file(path, device) {
        Err(error) if error.is_of_the_file() => {
            set_aside::set_aside(path)?;
            open_file(path, device)?
        }
        opened => opened?,
    };
    unheard::append(&mut file.db, path)?;
    let met = set_aside::kept_away(path).len() > kept_away;
    let mut salvage = Salvage { path: path.to_owned(), met, ..Salvage::default() };
    salvage.begin(&mut file.db, Teller { outbox: file.id, device, now })?;
    Ok(Opened { file, salvage })
}

/// Looks at the file, and sets it aside where it is damaged. What a crash left
/// half done is done first, and says nothing of the file that is there now.
fn examine(path: &Path, device: DeviceId) -> Result<Verdict, Error> {
    for _ in 0..EXAMINED_MAX {
        match sound::examine(path, device)? {
            Verdict::Damaged => set_aside::set_aside(path)?,
            good @ (Verdict::Fresh | Verdict::Sound { .. }) => return Ok(good),
        }
    }
    Ok(Verdict::Damaged)
}

/// What a file looks like to its owner that cannot be written to yet: as the one
/// that has states to go on from. A new one has none before they are carried into
/// it; then the damaged one has, whose place it takes. Where none can be read it
/// looks empty.
///
/// # Errors
/// Where it is another device's.
pub(crate) fn look(path: &Path, device: DeviceId) -> Result<(Connection, OutboxId), Error> {
    let before = set_aside::unfinished(path);
    let mut readable = None;
    for file in std::iter::once(path).chain(before.iter().map(PathBuf::as_path)) {
        match look_at(file, device) {
            Ok(looked) if before.is_empty() || has_states(&looked.0) => return Ok(looked),
            Ok(looked) => readable = readable.or(Some(looked)),
            Err(other @ Error::OtherDevice(_)) if file == path => return Err(other),
            // It is looked at again when there is room.
            Err(_) => {}
        }
    }
    let empty = || Ok((schema::made(schema::newest())?, OutboxId(Uuid::nil())));
    readable.map_or_else(empty, Ok)
}

/// Writes beside `path` whose outbox it is, where that does not stand there.
pub(crate) fn keep_identity(path: &Path, whose: (OutboxId, DeviceId)) -> Result<(), Error> {
    let (outbox, device) = whose;
    Identity { outbox, device, schema: schema::newest() }.keep(path)
}

/// Whether `file` is an outbox of this device, and the one that was last at `path` as
/// far as that is known.
pub(crate) fn is_of(file: &Path, path: &Path, device: DeviceId) -> bool {
    let known = Identity::read(path).map(|known| known.outbox);
    look_at(file, device).is_ok_and(|(_, outbox)| known.is_none_or(|known| known == outbox))
}

fn has_states(db: &Connection) -> bool {
    db.query_row("SELECT EXISTS (SELECT 1 FROM stream)", [], |row| row.get(0)).unwrap_or(false)
}

fn look_at(path: &Path, device: DeviceId) -> Result<(Connection, OutboxId), Error> {
    let whose = |db: Connection| sound::whose(&db).map(|whose| (db, whose));
    let looked = connection::look(path).and_then(whose);
    let (db, (outbox, of)) = looked.or_else(|_| connection::look_alone(path).and_then(whose))?;
    if of == device { Ok((db, outbox)) } else { Err(Error::OtherDevice(of)) }
}

/// What one may do to a file that it does not own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum May {
    LookAndWrite,
    /// What the last owner left is for the next one to put in order: a write
    /// would go over it.
    Look,
}

/// Whether the file at `path` is as SQLite alone would have it.
pub(crate) fn may(path: &Path) -> Result<May, Error> {
    for _ in 0..lock::LOOKS {
        if sound::is_settled(path)? {
            return Ok(May::LookAndWrite);
        }
        match OwnerLock::take(path) {
            // It is being written to, or its owner begins and puts it in order.
            Err(Error::Locked(_)) => thread::sleep(lock::LOOK),
            Ok(_) if sound::has_database(path) => return Ok(May::Look),
            Ok(_) => return Err(Error::Damaged(path.to_owned())),
            Err(error) => return Err(error),
        }
    }
    Ok(May::Look)
}

/// The device whose events are at `path`, as far as that is still known. What
/// only stands beside a file that was deleted is nobody's.
#[must_use]
pub fn device_of(path: &Path) -> Option<DeviceId> {
    let is_here = !sound::is_gone(path) || presence::copy(path).exists();
    let here = is_here.then(|| path.to_owned());
    let files = || here.iter().cloned().chain(set_aside::unfinished(path));
    let beside = files().find_map(|file| Identity::read(&file)).map(|known| known.device);
    beside.or_else(|| OutboxView::open_any_schema(path).ok().map(|view| view.device()))
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

impl Salvage {
    /// Finds what is to be salvaged for a new or old file, and does what is
    /// quickly done. What fails is tried again by the next step.
    ///
    /// # Errors
    /// Where there is no room for the session states: with an empty one capture
    /// would begin a match in its midst a second time.
    fn begin(&mut self, db: &mut Connection, teller: Teller) -> Result<(), Error> {
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
                carry_ahead(&job.file, db).or_else(only_of_the_disk)?;
                break;
            };
            pages = rest;
            if let Err(error) = self.finish_job(db, teller) {
                self.job.as_ref().map_or(Ok(()), |job| {
                    let carried = job.has_carried_states() || carry_ahead(&job.file, db).is_ok();
                    if carried { Ok(()) } else { only_of_the_disk(error) }
                })?;
                break;
            }
        }
        self.see();
        Ok(())
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

    pub(crate) fn may_heal(&self) -> bool {
        self.healed < HEALED_MAX
    }

    pub(crate) fn count_healing(&mut self) {
        self.healed += 1;
    }

    /// The same opening goes on with another file.
    pub(crate) fn go_on_as(&mut self, next: Self) {
        let (met, healed) = (self.met || next.met, self.healed);
        *self = Self { met, healed, ..next };
        self.see();
    }
}

/// Sets the file at `path` aside, which nobody may have open.
pub(crate) fn set_aside(path: &Path) -> Result<(), Error> {
    set_aside::set_aside(path)
}

/// Whether a file that contradicted a statement of ours is damaged.
pub(crate) fn is_damaged(db: &Connection) -> Result<bool, Error> {
    match sound::is_lawful(db) {
        Err(error) if error.is_of_the_file() => Ok(true),
        lawful => Ok(!lawful?),
    }
}

/// What ends by itself. Whatever else it is, the survey goes on without.
fn only_of_the_disk(error: Error) -> Result<(), Error> {
    if error.is_full() || error.is_busy() { Err(error) } else { Ok(()) }
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
