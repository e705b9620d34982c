//! Facts about the file, by name.

use rusqlite::{Connection, OptionalExtension};

use crate::Error;

/// Which fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meta {
    /// The outbox that events were taken from last, and what became of its file.
    Outbox,
    /// Its sequence up to which they were.
    Through,
    /// How often a match was erased.
    Erasures,
    /// How many matches were given up.
    GivenUp,
}

impl Meta {
    fn name(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Through => "through",
            Self::Erasures => "erasures",
            Self::GivenUp => "given_up",
        }
    }

    pub(crate) fn read(self, db: &Connection) -> Result<Option<String>, Error> {
        let mut select = db.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        Ok(select.query_row([self.name()], |row| row.get(0)).optional()?)
    }

    pub(crate) fn write(self, db: &Connection, value: &str) -> Result<(), Error> {
        let mut upsert = db.prepare_cached("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")?;
        upsert.execute((self.name(), value))?;
        Ok(())
    }

    /// The fact as a number; 0 where it was never written.
    pub(crate) fn count(self, db: &Connection) -> Result<u64, Error> {
        Ok(self.read(db)?.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    pub(crate) fn add(self, db: &Connection, more: u64) -> Result<(), Error> {
        self.write(db, &self.count(db)?.saturating_add(more).to_string())
    }
}
