//! The log in months: what is dropped together lies together.
//!
//! Each segment has two tables, named by its number. `receipt_N` has one row a
//! batch with the evidence of each stored event; `event_N` has the events'
//! bytes. So the bytes can go while the gate still remembers.

use event_model::WallTime;
use rusqlite::{Connection, Transaction, params};

use crate::Result;

/// One calendar month (UTC) of batches, as they were received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) number: i64,
    /// `2026-11`.
    pub(crate) month: String,
    pub(crate) first_batch: i64,
    pub(crate) first_position: i64,
    /// Whether the bytes of its events are still there.
    pub(crate) has_events: bool,
}

impl Segment {
    /// The first instant after it.
    pub(crate) fn end(&self) -> Option<WallTime> {
        let (year, month) = self.month.split_once('-')?;
        let (year, month): (u16, u8) = (year.parse().ok()?, month.parse().ok()?);
        let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        format!("{year:04}-{month:02}-01T00:00:00.000Z").parse().ok()
    }

    pub(crate) fn receipts(&self) -> String {
        format!("receipt_{}", self.number)
    }

    pub(crate) fn events(&self) -> String {
        format!("event_{}", self.number)
    }
}

/// The month of an instant, as segments name it.
pub(crate) fn month_of(at: WallTime) -> String {
    at.to_string().chars().take(7).collect()
}

/// Every segment, oldest first. Batches are numbered on through them.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Segment>> {
    let sql = "SELECT segment_no, month, first_batch, first_position, has_events FROM segment
               ORDER BY segment_no";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Segment {
            number: row.get(0)?,
            month: row.get(1)?,
            first_batch: row.get(2)?,
            first_position: row.get(3)?,
            has_events: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The segment that a batch lies in, if it is still there.
pub(crate) fn of_batch(segments: &[Segment], batch_no: i64) -> Option<&Segment> {
    let after = segments.partition_point(|segment| segment.first_batch <= batch_no);
    segments.get(after.checked_sub(1)?)
}

/// Begins a segment behind the others.
pub(crate) fn begin(transaction: &Transaction<'_>, month: &str, end: LogEnd) -> Result<Segment> {
    transaction.execute(
        "INSERT INTO segment (month, first_batch, first_position, has_events)
         VALUES (?1, ?2, ?3, 1)",
        params![month, end.batch_no + 1, end.position + 1],
    )?;
    let segment = Segment {
        number: transaction.last_insert_rowid(),
        month: month.to_owned(),
        first_batch: end.batch_no + 1,
        first_position: end.position + 1,
        has_events: true,
    };
    transaction.execute_batch(&format!(
        "CREATE TABLE {} (
            batch_no       INTEGER PRIMARY KEY,
            device_no      INTEGER NOT NULL,
            received_at_ms INTEGER NOT NULL,
            -- Of its first stored event in the log; the others follow it.
            first_position INTEGER NOT NULL,
            stored         INTEGER NOT NULL,
            outbox         BLOB,
            -- Of a request with an Idempotency-Key, so that its answer can be
            -- written again byte for byte.
            body_hash      BLOB,
            version_no     INTEGER,
            contiguous     INTEGER,
            verdicts       BLOB,
            refused        TEXT,
            answer         BLOB,
            evidence       BLOB NOT NULL
        ) STRICT;
        CREATE TABLE {} (
            batch_no INTEGER PRIMARY KEY,
            -- 0: JSON, 1: JSON in zstd.
            encoding INTEGER NOT NULL,
            -- An array of the stored events, byte for byte as they were sent;
            -- null in the place of one that was erased.
            events   BLOB NOT NULL
        ) STRICT;",
        segment.receipts(),
        segment.events()
    ))?;
    Ok(segment)
}

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LogEnd {
    pub(crate) batch_no: i64,
    /// Of the newest event.
    pub(crate) position: i64,
}

/// Reads where the log ends.
pub(crate) fn log_end(connection: &Connection, segments: &[Segment]) -> Result<LogEnd> {
    let Some(newest) = segments.last() else { return Ok(LogEnd::default()) };
    let sql = format!(
        "SELECT batch_no, first_position + stored - 1 FROM {} ORDER BY batch_no DESC LIMIT 1",
        newest.receipts()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    Ok(match rows.next()? {
        Some(row) => LogEnd { batch_no: row.get(0)?, position: row.get(1)? },
        None => LogEnd { batch_no: newest.first_batch - 1, position: newest.first_position - 1 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(month: &str) -> Segment {
        Segment {
            number: 1,
            month: month.to_owned(),
            first_batch: 1,
            first_position: 1,
            has_events: true,
        }
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let end = |month: &str| of(month).end().unwrap().to_string();
        assert_eq!(end("2026-11"), "2026-12-01T00:00:00.000Z");
        assert_eq!(end("2026-12"), "2027-01-01T00:00:00.000Z");
        assert_eq!(month_of(of("2026-11").end().unwrap().plus_ms(-1)), "2026-11");
    }
}
