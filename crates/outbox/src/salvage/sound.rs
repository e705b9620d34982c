//! Whether a file can be gone on with. Looking changes no byte of it or of its
//! log; a journal of before there was a log is rolled back, and SQLite makes the
//! index of the log, which is a file beside it, anew.

use std::{fs, io::Read, path::Path};

use event_model::{DeviceId, Kind, OutboxId};
use rusqlite::{Connection, OptionalExtension};

use super::{
    identity::Identity,
    images::{Images, PAGE_BYTES},
    laws,
    rows::Intact,
    set_aside::{beside, is_cut_off},
    survey::{self, Survey},
    unheard,
    wal::{Condition, Wal},
};
use crate::{Error, connection, counters::Counter, meta::Meta, schema};

/// Files up to this size are checked whole at every start, which takes some
/// tenths of a second; in a larger one damage of the history is found when it is
/// met.
const CHECKED_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// The few pages that are checked in a file of any size, up to [`CHECKED_ROWS_MAX`].
/// Capture begins with the session states: it is not to meet damage in them. And
/// damage in what says where events stand would never be met: it hides them.
const ALWAYS_CHECKED: [&str; 10] = [
    "stream",
    "meta",
    "counter",
    "match_key",
    "match_span",
    "queue",
    "in_flight",
    "settled",
    "quarantine",
    "suspect",
];
/// A table of more rows is not checked: two matches that never end leave a span for
/// every event, and a check looks for each row in each index. Damage in it is met
/// when it is read, as in the history.
const CHECKED_ROWS_MAX: u32 = 100_000;
/// The log's header alone holds nothing.
const EMPTY_LOG_BYTES: u64 = 32;

/// What was found.
#[derive(Debug)]
pub(super) enum Verdict {
    /// There is nothing yet.
    Fresh,
    Sound {
        /// Events of a last transaction that SQLite passes over, in order.
        unheard: Vec<Intact>,
    },
    Damaged,
}

/// Looks at the file at `path`.
///
/// # Errors
/// Where it could not be looked at, or is another's: it must stay as it is.
pub(super) fn examine(path: &Path, device: DeviceId) -> Result<Verdict, Error> {
    if is_cut_off(path) {
        return Ok(Verdict::Damaged);
    }
    if beside(path, "-journal").exists() {
        // A crash while the file was made, before it had a log. What cannot be
        // rolled back is looked at as it is.
        drop(connection::roll_back(path));
    }
    let identity = Identity::read(path);
    let log_bytes = fs::metadata(beside(path, "-wal")).map_or(0, |found| found.len());
    let found = match fs::metadata(path) {
        Ok(found) => found,
        // Without its database SQLite would delete a log.
        Err(_) if log_bytes > EMPTY_LOG_BYTES => return Ok(Verdict::Damaged),
        Err(_) => return Ok(Verdict::Fresh),
    };
    if found.len() == 0 && found.is_file() {
        return Ok(if is_fresh(path) { Verdict::Fresh } else { Verdict::Damaged });
    }
    if !found.is_file() || !header_is_ours(path)? || beside(path, "-wal").is_dir() {
        return Ok(Verdict::Damaged);
    }
    match has_known_schema(path) {
        Err(Error::Damaged(_)) => return Ok(Verdict::Damaged),
        known => known?,
    }
    let wal = Wal::read(&beside(path, "-wal")).map_err(Error::Folder)?;
    let condition = wal.condition();
    if condition == Condition::Broken {
        return Ok(Verdict::Damaged);
    }
    let last = match last_of_sound(path, device, identity, found.len() + log_bytes) {
        Ok(Some(last)) => last,
        Ok(None) => return Ok(Verdict::Damaged),
        Err(error) if error.is_of_the_file() => return Ok(Verdict::Damaged),
        Err(error) => return Err(error),
    };
    Ok(match condition {
        Condition::Whole | Condition::Broken => Verdict::Sound { unheard: Vec::new() },
        Condition::LastTransaction => {
            after_bad_frame(&Images::with_log(path, wal).map_err(Error::Folder)?, last)
        }
    })
}

/// Whether this program knows the file's schema; the file is not touched. A newer
/// program says so beside the file before it changes it: a newer version that nobody
/// announced is a damaged one.
///
/// # Errors
/// Where a newer program wrote it, or the version is damaged.
pub(crate) fn has_known_schema(path: &Path) -> Result<(), Error> {
    schema::known(path).map_err(|newer| match Identity::read(path) {
        Some(beside) if schema::is_known(beside.schema) => Error::Damaged(path.to_owned()),
        Some(_) | None => newer,
    })
}

/// Whether what SQLite makes of the file is all that there is of it.
pub(super) fn is_settled(path: &Path) -> Result<bool, Error> {
    if is_cut_off(path) || unheard::are_kept(path) || beside(path, "-journal").exists() {
        return Ok(false);
    }
    let wal = Wal::read(&beside(path, "-wal")).map_err(Error::Folder)?;
    Ok(wal.condition() == Condition::Whole && (wal.frames.is_empty() || has_database(path)))
}

/// Whether the file was never more than its name.
fn is_fresh(path: &Path) -> bool {
    let log_bytes = fs::metadata(beside(path, "-wal")).map_or(0, |found| found.len());
    let bytes = fs::metadata(path).map_or(0, |found| found.len());
    let was_more = path.exists() && Identity::read(path).is_some();
    bytes == 0 && log_bytes <= EMPTY_LOG_BYTES && !was_more
}

/// Whether neither the file nor a log of it is there.
pub(super) fn is_gone(path: &Path) -> bool {
    let log_bytes = fs::metadata(beside(path, "-wal")).map_or(0, |found| found.len());
    log_bytes <= EMPTY_LOG_BYTES && !path.exists()
}

/// Whether there are bytes of it: without any SQLite would delete a log.
pub(super) fn has_database(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > 0)
}

/// The ids that the file has of itself.
pub(super) fn whose(db: &Connection) -> Result<(OutboxId, DeviceId), Error> {
    let outbox = Meta::Outbox.read(db)?.and_then(|text| text.parse().ok());
    let device = Meta::Device.read(db)?.and_then(|text| text.parse().ok());
    outbox.zip(device).ok_or(Error::Sqlite(rusqlite::Error::QueryReturnedNoRows))
}

/// Whether SQLite and our own laws find nothing wrong, however long that takes.
pub(super) fn is_lawful(db: &Connection) -> Result<bool, Error> {
    Ok(laws::may_hold(db, schema::newest(), u64::MAX)? && passes_check(db, "1")? && laws::hold(db)?)
}

/// The first bytes, which decide how SQLite reads all others.
fn header_is_ours(path: &Path) -> Result<bool, Error> {
    let mut header = [0; 100];
    let mut file = fs::File::open(path).map_err(Error::Folder)?;
    if file.read_exact(&mut header).is_err() {
        return Ok(false);
    }
    let page_bytes = usize::from(u16::from_be_bytes([header[16], header[17]]));
    // Journal or log, no reserved bytes, and three shares that never change.
    let fixed = matches!(header[18..24], [1 | 2, 1 | 2, 0, 64, 32, 32]);
    Ok(header.starts_with(b"SQLite format 3\0") && page_bytes == PAGE_BYTES && fixed)
}

/// The last sequence of a sound file; `None` where it is damaged.
fn last_of_sound(
    path: &Path,
    device: DeviceId,
    identity: Option<Identity>,
    bytes: u64,
) -> Result<Option<u64>, Error> {
    let db = connection::look(path)?;
    let found = schema::check(&db)?;
    if !has_tables_of(&db, found)? {
        return Ok(None);
    }
    // A file that was begun and has no table yet.
    if found == 0 {
        return Ok(Some(0));
    }
    if !is_its_own(&db, device, identity)? {
        return Ok(None);
    }
    if !is_in_order(&db, found, bytes)? {
        return Ok(None);
    }
    Counter::LastSequence.read(&db).map(Some)
}

fn is_in_order(db: &Connection, schema: u32, bytes: u64) -> Result<bool, Error> {
    // The laws speak of spans; an older file is brought to them first.
    let lawful = schema::has_spans(schema);
    if bytes <= CHECKED_BYTES_MAX {
        return Ok((!lawful || laws::may_hold(db, schema, bytes)?)
            && passes_check(db, "1")?
            && (!lawful || laws::hold(db)?));
    }
    for table in ALWAYS_CHECKED {
        // The first schema lacks one of them.
        let is_checked = db.table_exists(None, table)? && is_small(db, table)?;
        if is_checked && !passes_check(db, table)? {
            return Ok(false);
        }
    }
    Ok(!lawful || laws::may_hold(db, schema, bytes)?)
}

fn is_small(db: &Connection, table: &str) -> Result<bool, Error> {
    let beyond = format!("SELECT 1 FROM {table} LIMIT 1 OFFSET {CHECKED_ROWS_MAX}");
    Ok(!db.prepare(&beyond)?.exists([])?)
}

/// Whether tables and indexes read as they were made.
fn has_tables_of(db: &Connection, version: u32) -> Result<bool, Error> {
    Ok(texts(db)? == texts(&schema::made(version)?)?)
}

fn texts(db: &Connection) -> Result<Vec<(String, String, Option<String>)>, Error> {
    let mut select = db.prepare(
        "SELECT type || ' ' || name, tbl_name, sql FROM sqlite_schema
         WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name",
    )?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether the file says of itself what is written beside it.
fn is_its_own(db: &Connection, device: DeviceId, beside: Option<Identity>) -> Result<bool, Error> {
    let outbox: Option<OutboxId> = Meta::Outbox.read(db)?.and_then(|text| text.parse().ok());
    let of: Option<DeviceId> = Meta::Device.read(db)?.and_then(|text| text.parse().ok());
    let Some(beside) = beside else {
        // Older files have nothing beside them.
        return Ok(outbox.is_some() == of.is_some());
    };
    if beside.device != device {
        // The opening says whose it is.
        return Ok(true);
    }
    Ok(outbox == Some(beside.outbox) && of == Some(beside.device))
}

/// What SQLite's own check says: of one table, or, up to its first fault, of all.
fn passes_check(db: &Connection, of: &str) -> Result<bool, Error> {
    let check = format!("PRAGMA integrity_check({of})");
    let verdict = db.query_row(&check, [], |row| row.get::<_, String>(0)).optional()?;
    Ok(verdict.as_deref() == Some("ok"))
}

/// The last transaction has a bad frame. SQLite takes that for a power failure
/// and forgets it; if it had been acknowledged, its events are needed. None of
/// them was sent, since a claim is a transaction of its own: so they may go on
/// under any number. News of a gap is forgotten with the deletion that it told.
fn after_bad_frame(images: &Images, last: u64) -> Verdict {
    let mut survey = Survey::default();
    survey.look_at_unheard(images);
    survey.events.sort_unstable();
    let unheard = survey.events.into_iter().filter(|(sequence, _)| *sequence > last);
    let unheard = unheard.filter_map(|(sequence, place)| survey::read(images, sequence, place));
    let unheard = unheard.filter(|event| event.event.kind() != Some(Kind::SequenceGap));
    Verdict::Sound { unheard: unheard.collect() }
}
