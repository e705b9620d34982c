//! The occurrences of one match, in the order they happened.

use ingest_api::{MatchView, OccurrenceView, Standing, WitnessView};
use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Cursor, Looked, PageRequest, Viewer, cut};
use crate::{
    Result, Store,
    columns::{count_column, time_column, uuid_column},
};

/// One page of a match's occurrences.
#[derive(Debug, Clone, PartialEq)]
pub struct OccurrencePage {
    /// The match.
    pub of: MatchView,
    /// Position in the log up to which events are folded in.
    pub associated_through: u64,
    /// In the order they happened.
    pub occurrences: Vec<OccurrenceView>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

/// What a public id of an occurrence leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum OccurrenceLooked {
    /// The occurrence that has it.
    Found(Box<OccurrenceView>),
    /// What it named is part of another occurrence, or in another match.
    Moved {
        /// The key of its match.
        key: String,
        /// Its id.
        id: Uuid,
    },
    /// What it named is there no more.
    Retracted,
    /// It never named anything in this match, or none that the viewer may see.
    Unknown,
}

impl Store {
    /// The occurrences of a match, if there is one and `viewer` may see it.
    ///
    /// All of it is read at one instant: revision, cursor and occurrences fit
    /// each other.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn occurrences(
        &self,
        viewer: Viewer,
        key: &str,
        page: &PageRequest,
    ) -> Result<Looked<OccurrencePage>> {
        let snapshot = self.index.get()?.unchecked_transaction()?;
        let Some(of) = self.match_row(viewer, key)? else { return Ok(Looked::Unknown) };
        let associated_through = self.associated_through()?;
        let mut occurrences = list(&snapshot, of.match_id, page)?;
        let next = cut(&mut occurrences, page.limit).map(cursor);
        for occurrence in &mut occurrences {
            occurrence.witnesses = witnesses(&snapshot, of.match_id, occurrence)?;
        }
        Ok(Looked::Found(OccurrencePage { of: of.view, associated_through, occurrences, next }))
    }

    /// The occurrence that a public id leads to, whichever of a match it was.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn occurrence(&self, viewer: Viewer, key: &str, id: Uuid) -> Result<OccurrenceLooked> {
        let _ = (viewer, key, id);
        Ok(OccurrenceLooked::Unknown)
    }
}

fn list(connection: &Connection, match_id: i64, page: &PageRequest) -> Result<Vec<OccurrenceView>> {
    let sql = "SELECT occurrence_id, kind, actors, round, match_clock_ms, at_ms, confidence,
                      revision, late, details
               FROM old_occurrence
               WHERE match_id = ?1 AND (?2 IS NULL
                     OR (at_ms, ifnull(match_clock_ms, 0), occurrence_id) > (?2, ?3, ?4))
               ORDER BY at_ms, ifnull(match_clock_ms, 0), occurrence_id LIMIT ?5";
    let after = page.after.as_ref();
    let occurrences = connection
        .prepare_cached(sql)?
        .query_map(
            params![
                match_id,
                after.map(|cursor| cursor.at_ms),
                after.map(|cursor| cursor.match_clock_ms),
                after.and_then(|cursor| Uuid::try_parse(&cursor.id).ok()).map(Uuid::into_bytes),
                page.limit.saturating_add(1),
            ],
            read,
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(occurrences)
}

fn read(row: &Row<'_>) -> rusqlite::Result<OccurrenceView> {
    Ok(OccurrenceView {
        id: uuid_column(row, "occurrence_id")?,
        kind: row.get("kind")?,
        actors: json_column(row, "actors")?,
        round: row.get("round")?,
        match_clock_ms: row.get("match_clock_ms")?,
        at: Some(time_column(row, "at_ms")?),
        confidence: row.get("confidence")?,
        standing: Standing::Lone,
        seen_by: 0,
        expected: 0,
        linked: Vec::new(),
        revision: count_column(row, "revision")?,
        late: row.get("late")?,
        details: json_column(row, "details")?,
        witnesses: Vec::new(),
    })
}

fn json_column<T: DeserializeOwned>(row: &Row<'_>, name: &str) -> rusqlite::Result<T> {
    serde_json::from_str(&row.get::<_, String>(name)?).map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(error))
    })
}

fn cursor(last: &OccurrenceView) -> Cursor {
    Cursor {
        at_ms: last.at.map_or(0, |time| time.unix_ms()),
        match_clock_ms: last.match_clock_ms.unwrap_or(0),
        id: last.id.to_string(),
    }
}

fn witnesses(
    connection: &Connection,
    match_id: i64,
    occurrence: &OccurrenceView,
) -> Result<Vec<WitnessView>> {
    let sql = "SELECT device, event_id FROM old_witness WHERE match_id = ?1 AND occurrence_id = ?2
               ORDER BY device, event_id";
    let witnesses = connection
        .prepare_cached(sql)?
        .query_map(params![match_id, occurrence.id.as_bytes()], |row| {
            Ok(WitnessView {
                device: uuid_column(row, "device")?,
                event_id: row.get("event_id")?,
                account: None,
                at: None,
                late: false,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(witnesses)
}
