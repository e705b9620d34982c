//! The occurrences of a match that were found by equal ids alone: until it is
//! followed anew by association.

use ingest_api::{OccurrenceView, Standing, WitnessView};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{PageRequest, views::json_column};
use crate::{
    Result,
    columns::{count_column, time_column, uuid_column},
};

/// Whether a match has such.
pub(super) fn has(connection: &Connection, match_id: i64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM old_occurrence WHERE match_id = ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([match_id], |row| row.get(0))?)
}

/// One item more than a page of them.
pub(super) fn page(
    connection: &Connection,
    match_id: i64,
    page: &PageRequest,
) -> Result<Vec<OccurrenceView>> {
    let mut occurrences = list(connection, match_id, page)?;
    for occurrence in &mut occurrences {
        occurrence.witnesses = witnesses(connection, match_id, occurrence)?;
    }
    Ok(occurrences)
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
