//! Association follows the log: a cursor, kept in the transaction of what is
//! written.

mod fold;
mod told;

use association::Sighting;
use event_model::{DeviceId, WallTime};
use rusqlite::{Row, Transaction, TransactionBehavior, params};

use crate::{
    Result, Store,
    store::{quality, uuid_column},
};
use fold::Fold;
use told::Told;

/// Rows folded in at a time: two of the largest batches, so that following
/// keeps up with what is written and never holds the file for long.
const ROWS_MAX: u32 = 2_000;

/// How far one step came.
#[derive(PartialEq, Eq)]
pub(crate) enum Followed {
    /// To the end of the log.
    All,
    /// As far as one step goes.
    InPart,
}

impl Store {
    /// Folds in what the log has beyond the cursor, a bounded number of rows
    /// at a time, so that a server whose association is behind can start.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn catch_up(&mut self) -> Result<()> {
        loop {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let followed = follow_log(&transaction)?;
            transaction.commit()?;
            if followed == Followed::All {
                return Ok(());
            }
        }
    }
}

/// Folds in up to [`ROWS_MAX`] rows.
pub(crate) fn follow_log(transaction: &Transaction<'_>) -> Result<Followed> {
    let rows = transaction
        .prepare_cached(
            "SELECT position, device, event, corrected_at_ms, time_quality FROM log
             WHERE position > (SELECT associated_through FROM store)
             ORDER BY position LIMIT ?1",
        )?
        .query_map(params![ROWS_MAX], LogRow::read)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let Some(last) = rows.last() else { return Ok(Followed::All) };
    for row in &rows {
        if let Some(told) = row.told() {
            Fold { transaction, row, told: &told }.fold()?;
        }
    }
    transaction
        .prepare_cached("UPDATE store SET associated_through = ?1")?
        .execute(params![last.position])?;
    let full = u32::try_from(rows.len()).is_ok_and(|count| count == ROWS_MAX);
    Ok(if full { Followed::InPart } else { Followed::All })
}

struct LogRow {
    position: i64,
    device: DeviceId,
    event: Option<String>,
    sighting: Sighting,
}

impl LogRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            position: row.get("position")?,
            device: DeviceId(uuid_column(row, "device")?),
            event: row.get("event")?,
            sighting: Sighting {
                at: WallTime::from_unix_ms(row.get("corrected_at_ms")?),
                quality: quality::read(&row.get::<_, String>("time_quality")?),
            },
        })
    }

    /// What the event tells of a match; `None` where it tells of none, or was
    /// erased.
    fn told(&self) -> Option<Told> {
        Told::read(self.device, self.event.as_deref()?)
    }
}
