//! The file, and what holds for whatever is done with it.

use std::{
    cmp::Reverse,
    path::{Path, PathBuf},
};

use event_model::{MatchKey, WallTime};
use match_story::{Summary, Witnessed};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::{
    Bounds, Error, connection, damage,
    matches::{self, MatchRow},
    meta::Meta,
};

/// A history of matches; any process may have it open.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    bounds: Bounds,
    db: Connection,
}

/// A match as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptMatch {
    /// Its events, as they were captured.
    pub bodies: Vec<String>,
    /// Most of them that were ever seen on the server.
    pub sent: u64,
    /// When the last of its events was kept. A match that is read from an old
    /// recording is kept, and sent, long after it was played.
    pub last_kept: WallTime,
    /// Events that had no room in it.
    pub left_out: u64,
    /// The server's last word on it.
    pub witnessed: Option<Witnessed>,
}

/// The history in counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Matches that it has.
    pub kept: u64,
    /// Matches that were given up to make room, ever.
    pub given_up: u64,
}

impl Archive {
    /// Opens the history at `path`, which is made where it is missing. One that is
    /// damaged is set aside, and its content goes on as far as it can be read.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let db = match connection::open(path) {
            Err(error) if error.is_damage() => damage::replace(path)?,
            opened => opened?,
        };
        Ok(Self { path: path.to_owned(), bounds: Bounds::default(), db })
    }

    /// Other bounds than the default ones.
    #[must_use]
    pub fn with_bounds(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// How much it has.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn counts(&mut self) -> Result<Counts, Error> {
        self.read(|db| {
            let mut select = db.prepare_cached("SELECT count(*) FROM match")?;
            let kept = select.query_row([], |row| row.get(0))?;
            Ok(Counts { kept, given_up: Meta::GivenUp.count(db)? })
        })
    }

    /// Every match in short, the newest first.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn summaries(&mut self) -> Result<Vec<Summary>, Error> {
        let mut summaries = match self.read(matches::summaries_made)? {
            Some(made) => made,
            None => self.write(|db, _| matches::summaries(db))?,
        };
        summaries.sort_by_cached_key(|of| (Reverse(of.first_seen), of.key.to_string()));
        Ok(summaries)
    }

    /// A match; `None` where the history does not have it.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn kept(&mut self, key: &MatchKey) -> Result<Option<KeptMatch>, Error> {
        self.read(|db| {
            let Some(row) = MatchRow::find(db, key.as_str())? else { return Ok(None) };
            Ok(Some(KeptMatch {
                bodies: matches::bodies(db, row.id)?,
                sent: row.sent,
                last_kept: row.last_kept,
                left_out: row.left_out,
                witnessed: row.witnessed,
            }))
        })
    }

    /// Keeps what the server finally made of a match. Does nothing where the history
    /// does not have it.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn keep_witnessed(&mut self, key: &MatchKey, what: &Witnessed) -> Result<(), Error> {
        self.write(|db, _| matches::keep_witnessed(db, key.as_str(), what))
    }

    /// Keeps how many events of matches are on the server, for the time when the
    /// outbox knows it no more.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn note_sent(&mut self, sent: &[(String, u64)]) -> Result<(), Error> {
        let more = self.read(|db| matches::with_more_sent(db, sent))?;
        if more.is_empty() {
            return Ok(());
        }
        self.write(|db, _| matches::note_sent(db, &more))
    }

    /// Reads; again from a file made anew, where this one is damaged.
    pub(crate) fn read<T>(
        &mut self,
        read: impl Fn(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match read(&self.db) {
            Err(error) if error.is_damage() => {
                self.make_anew()?;
                read(&self.db)
            }
            done => done,
        }
    }

    /// Writes in one transaction; again into a file made anew, where this one is damaged.
    pub(crate) fn write<T>(
        &mut self,
        change: impl Fn(&Transaction<'_>, &Bounds) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match transact(&mut self.db, |db| change(db, &self.bounds)) {
            Err(error) if error.is_damage() => {
                self.make_anew()?;
                transact(&mut self.db, |db| change(db, &self.bounds))
            }
            done => done,
        }
    }

    /// Writes the log into the file and empties it: what was erased is in neither.
    pub(crate) fn empty_log(&mut self) -> Result<(), Error> {
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn make_anew(&mut self) -> Result<(), Error> {
        // Closed before its file goes.
        self.db = Connection::open_in_memory()?;
        self.db = damage::replace(&self.path)?;
        Ok(())
    }
}

fn transact<T>(
    db: &mut Connection,
    change: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let changed = change(&transaction)?;
    transaction.commit()?;
    Ok(changed)
}
