//! What follows the log: the gate's shelf, and association.
//!
//! Each has a cursor that is written in the transaction of what it writes.

pub(crate) mod compared;
mod erasing;
mod forgetting;
mod hints;
mod joining;
mod matches;
mod open_match;
mod reading;
mod refolding;
mod rehearing;
mod saving;
mod sealing;
mod sessions;
mod shards;
mod step;
#[cfg(test)]
mod tests;
mod told;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, atomic::Ordering},
};

use event_model::{DeviceId, NamesKey, OutboxId, Pseudonyms, WallTime};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use uuid::Uuid;

use crate::{
    Error, Result, Store, StoreOptions,
    body::{self, Encoding},
    columns::uuid_column,
    erase::{self, Erasure},
    evidence::{Evidence, EvidenceReader},
    gate::{Recent, shelf},
    index::{self, Door},
    segment::{self, Segment},
    store,
};
pub use erasing::Withdrawn;
pub(crate) use erasing::{Gone, matches_of, withdraw};
use forgetting::Forgetting;
use matches::Cache;
pub(crate) use open_match::AFTERMATH_MS;
pub use sealing::{SealDue, SealRules};

/// Events folded in at a time: less than a second, after which whoever waits for
/// something else has a turn. A match is taken out and written once a step,
/// whatever it was told, so that the further behind the follower is the less an
/// event costs; where it keeps up there are never so many. Of 1,000, 2,000 and
/// 4,000, requests beside it were taken fastest with this
/// (`cargo bench -p system-tests --bench ingest -- --beside`).
const EVENTS_MAX: usize = 2_000;

/// Bytes of them: so many events as they mostly are, eight times over.
const EVENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Pages of the index's WAL at which they are moved: 16 MiB. Of many small
/// batches each step changes pages that the next ones change again.
const WAL_PAGES: i64 = 4_000;

/// How far one step came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The log is folded in up to this position.
    pub through: u64,
    /// Whether that was its end.
    pub all: bool,
    /// Keys of the matches that changed, each with the revision that it has now.
    pub changed: Vec<(String, u64)>,
    /// What this step did.
    pub counted: Counted,
}

/// What one step did, for whoever counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counted {
    /// Events that tell of a match.
    pub events: u64,
    /// Of them, those that are in no occurrence since there were too many.
    pub overflow: u64,
    /// Changes by their names.
    pub changes: BTreeMap<&'static str, u64>,
    /// Matches that were joined into others.
    pub joins: u64,
}

/// Follows the log with connections of its own: one process has one.
pub struct Follower {
    log: Connection,
    index: Door,
    forgetting: Forgetting,
    matches: Cache,
    /// Matches up to this one were looked at for a seal.
    seals_looked_at: i64,
}

impl Follower {
    /// Opens the log, which a [`Store`] has made.
    ///
    /// # Errors
    /// Where SQLite cannot use it.
    pub fn open(data_dir: &Path, options: StoreOptions) -> Result<Self> {
        let index = Door::new(data_dir, options, index::FOLLOWER_CACHE_KIB).moving_wal(WAL_PAGES);
        let log = store::connect(data_dir, options)?;
        store::leave_log_at_close(&log)?;
        let (forgetting, matches) = (Forgetting::default(), Cache::default());
        Ok(Self { log, index, forgetting, matches, seals_looked_at: 0 })
    }

    /// Puts ids onto the gate's shelf.
    ///
    /// # Errors
    /// Where SQLite fails; then they are to be brought again.
    pub fn shelve(&mut self, recent: &Arc<Recent>) -> Result<()> {
        self.step(|index, log| shelve(index, log, store::read_id(log)?, recent))
    }

    /// Folds in a bounded part of what the log has beyond the cursor.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn associate(&mut self) -> Result<Followed> {
        let mut matches = std::mem::take(&mut self.matches);
        let followed =
            self.step(|index, log| step::associate(index, log, store::read_id(log)?, &mut matches));
        self.matches = matches;
        followed
    }

    /// Takes what was erased in the log out of the index.
    ///
    /// # Errors
    /// Where SQLite fails, or somebody reads on from before: then it is to be erased
    /// again, which does what is left to do.
    pub fn withdraw(&mut self, erasure: &Erasure) -> Result<Withdrawn> {
        let store = store::read_id(&self.log)?;
        erase::withdraw(&self.index, &self.log, store, erasure)
            .map_err(|error| self.index.mended(error, None))
    }

    /// Forgets a bounded part of what follows from months that the log has
    /// dropped; whether there may be more.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn forget(&mut self) -> Result<bool> {
        let mut forgetting = std::mem::take(&mut self.forgetting);
        let forgot = self.step(|index, log| forgetting.step(index, &segment::all(log)?));
        if forgot.is_ok() {
            self.forgetting = forgetting;
        }
        forgot
    }

    /// Moves what the log's WAL holds into the database, beside whoever reads
    /// and writes. Gives how many of the WAL's pages are left.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn checkpoint(&self) -> Result<u64> {
        store::checkpoint(&self.log)
    }

    /// Does something with the index that is there now. One that turns out to be
    /// damaged is set aside, and the next step follows from the log's beginning.
    fn step<T>(
        &mut self,
        work: impl FnOnce(&mut Connection, &Connection) -> Result<T>,
    ) -> Result<T> {
        let done = self.index.get_mut().and_then(|index| work(index, &self.log));
        done.inspect_err(|error| self.index.mend_after(error))
    }
}

impl Store {
    /// Folds in all that the log has beyond association's cursor.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn catch_up(&mut self) -> Result<()> {
        let mut matches = Cache::default();
        let index = self.index.get_mut()?;
        while !step::associate(index, &self.connection, self.id, &mut matches)?.all {}
        Ok(())
    }
}

/// Shelves what the log has beyond the shelf, in parts that fit into memory,
/// until fewer than `left` ids are left for it.
pub(crate) fn shelve_all(store: &mut Store, left: usize) -> Result<()> {
    let (index, log) = (store.index.get_mut()?, &store.connection);
    index::adopt(index, log, store.id)?;
    loop {
        let recent = unshelved(log, index, &segment::all(log)?)?;
        if recent.len() < left {
            return Ok(());
        }
        // A long log takes many steps, and each is on the shelf for good.
        if store.cut_short.load(Ordering::Relaxed) {
            return Err(Error::CutShort);
        }
        shelve(index, log, store.id, &recent)?;
    }
}

/// Ids beyond the shelf; at most somewhat more than [`Recent::EVENTS_MAX`].
pub(crate) fn unshelved(
    log: &Connection,
    index: &Connection,
    segments: &[Segment],
) -> Result<Recent> {
    let through = index::cursors(index)?.shelved_through;
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

fn shelve(index: &mut Connection, log: &Connection, store: Uuid, recent: &Recent) -> Result<()> {
    let segments = segment::all(log)?;
    let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let shelved = index::adopt_within(&transaction, log, &segments, store)?.shelved_through;
    // Somebody put all of it there meanwhile, and the cursor never goes back; or
    // the shelf lost what came before, and a cursor behind these would hide it:
    // the gate finds out, and begins anew.
    let fits = recent.behind <= shelved && shelved < recent.through;
    if fits {
        shelf::put(&transaction, &segments, &recent.sorted())?;
        let mark = index::mark(log, &segments, recent.through)?.unwrap_or_default();
        transaction.execute(
            "UPDATE follow SET shelved_through = ?1, shelved_mark = ?2",
            params![recent.through, mark],
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// One batch of the log, as association reads it.
pub(crate) struct LoggedBatch {
    pub(crate) batch_no: i64,
    pub(crate) device: DeviceId,
    outbox: Option<OutboxId>,
    received_at: WallTime,
    pub(crate) first_position: u64,
    evidence: Vec<Evidence>,
    array: Vec<u8>,
    /// What its names are compared by.
    pseudonyms: Pseudonyms,
}

impl LoggedBatch {
    /// Its events that were not erased, with their evidence and their positions.
    pub(crate) fn events(
        &self,
    ) -> impl Iterator<Item = (&serde_json::value::RawValue, &Evidence, u64)> {
        // A damaged row tells nothing, and stops nobody.
        let events = body::events(&self.array).unwrap_or_default();
        let all = events.into_iter().zip(&self.evidence).zip(self.first_position..);
        all.map(|((event, one), position)| (event, one, position)).filter(|(_, one, _)| !one.erased)
    }

    /// Where its last event stands.
    fn last_position(&self) -> u64 {
        let count = u64::try_from(self.evidence.len()).expect("a length in memory fits 64 bits");
        (self.first_position + count).saturating_sub(1)
    }
}

/// The batches of one step, as they are read.
struct Gathered {
    batches: Vec<LoggedBatch>,
    events_max: usize,
    events: usize,
    bytes: usize,
}

impl Gathered {
    /// None yet, of which there may be about so many events.
    fn up_to(events_max: usize) -> Self {
        Self { batches: Vec::new(), events_max, events: 0, bytes: 0 }
    }

    /// Adds a batch; whether that is enough for a step.
    fn add(&mut self, batch: LoggedBatch) -> bool {
        self.events += batch.evidence.len();
        self.bytes += batch.array.len();
        self.batches.push(batch);
        let most = self.events.max(self.batches.len());
        most >= self.events_max || self.bytes >= EVENT_BYTES_MAX
    }
}

/// The batches behind one, up to about so many events, and of none that begins
/// behind a position.
fn logged_after(
    log: &Connection,
    segments: &[Segment],
    batch_no: i64,
    (events_max, through): (usize, u64),
) -> Result<Vec<LoggedBatch>> {
    let mut gathered = Gathered::up_to(events_max);
    for segment in segments {
        let sql = select(segment, "r.batch_no > ?1 ORDER BY r.batch_no");
        let mut statement = log.prepare_cached(&sql)?;
        let mut rows = statement.query([batch_no])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(2)?.unsigned_abs() > through {
                return Ok(gathered.batches);
            }
            if gathered.add(logged(row)?) {
                return Ok(gathered.batches);
            }
        }
    }
    Ok(gathered.batches)
}

/// One batch, where its month is still there.
pub(crate) fn logged_batch(
    log: &Connection,
    segments: &[Segment],
    batch_no: i64,
) -> Result<Option<LoggedBatch>> {
    let Some(segment) = segment::of_batch(segments, batch_no) else { return Ok(None) };
    let mut statement = log.prepare_cached(&select(segment, "r.batch_no = ?1"))?;
    Ok(statement.query_row([batch_no], logged).optional()?)
}

fn select(segment: &Segment, which: &str) -> String {
    // Where the bytes are dropped there is nothing more to tell.
    let (columns, join) = if segment.has_events {
        ("e.encoding, e.events", format!("LEFT JOIN {} e USING (batch_no)", segment.events()))
    } else {
        ("NULL, NULL", String::new())
    };
    format!(
        "SELECT r.batch_no, d.device, r.first_position, r.received_at_ms, r.evidence, {columns},
                r.outbox, (SELECT names_key FROM store)
         FROM {} r JOIN device d USING (device_no) {join}
         WHERE {which}",
        segment.receipts()
    )
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
        outbox: row.get::<_, Option<[u8; 16]>>(7)?.map(|bytes| OutboxId(Uuid::from_bytes(bytes))),
        received_at,
        first_position: row.get::<_, i64>(2)?.unsigned_abs(),
        evidence,
        array: array.unwrap_or_default(),
        pseudonyms: Pseudonyms::under(&NamesKey::new(row.get(8)?)),
    })
}
