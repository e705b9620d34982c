//! Sums kept in the file, changed in the transaction of what they count.
//!
//! A sum says nothing of itself: a changed byte makes it another one, which no row
//! contradicts. So every transaction writes a checksum of all of them beside them,
//! and every one looks at it first.

use rusqlite::{Connection, OptionalExtension};

use crate::Error;

/// The checksum's name among the sums. Files before schema 3 may have none, or one
/// that nobody kept: the migration to it writes it, as every one does.
const CHECK: &str = "check";

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

/// Whether the sums are those that were written, in a file whose schema seals them.
pub(crate) fn are_whole(db: &Connection) -> Result<bool, Error> {
    let Sums { check, is } = Sums::read(db)?;
    Ok(check == Some(is))
}

/// Writes the checksum where a sum was changed.
pub(crate) fn seal(db: &Connection) -> Result<(), Error> {
    let Sums { check, is } = Sums::read(db)?;
    if check == Some(is) {
        return Ok(());
    }
    let mut upsert = db.prepare_cached("INSERT OR REPLACE INTO counter VALUES (?1, ?2)")?;
    upsert.execute((CHECK, is))?;
    Ok(())
}

/// The checksum as it was written, and as it is now.
struct Sums {
    check: Option<i64>,
    is: i64,
}

impl Sums {
    fn read(db: &Connection) -> Result<Self, Error> {
        let mut select = db.prepare_cached("SELECT name, value FROM counter ORDER BY name")?;
        let mut rows = select.query([])?;
        let (mut check, mut hasher) = (None, crc32fast::Hasher::new());
        while let Some(row) = rows.next()? {
            let (name, value): (String, i64) = (row.get(0)?, row.get(1)?);
            if name == CHECK {
                check = Some(value);
                continue;
            }
            hasher.update(name.as_bytes());
            // No name has this byte.
            hasher.update(&[0xFF]);
            hasher.update(&value.to_le_bytes());
        }
        Ok(Self { check, is: i64::from(hasher.finalize()) })
    }
}
