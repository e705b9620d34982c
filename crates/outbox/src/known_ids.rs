//! Which ids the file knows: an event is appended once, whatever became of it.
//!
//! An id and its match come from the same session key, so an id is looked for
//! within its match. The owner holds the ids of the matches it appends to; they
//! are read when the first event of a match comes, and so no index of random
//! ids has to be written with every event.
//!
//! What another program told is known whatever it is kept under: its id is of the
//! program's own, and says nothing of the subject. So each of these leaves a mark.

use std::collections::HashSet;

use event_model::EventId;
use rusqlite::{Connection, OptionalExtension};

use crate::Error;

/// Matches whose ids are held: those of the games that run, and the news of
/// gaps. A match has some hundred events, so some 10 KiB each; the bound of the
/// file bounds it too, at 30 MiB for one match that fills all of it.
const MATCHES_MAX: usize = 4;

/// The match of the ids that schema 1 remembered without one.
const UNPLACED: i64 = 0;

/// In a match's place: the marks of what programs told. They count among the ids that
/// are remembered, and age as these do.
const TOLD: i64 = -1;

/// What is held. After a transaction that failed it must be forgotten.
#[derive(Debug, Default)]
pub(crate) struct KnownIds {
    latest_last: Vec<OfMatch>,
}

/// The ids of one match.
#[derive(Debug)]
pub(crate) struct OfMatch {
    key: String,
    pub(crate) match_id: i64,
    ids: HashSet<EventId>,
    /// Whether the file remembers ids without their match.
    unplaced: Unplaced,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unplaced {
    None,
    Some,
}

impl KnownIds {
    /// Forgets what is held: the file is asked again.
    pub(crate) fn forget(&mut self) {
        self.latest_last.clear();
    }

    /// Whether the ids of the match `key` are held, and need not be read.
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.latest_last.iter().any(|held| held.key == key)
    }

    /// The ids of the match `key`, which gets its number here.
    pub(crate) fn of_match(&mut self, db: &Connection, key: &str) -> Result<&mut OfMatch, Error> {
        match self.latest_last.iter().position(|held| held.key == key) {
            Some(at) => self.latest_last[at..].rotate_left(1),
            None => {
                let loaded = OfMatch::load(db, key)?;
                let surplus = (self.latest_last.len() + 1).saturating_sub(MATCHES_MAX);
                self.latest_last.drain(..surplus);
                self.latest_last.push(loaded);
            }
        }
        Ok(self.latest_last.last_mut().expect("one was put last"))
    }
}

impl OfMatch {
    fn load(db: &Connection, key: &str) -> Result<Self, Error> {
        let match_id = match_id(db, key)?;
        let mut select = db.prepare_cached(
            "SELECT e.event_id FROM match_span s CROSS JOIN event e
                 ON e.sequence BETWEEN s.first AND s.last WHERE s.match_id = ?1
             UNION ALL SELECT event_id FROM known_id WHERE match_id = ?1",
        )?;
        let mut rows = select.query([match_id])?;
        let mut ids = HashSet::new();
        while let Some(row) = rows.next()? {
            // A damaged id is no id: its row is found damaged when it is sent.
            if let Ok(bytes) = row.get(0) {
                ids.insert(EventId(uuid::Uuid::from_bytes(bytes)));
            }
        }
        Ok(Self { key: key.to_owned(), match_id, ids, unplaced: unplaced(db)? })
    }

    /// Whether `id` is new; from now on it is known.
    pub(crate) fn learn(&mut self, db: &Connection, id: EventId) -> Result<bool, Error> {
        let fresh = match self.unplaced {
            Unplaced::None => true,
            Unplaced::Some => !is_unplaced(db, id)?,
        };
        Ok(fresh && self.ids.insert(id))
    }
}

fn unplaced(db: &Connection) -> Result<Unplaced, Error> {
    let mut select = db.prepare_cached("SELECT 1 FROM known_id WHERE match_id = ?1 LIMIT 1")?;
    Ok(if select.exists([UNPLACED])? { Unplaced::Some } else { Unplaced::None })
}

fn is_unplaced(db: &Connection, id: EventId) -> Result<bool, Error> {
    let mut select =
        db.prepare_cached("SELECT 1 FROM known_id WHERE match_id = ?1 AND event_id = ?2")?;
    Ok(select.exists((UNPLACED, id.0.as_bytes()))?)
}

/// Whether a program's event is new under whatever subject; from now on it is known.
pub(crate) fn learn_told(db: &Connection, id: EventId, told_ms: i64) -> Result<bool, Error> {
    // Not the id itself: a salvage takes every id that it finds remembered for one of an
    // event that is gone.
    let mark = uuid::Uuid::from_u128(!id.0.as_u128());
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO known_id VALUES (?1, ?2, ?3)")?;
    Ok(insert.execute((TOLD, mark.as_bytes(), told_ms))? == 1)
}

/// Remembers an id whose match is not known.
pub(crate) fn remember_unplaced(
    db: &Connection,
    id: EventId,
    known_ms: i64,
) -> rusqlite::Result<usize> {
    db.prepare_cached("INSERT OR IGNORE INTO known_id VALUES (?1, ?2, ?3)")?.execute((
        UNPLACED,
        id.0.as_bytes(),
        known_ms,
    ))
}

fn match_id(db: &Connection, key: &str) -> Result<i64, Error> {
    let mut select = db.prepare_cached("SELECT id FROM match_key WHERE key = ?1")?;
    if let Some(id) = select.query_row([key], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    db.prepare_cached("INSERT INTO match_key (key) VALUES (?1)")?.execute([key])?;
    Ok(db.last_insert_rowid())
}
