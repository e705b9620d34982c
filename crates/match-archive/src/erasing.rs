//! Matches that a player erases.

use event_model::MatchKey;
use rusqlite::Connection;

use crate::{
    Archive, Error,
    matches::{self, MatchRow},
    meta::Meta,
};

/// A match that is gone from here and not from everywhere yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasing {
    /// The match.
    pub key: MatchKey,
    /// Whether the server is to erase it too.
    pub at_server: bool,
}

impl Archive {
    /// Erases a match, and takes in nothing of it until its erasure has [ended]; how
    /// many events it had. Where it was being erased on the server too, it still is.
    ///
    /// [ended]: Archive::end_erasing
    ///
    /// # Errors
    /// Then it is as it was. See [`Error`].
    pub fn erase(&mut self, erasing: &Erasing) -> Result<u64, Error> {
        let events = self.write(|db, _| {
            Meta::Erasures.add(db, 1)?;
            db.prepare_cached(
                "INSERT INTO erasing VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET at_server = max(at_server, ?2)",
            )?
            .execute((erasing.key.as_str(), erasing.at_server))?;
            match MatchRow::find(db, erasing.key.as_str())? {
                Some(row) => matches::remove(db, row.id),
                None => Ok(0),
            }
        })?;
        self.empty_log()?;
        Ok(events)
    }

    /// The matches that are being erased, in the order of their keys.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn erasing(&mut self) -> Result<Vec<Erasing>, Error> {
        self.read(|db| {
            let mut select =
                db.prepare_cached("SELECT key, at_server FROM erasing ORDER BY key")?;
            let rows = select.query_map([], |row| {
                let key: String = row.get(0)?;
                Ok(Erasing { key: MatchKey::from_text(key), at_server: row.get(1)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The match is erased everywhere: what comes of it from here on is taken in.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn end_erasing(&mut self, key: &MatchKey) -> Result<(), Error> {
        self.write(|db, _| {
            db.prepare_cached("DELETE FROM erasing WHERE key = ?1")?.execute([key.as_str()])?;
            Ok(())
        })
    }
}

pub(crate) fn is_being_erased(db: &Connection, key: &str) -> Result<bool, Error> {
    let mut select = db.prepare_cached("SELECT 1 FROM erasing WHERE key = ?1")?;
    Ok(select.exists([key])?)
}
