//! What follows the log: the gate's shelf, and association.
//!
//! Each has a cursor that is written in the transaction of what it writes.

mod fold;
mod told;

use std::{path::Path, sync::Arc};

use event_model::{DeviceId, WallTime};
use rusqlite::{Connection, TransactionBehavior, params};
use uuid::Uuid;

use crate::{
    Result, Store, StoreOptions,
    body::{self, Encoding},
    evidence::{Evidence, EvidenceReader},
    gate::{Recent, shelf},
    index,
    segment::{self, Segment},
    store::{self, uuid_column},
};
use fold::Fold;
use told::Told;

/// Events folded in at a time: a few milliseconds, after which whoever waits
/// for something else has a turn.
const EVENTS_MAX: usize = 1_000;

/// How far one step came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// The log is folded in up to this position.
    pub through: u64,
    /// Whether that was its end.
    pub all: bool,
}

/// Follows the log with connections of its own: one process has one.
pub struct Follower {
    log: Connection,
    index: Connection,
}

impl Follower {
    /// Opens the files, which a [`Store`] has made.
    ///
    /// # Errors
    /// Where SQLite cannot use them.
    pub fn open(data_dir: &Path, options: StoreOptions) -> Result<Self> {
        let mut index = index::open(data_dir, options, index::FOLLOWER_CACHE_KIB)?;
        let log = store::connect(data_dir, options)?;
        index::adopt(&mut index, &log, store::read_id(&log)?)?;
        Ok(Self { log, index })
    }

    /// Puts ids onto the gate's shelf.
    ///
    /// # Errors
    /// Where SQLite fails; then they are to be brought again.
    pub fn shelve(&mut self, recent: &Arc<Recent>) -> Result<()> {
        shelve(&mut self.index, &self.log, recent)
    }

    /// Folds in a bounded part of what the log has beyond the cursor.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn associate(&mut self) -> Result<Followed> {
        associate(&mut self.index, &self.log)
    }

    /// Forgets a bounded number of ids of months that the log has dropped;
    /// whether there may be more.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn forget(&mut self) -> Result<bool> {
        let segments = segment::all(&self.log)?;
        let Some(oldest) = segments.first() else { return Ok(false) };
        let deleted = self.index.execute(
            "DELETE FROM gate WHERE (segment_no, device_no, part) IN (
                 SELECT segment_no, device_no, part FROM gate WHERE segment_no < ?1 LIMIT 500)",
            [oldest.number],
        )?;
        Ok(deleted > 0)
    }

    /// Moves what the log's WAL holds into the database, beside whoever reads
    /// and writes. Gives how many of the WAL's pages are left.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn checkpoint(&self) -> Result<u64> {
        store::checkpoint(&self.log)
    }
}

impl Store {
    /// Folds in all that the log has beyond association's cursor.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn catch_up(&mut self) -> Result<()> {
        index::adopt(&mut self.index, &self.connection, self.id)?;
        while !associate(&mut self.index, &self.connection)?.all {}
        Ok(())
    }
}

/// Shelves what the log has beyond the shelf, in parts that fit into memory,
/// until fewer than `left` ids are left for it.
pub(crate) fn shelve_all(store: &mut Store, left: usize) -> Result<()> {
    loop {
        let segments = segment::all(&store.connection)?;
        let recent = Arc::new(unshelved(&store.connection, &store.index, &segments)?);
        if recent.len() < left {
            return Ok(());
        }
        shelve(&mut store.index, &store.connection, &recent)?;
    }
}

/// Ids beyond the shelf; at most somewhat more than [`Recent::EVENTS_MAX`].
pub(crate) fn unshelved(
    log: &Connection,
    index: &Connection,
    segments: &[Segment],
) -> Result<Recent> {
    let through: i64 =
        index.query_row("SELECT shelved_through FROM follow", [], |row| row.get(0))?;
    let mut recent = Recent::behind(through);
    for segment in segments {
        let sql = format!(
            "SELECT batch_no, device_no, received_at_ms, evidence FROM {}
             WHERE batch_no > ?1 ORDER BY batch_no",
            segment.receipts()
        );
        let mut statement = log.prepare_cached(&sql)?;
        let mut rows = statement.query([through])?;
        while let Some(row) = rows.next()? {
            if recent.len() >= Recent::EVENTS_MAX {
                return Ok(recent);
            }
            let (batch_no, device_no) = (row.get(0)?, row.get(1)?);
            let received_at = WallTime::from_unix_ms(row.get(2)?);
            let evidence = row.get_ref(3)?.as_blob().unwrap_or_default();
            for one in EvidenceReader::new(evidence, received_at) {
                recent.add(device_no, one.key, batch_no);
            }
            recent.through = batch_no;
        }
    }
    Ok(recent)
}

fn shelve(index: &mut Connection, log: &Connection, recent: &Recent) -> Result<()> {
    let segments = segment::all(log)?;
    let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let shelved: i64 =
        transaction.query_row("SELECT shelved_through FROM follow", [], |row| row.get(0))?;
    if recent.through <= shelved {
        // Somebody put all of it there meanwhile; the cursor never goes back.
        return Ok(());
    }
    shelf::put(&transaction, &segments, &recent.sorted())?;
    let mark = index::mark(log, &segments, recent.through)?.unwrap_or_default();
    transaction.execute(
        "UPDATE follow SET shelved_through = ?1, shelved_mark = ?2",
        params![recent.through, mark],
    )?;
    transaction.commit()?;
    Ok(())
}

fn associate(index: &mut Connection, log: &Connection) -> Result<Followed> {
    let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (batch_no, through): (i64, u64) = transaction
        .prepare_cached("SELECT associated_batch, associated_through FROM follow")?
        .query_row([], |row| Ok((row.get(0)?, store::count_column(row, "associated_through")?)))?;
    let segments = segment::all(log)?;
    let batches = logged_after(log, &segments, batch_no)?;
    let Some(last) = batches.last() else { return Ok(Followed { through, all: true }) };
    let mut fold = Fold::new(&transaction);
    for batch in &batches {
        for (event, evidence) in batch.events() {
            if let Some(told) = Told::read(batch.device, event.get()) {
                fold.fold(batch, evidence.corrected, &told)?;
            }
        }
    }
    fold.finish()?;
    let (last_batch, through) = (last.batch_no, last.last_position.cast_unsigned());
    let mark = index::mark(log, &segments, last_batch)?.unwrap_or_default();
    transaction
        .prepare_cached(
            "UPDATE follow SET associated_batch = ?1, associated_mark = ?2, associated_through = ?3",
        )?
        .execute(params![last_batch, mark, store::signed(through)])?;
    transaction.commit()?;
    Ok(Followed { through, all: false })
}

/// One batch of the log, as association reads it.
pub(crate) struct LoggedBatch {
    pub(crate) batch_no: i64,
    pub(crate) device: DeviceId,
    last_position: i64,
    evidence: Vec<Evidence>,
    array: Vec<u8>,
}

impl LoggedBatch {
    /// Its events that were not erased, with their evidence.
    fn events(&self) -> impl Iterator<Item = (&serde_json::value::RawValue, &Evidence)> {
        body::events(&self.array).into_iter().zip(&self.evidence).filter(|(_, one)| !one.erased)
    }
}

/// The batches behind one, up to about [`EVENTS_MAX`] events.
fn logged_after(log: &Connection, segments: &[Segment], batch_no: i64) -> Result<Vec<LoggedBatch>> {
    let (mut batches, mut events) = (Vec::new(), 0);
    for segment in segments {
        // Where the bytes are dropped there is nothing more to tell.
        let (columns, join) = if segment.has_events {
            ("e.encoding, e.events", format!("LEFT JOIN {} e USING (batch_no)", segment.events()))
        } else {
            ("NULL, NULL", String::new())
        };
        let sql = format!(
            "SELECT r.batch_no, d.device, r.first_position + r.stored - 1, r.received_at_ms,
                    r.evidence, {columns}
             FROM {} r JOIN device d USING (device_no) {join}
             WHERE r.batch_no > ?1 ORDER BY r.batch_no",
            segment.receipts()
        );
        let mut statement = log.prepare_cached(&sql)?;
        let mut rows = statement.query([batch_no])?;
        while let Some(row) = rows.next()? {
            let batch = logged(row)?;
            events += batch.evidence.len();
            batches.push(batch);
            if events >= EVENTS_MAX || batches.len() >= EVENTS_MAX {
                return Ok(batches);
            }
        }
    }
    Ok(batches)
}

fn logged(row: &rusqlite::Row<'_>) -> rusqlite::Result<LoggedBatch> {
    let device: Uuid = uuid_column(row, "device")?;
    let received_at = WallTime::from_unix_ms(row.get(3)?);
    let evidence = EvidenceReader::new(row.get_ref(4)?.as_blob()?, received_at).collect();
    let encoding: Option<i64> = row.get(5)?;
    let array = match encoding {
        Some(encoding) => body::decode(Encoding::read(encoding), row.get_ref(6)?.as_blob()?),
        None => None,
    };
    Ok(LoggedBatch {
        batch_no: row.get(0)?,
        device: DeviceId(device),
        last_position: row.get(2)?,
        evidence,
        array: array.unwrap_or_default(),
    })
}
