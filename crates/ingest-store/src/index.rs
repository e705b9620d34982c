//! `index.sqlite`: what follows from the log, in a file of its own, so that
//! writing it never delays a receipt.
//!
//! It is made anew from the log where it is lost, damaged or of another version.
//! So its commits need not reach the disk (`synchronous=NORMAL`); after a power
//! cut it is a little older, with cursors that say so.

mod door;
mod mending;

use std::path::Path;

use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};
use uuid::Uuid;

use crate::{
    Error, Result, StoreOptions, decisions,
    segment::{self, Segment},
    store, token,
};
pub(crate) use door::Door;
pub(crate) use mending::forget_set_aside;

/// Name of the file in the data directory.
pub(crate) const FILE_NAME: &str = "index.sqlite";

/// A file of another version is set aside and made anew.
const VERSION: i64 = 7;

/// A step of association runs some sixty statements, and a read a few.
const STATEMENTS_KEPT: usize = 128;

/// Page cache of a connection that only reads, in KiB: eight of them are 8 MiB.
pub(crate) const READER_CACHE_KIB: i64 = 1_024;
/// Of the one that writes: a step's pages, so that none is written twice.
pub(crate) const FOLLOWER_CACHE_KIB: i64 = 8 * 1_024;

/// Opens the file and makes it where it is not, or cannot be used.
pub(crate) fn open(data_dir: &Path, options: StoreOptions, cache_kib: i64) -> Result<Connection> {
    match open_as_it_is(data_dir, options, cache_kib) {
        Err(error) if mending::is_damage(&error) => {
            mending::mend(data_dir, options)?;
            open_as_it_is(data_dir, options, cache_kib)
        }
        opened => opened,
    }
}

fn open_as_it_is(data_dir: &Path, options: StoreOptions, cache_kib: i64) -> Result<Connection> {
    let mut connection = Connection::open(data_dir.join(FILE_NAME))?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    store::plan_once(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // A page that comes to lead to others keeps what it told before: of nothing
    // that was erased later anything may be left.
    connection.pragma_update(None, "secure_delete", "FAST")?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    if version(&connection)? != VERSION {
        make(&mut connection)?;
    }
    cursors(&connection).map_err(with_other_tables)?;
    Ok(connection)
}

/// A table, column or row that is not there makes it somebody else's file.
fn with_other_tables(error: Error) -> Error {
    let is_absent = error.sqlite().is_some_and(|error| {
        matches!(error, rusqlite::Error::QueryReturnedNoRows)
            || error.sqlite_error_code() == Some(ErrorCode::Unknown)
    });
    if is_absent { Error::Index("it has other tables".to_owned()) } else { error }
}

fn version(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn make(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (version(&transaction)?, tables) {
        (VERSION, _) => return Ok(()),
        (0, 0) => {}
        (found, _) => {
            return Err(Error::Index(format!("it has version {found} and not {VERSION}")));
        }
    }
    transaction.execute_batch(include_str!("index.sql"))?;
    let secret = token::random_uuid();
    transaction.execute(
        "INSERT INTO follow VALUES (1, '', ?1, 0, '', 0, '', 0, 0, 0, 0, ?2, 0, 0)",
        params![secret.as_bytes(), generation()],
    )?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// Tells revisions of this file from those of one before it.
fn generation() -> [u8; 8] {
    let mut generation = [0; 8];
    generation.copy_from_slice(&token::random_uuid().as_bytes()[..8]);
    generation
}

/// Every table of association.
pub(crate) const ASSOCIATED: [&str; 14] = [
    "game_match",
    "match_key",
    "match_state",
    "match_batch",
    "match_device",
    "match_name",
    "stream",
    "report",
    "occurrence",
    "occurrence_alias",
    "change",
    "player_match",
    "session",
    "session_block",
];

/// Which log the file follows, and how far.
pub(crate) struct Cursors {
    pub(crate) store: String,
    pub(crate) shelved_through: i64,
    shelved_mark: String,
    pub(crate) associated_batch: i64,
    associated_mark: String,
    pub(crate) associated_through: u64,
    pub(crate) decided: i64,
    pub(crate) edits: i64,
    pub(crate) generation: Vec<u8>,
}

pub(crate) fn cursors(index: &Connection) -> Result<Cursors> {
    let sql = "SELECT store_id, shelved_through, shelved_mark, associated_batch, associated_mark,
                      associated_through, decided, edits, generation
               FROM follow";
    let mut statement = index.prepare_cached(sql)?;
    Ok(statement.query_row([], |row| {
        Ok(Cursors {
            store: row.get(0)?,
            shelved_through: row.get(1)?,
            shelved_mark: row.get(2)?,
            associated_batch: row.get(3)?,
            associated_mark: row.get(4)?,
            associated_through: row.get::<_, i64>(5)?.unsigned_abs(),
            decided: row.get(6)?,
            edits: row.get(7)?,
            generation: row.get(8)?,
        })
    })?)
}

/// Makes sure that the file follows this very log, and empties it where it
/// followed another: one from before a restore, say.
pub(crate) fn adopt(index: &mut Connection, log: &Connection, store: Uuid) -> Result<()> {
    let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
    adopt_within(&transaction, log, &segment::all(log)?, store)?;
    transaction.commit()?;
    Ok(())
}

/// The same within a transaction; how far the file follows the log then.
pub(crate) fn adopt_within(
    index: &Transaction<'_>,
    log: &Connection,
    segments: &[Segment],
    store: Uuid,
) -> Result<Cursors> {
    let known = cursors(index)?;
    if follows(&known, log, segments, store)? {
        return Ok(known);
    }
    index.execute("DELETE FROM gate", [])?;
    for table in ASSOCIATED {
        index.execute(&format!("DELETE FROM {table}"), [])?;
    }
    index.execute(
        "UPDATE follow SET store_id = ?1, shelved_through = 0, shelved_mark = '',
                associated_batch = 0, associated_mark = '', associated_through = 0,
                decided = 0, generation = ?2, anew_until = ?3, anew_decided = ?4",
        params![
            store.to_string(),
            generation(),
            segment::log_end(log, segments)?.batch_no,
            decisions::last_no(log)?
        ],
    )?;
    cursors(index)
}

/// Whether the file follows this very log.
pub(crate) fn follows(
    known: &Cursors,
    log: &Connection,
    segments: &[Segment],
    store: Uuid,
) -> Result<bool> {
    let followed = [
        (known.shelved_through, &known.shelved_mark),
        (known.associated_batch, &known.associated_mark),
    ];
    let mut same = known.store == store.to_string();
    for (batch_no, mark_then) in followed {
        same = same && is_of_this_log(log, segments, batch_no, mark_then)?;
    }
    Ok(same)
}

/// Whether the file tells all that was told of this log before it was made.
pub(crate) fn is_whole(index: &Connection, log: &Connection, store: Uuid) -> Result<bool> {
    let sql = "SELECT store_id = ?1, associated_batch >= anew_until
                      AND decided >= anew_decided
               FROM follow";
    let mut statement = index.prepare_cached(sql)?;
    let (is_adopted, is_there): (bool, bool) =
        statement.query_row([store.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if is_adopted {
        return Ok(is_there);
    }
    // Whoever follows the log has not come to it yet.
    Ok(segment::log_end(log, &segment::all(log)?)?.position == 0)
}

/// Says that nothing of the log is left to follow: what it had may be gone.
pub(crate) fn is_at_the_end(index: &Connection) -> Result<()> {
    let sql = "UPDATE follow SET anew_until = 0, anew_decided = 0
               WHERE anew_until > associated_batch OR anew_decided > decided";
    index.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Says that what somebody has in memory of association is no more as it was.
pub(crate) fn edited(index: &Connection) -> Result<()> {
    index.execute("UPDATE follow SET edits = edits + 1", [])?;
    Ok(())
}

fn is_of_this_log(
    log: &Connection,
    segments: &[Segment],
    batch_no: i64,
    mark_then: &str,
) -> Result<bool> {
    if batch_no == 0 {
        return Ok(true);
    }
    match segment::of_batch(segments, batch_no) {
        Some(segment) => match mark(log, segments, batch_no)? {
            Some(mark) => Ok(mark == mark_then),
            None if stands_before_the_next(log, segment, batch_no, mark_then)? => Ok(true),
            // A month that is over is forgotten in steps, from its first batch on.
            None => {
                let is_newest = segments.last().is_some_and(|last| last == segment);
                Ok(!is_newest && oldest_batch(log, segment)?.is_none_or(|oldest| batch_no < oldest))
            }
        },
        // Its month is over and gone, and what came later was not yet followed.
        None => Ok(segments.first().is_some_and(|first| batch_no < first.first_batch)),
    }
}

/// Whether a batch that is gone stored nothing, as its mark says, and the one that
/// follows it begins where it did: its answer is forgotten, and it was nothing else.
fn stands_before_the_next(
    log: &Connection,
    segment: &Segment,
    batch_no: i64,
    mark_then: &str,
) -> Result<bool> {
    let sql = format!(
        "SELECT first_position FROM {} WHERE batch_no > ?1 ORDER BY batch_no LIMIT 1",
        segment.receipts()
    );
    let mut statement = log.prepare_cached(&sql)?;
    let next: Option<i64> = statement.query_row([batch_no], |row| row.get(0)).optional()?;
    let mut parts = mark_then.split(' ').skip(2);
    let (position, event) = (parts.next(), parts.next());
    Ok(event == Some("") && next.is_some_and(|next| position == Some(&next.to_string())))
}

fn oldest_batch(log: &Connection, segment: &Segment) -> Result<Option<i64>> {
    let sql = format!("SELECT min(batch_no) FROM {}", segment.receipts());
    Ok(log.query_row(&sql, [], |row| row.get(0))?)
}

/// Tells a batch from another that has its number in another log. Of its first
/// event the id alone, since the flags before it change when it is erased.
pub(crate) fn mark(
    log: &Connection,
    segments: &[Segment],
    batch_no: i64,
) -> Result<Option<String>> {
    let Some(segment) = segment::of_batch(segments, batch_no) else { return Ok(None) };
    let sql = format!(
        "SELECT device_no || ' ' || received_at_ms || ' ' || first_position || ' '
                || hex(substr(evidence, 2, 16))
         FROM {} WHERE batch_no = ?1",
        segment.receipts()
    );
    let mut statement = log.prepare_cached(&sql)?;
    Ok(statement.query_row(params![batch_no], |row| row.get(0)).optional()?)
}
