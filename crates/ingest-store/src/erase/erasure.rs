//! An erasure in three steps, of which only the longest leaves the log to others:
//! the log, what the index has of it, and what their own logs have from before.

use std::time::Duration;

use event_model::DeviceId;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use uuid::Uuid;

use crate::{
    Error, Result, Store,
    follower::{self, Gone, Withdrawn},
    index::{self, Cursors, Door},
    segment::{self, Segment},
};

/// What the log has no more. The index may still have it
/// ([`Follower::withdraw`](crate::Follower::withdraw)), and the log's own log
/// ([`Store::end_erasure`]): whoever wished for it hears only then that it is gone.
#[derive(Debug, Clone, Default)]
pub struct Erasure {
    /// So many events.
    pub erased: u32,
    /// No more than so many are left; ask again until there are none.
    pub remaining: u64,
    pub(super) gone: Vec<Gone>,
    /// Matches of one index that have nothing of a batch any more.
    pub(super) emptied: Vec<(i64, i64)>,
    pub(super) generation: Vec<u8>,
    /// Whose batches were looked through, and the next one, where there is one.
    pub(super) looked: Option<(DeviceId, Option<i64>)>,
}

/// How far one part came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErasedPart {
    /// Events that are gone now.
    pub erased: u32,
    /// No more than so many are left; ask again until there are none.
    pub remaining: u64,
    /// What became of their matches.
    pub withdrawn: Withdrawn,
}

/// Where events are looked for.
pub(super) struct Place<'p> {
    pub(super) index: &'p Connection,
    pub(super) segments: &'p [Segment],
    pub(super) cursors: &'p Cursors,
}

impl Store {
    /// Does the log's part, while pages that become free are overwritten too.
    pub(super) fn erase_in_log(
        &mut self,
        erase: impl FnOnce(&Place<'_>, &Transaction<'_>) -> Result<Erasure>,
    ) -> Result<Erasure> {
        self.connection.pragma_update(None, "secure_delete", true)?;
        let erased = self.try_erase(erase).map_err(|error| self.index.mended(error, None));
        self.connection.pragma_update(None, "secure_delete", "FAST")?;
        erased
    }

    fn try_erase(
        &mut self,
        erase: impl FnOnce(&Place<'_>, &Transaction<'_>) -> Result<Erasure>,
    ) -> Result<Erasure> {
        let index = self.index.get_mut()?;
        let segments = segment::all(&self.connection)?;
        if !index::follows(&index::cursors(index)?, &self.connection, &segments, self.id)? {
            index::adopt(index, &self.connection, self.id)?;
        }
        let index = index.transaction()?;
        let cursors = index::cursors(&index)?;
        let log = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let place = Place { index: &index, segments: &segments, cursors: &cursors };
        let erasure = erase(&place, &log)?;
        log.commit()?;
        Ok(Erasure { generation: cursors.generation, ..erasure })
    }

    /// All that is left to do, for whoever has nobody that follows the log.
    pub(super) fn carry_out(&mut self, erasure: &Erasure) -> Result<ErasedPart> {
        let withdrawn = withdraw(&self.index, &self.connection, self.id, erasure)
            .map_err(|error| self.index.mended(error, None))?;
        if !self.end_erasure(erasure)? {
            return Err(busy());
        }
        Ok(ErasedPart { erased: erasure.erased, remaining: erasure.remaining, withdrawn })
    }

    /// The last step: moves the log's own log into its file and empties it, since it
    /// has pages as they were before. Waits for nobody: `false` where somebody reads
    /// on from before, and it is to be asked for again.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn end_erasure(&mut self, erasure: &Erasure) -> Result<bool> {
        index::forget_set_aside(&self.data_dir).map_err(Error::Directory)?;
        self.connection.busy_timeout(Duration::ZERO)?;
        let emptied = empty_wal(&self.connection);
        self.connection.busy_timeout(self.options.busy_timeout)?;
        let is_emptied = emptied?;
        if is_emptied && let Some((device, next)) = erasure.looked {
            self.erasing = next.map(|next| (device, next));
        }
        Ok(is_emptied)
    }
}

/// Takes out of the index what the log has no more, and overwrites it there.
///
/// Nobody folds it in afterwards: who follows holds the index before reading the log.
pub(crate) fn withdraw(
    door: &Door,
    log: &Connection,
    store: Uuid,
    erasure: &Erasure,
) -> Result<Withdrawn> {
    let mut index = door.to_erase()?;
    let withdrawn = if erasure.gone.is_empty() && erasure.emptied.is_empty() {
        Withdrawn::default()
    } else {
        let transaction = index.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let withdrawn = withdraw_within(&transaction, log, store, erasure)?;
        transaction.commit()?;
        withdrawn
    };
    if empty_wal(&index)? { Ok(withdrawn) } else { Err(busy()) }
}

fn withdraw_within(
    index: &Transaction<'_>,
    log: &Connection,
    store: Uuid,
    erasure: &Erasure,
) -> Result<Withdrawn> {
    let segments = segment::all(log)?;
    let cursors = index::adopt_within(index, log, &segments, store)?;
    let is_folded_in = |(_, batch_no, _): &&Gone| *batch_no <= cursors.associated_batch;
    let gone: Vec<Gone> = erasure.gone.iter().filter(is_folded_in).copied().collect();
    let withdrawn = follower::withdraw(index, log, &segments, &gone)?;
    // The numbers of matches are those of that index.
    let emptied = erasure.emptied.iter().filter(|_| cursors.generation == erasure.generation);
    for (match_id, batch_no) in emptied {
        let sql = "DELETE FROM match_batch WHERE match_id = ?1 AND batch_no = ?2";
        index.prepare_cached(sql)?.execute(params![match_id, batch_no])?;
    }
    // What was folded again may lack what a month had that was dropped meanwhile.
    if segment::all(log)? == segments { Ok(withdrawn) } else { Err(busy()) }
}

/// Moves a log of SQLite's into its file and empties it; `false` where somebody reads
/// on from before.
fn empty_wal(connection: &Connection) -> Result<bool> {
    let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    Ok(!connection.query_row(sql, [], |row| row.get::<_, bool>(0))?)
}

/// Somebody else is at it: to be asked for again.
fn busy() -> Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
    rusqlite::Error::SqliteFailure(code, Some("somebody reads on from before".to_owned())).into()
}
