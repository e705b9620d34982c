//! Rows of matches.

use event_model::{MatchKey, WallTime};
use match_story::{Summary, Witnessed};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::Error;

/// A match without its events.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MatchRow {
    pub(crate) id: i64,
    pub(crate) bytes: u64,
    pub(crate) sent: u64,
    pub(crate) last_kept: WallTime,
    pub(crate) left_out: u64,
    pub(crate) witnessed: Option<Witnessed>,
}

impl MatchRow {
    pub(crate) fn find(db: &Connection, key: &str) -> Result<Option<Self>, Error> {
        let mut select = db.prepare_cached(
            "SELECT id, bytes, sent, left_out, witnessed, last_ms FROM match WHERE key = ?1",
        )?;
        Ok(select.query_row([key], Self::read).optional()?)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let witnessed: Option<String> = row.get(4)?;
        Ok(Self {
            id: row.get(0)?,
            bytes: row.get(1)?,
            sent: row.get(2)?,
            last_kept: WallTime::from_unix_ms(row.get(5)?),
            left_out: row.get(3)?,
            // What another version wrote is asked for again.
            witnessed: witnessed.and_then(|json| serde_json::from_str(&json).ok()),
        })
    }
}

pub(crate) fn bodies(db: &Connection, match_id: i64) -> Result<Vec<String>, Error> {
    let mut select = db.prepare_cached("SELECT body FROM event WHERE match_id = ?1")?;
    let bodies = select.query_map([match_id], |row| row.get(0))?;
    Ok(bodies.collect::<Result<_, _>>()?)
}

/// All summaries, where none of them has to be made.
pub(crate) fn summaries_made(db: &Connection) -> Result<Option<Vec<Summary>>, Error> {
    Ok(rows(db)?.into_iter().map(|row| row.summary).collect())
}

/// All summaries; those that are missing are made and kept.
pub(crate) fn summaries(db: &Connection) -> Result<Vec<Summary>, Error> {
    let mut summaries = Vec::new();
    for row in rows(db)? {
        summaries.extend(match row.summary {
            Some(summary) => Some(summary),
            None => summarise(db, row.id, &row.key)?,
        });
    }
    Ok(summaries)
}

/// A match in the list.
struct Listed {
    id: i64,
    key: MatchKey,
    summary: Option<Summary>,
}

fn rows(db: &Connection) -> Result<Vec<Listed>, Error> {
    let mut select = db.prepare_cached("SELECT id, key, summary FROM match")?;
    let rows = select.query_map([], |row| {
        let (key, summary): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        // What another version wrote is made anew.
        let summary = summary.and_then(|json| serde_json::from_str(&json).ok());
        Ok(Listed { id: row.get(0)?, key: MatchKey::from_text(key), summary })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Nothing where no event of the match can be read.
fn summarise(db: &Connection, id: i64, key: &MatchKey) -> Result<Option<Summary>, Error> {
    let bodies = bodies(db, id)?;
    let read = match_story::read(key, bodies.iter().map(String::as_bytes));
    let Some(story) = read.story else { return Ok(None) };
    let summary = story.summary();
    let json = json_of(&summary);
    db.prepare_cached("UPDATE match SET summary = ?2 WHERE id = ?1")?.execute((id, json))?;
    Ok(Some(summary))
}

pub(crate) fn keep_witnessed(db: &Connection, key: &str, what: &Witnessed) -> Result<(), Error> {
    let json = json_of(what);
    db.prepare_cached("UPDATE match SET witnessed = ?2 WHERE key = ?1")?.execute((key, json))?;
    Ok(())
}

fn json_of(plain: &impl Serialize) -> String {
    serde_json::to_string(plain).expect("names and numbers are always JSON")
}

/// Of these, those of which more was sent than is known.
pub(crate) fn with_more_sent(
    db: &Connection,
    sent: &[(String, u64)],
) -> Result<Vec<(String, u64)>, Error> {
    let mut select = db.prepare_cached("SELECT 1 FROM match WHERE key = ?1 AND sent < ?2")?;
    let mut more = Vec::new();
    for (key, events) in sent {
        if select.exists((key, events))? {
            more.push((key.clone(), *events));
        }
    }
    Ok(more)
}

pub(crate) fn note_sent(db: &Connection, sent: &[(String, u64)]) -> Result<(), Error> {
    let mut update = db.prepare_cached("UPDATE match SET sent = max(sent, ?2) WHERE key = ?1")?;
    for (key, events) in sent {
        update.execute((key, events))?;
    }
    Ok(())
}

/// Takes a match out with its events; how many.
pub(crate) fn remove(db: &Connection, id: i64) -> Result<u64, Error> {
    let events = db.prepare_cached("DELETE FROM event WHERE match_id = ?1")?.execute([id])?;
    db.prepare_cached("DELETE FROM match WHERE id = ?1")?.execute([id])?;
    Ok(events as u64)
}
