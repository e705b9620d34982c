//! Sums kept in the file, changed in the transaction of what they count.

use rusqlite::{Connection, OptionalExtension};

use crate::Error;

/// What is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    /// The last sequence that was given out.
    LastSequence,
    /// Rows in `queue`.
    Queued,
    /// Events that the server confirmed and that it is not known to have lost.
    Settled,
    /// Events given up because the outbox was full.
    Pruned,
    /// Events captured and never appended.
    Lost,
    /// Bytes of all bodies.
    EventBytes,
    /// Bytes of the bodies of settled events.
    SettledBytes,
    /// The last number of a suspect batch that was given out.
    LastSuspectBatch,
}

impl Counter {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LastSequence => "last_sequence",
            Self::Queued => "queued",
            Self::Settled => "settled",
            Self::Pruned => "pruned",
            Self::Lost => "lost",
            Self::EventBytes => "event_bytes",
            Self::SettledBytes => "settled_bytes",
            Self::LastSuspectBatch => "last_suspect_batch",
        }
    }

    pub(crate) fn read(self, db: &Connection) -> Result<u64, Error> {
        let mut select = db.prepare_cached("SELECT value FROM counter WHERE name = ?1")?;
        Ok(select.query_row([self.name()], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    pub(crate) fn set(self, db: &Connection, value: u64) -> Result<(), Error> {
        let mut upsert = db.prepare_cached("INSERT OR REPLACE INTO counter VALUES (?1, ?2)")?;
        upsert.execute((self.name(), value))?;
        Ok(())
    }

    pub(crate) fn add(self, db: &Connection, amount: u64) -> Result<(), Error> {
        if amount == 0 {
            return Ok(());
        }
        self.set(db, self.read(db)?.saturating_add(amount))
    }

    pub(crate) fn subtract(self, db: &Connection, amount: u64) -> Result<(), Error> {
        if amount == 0 {
            return Ok(());
        }
        self.set(db, self.read(db)?.saturating_sub(amount))
    }
}
