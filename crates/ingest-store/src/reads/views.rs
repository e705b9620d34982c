//! Occurrences as they are shown, several at a time: with all their witnesses in
//! one query, however many of them a page has.

use std::collections::HashMap;

use ingest_api::{OccurrenceView, Standing, WitnessView};
use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::PageRequest;
use crate::{
    Result,
    columns::{count_column, event_id_column, time_column, uuid_column},
};

const COLUMNS: &str = "occurrence_no, occurrence_id, kind, actors, round, match_clock_ms, at_ms,
    confidence, standing, seen_by, expected, linked, revision, late, details";

/// Bytes of details from which a page is full, however few occurrences it has: of
/// one event they may be as many as a whole page should have.
const PAGE_BYTES: usize = 2 * 1024 * 1024;

/// The witnesses of several occurrences at once.
pub(super) const WITNESSES: &str =
    "SELECT r.occurrence_no, r.position, s.device, s.account, r.event_id, r.at_ms,
                      r.state = 1 AS late
               FROM report r JOIN stream s USING (match_id, stream_no)
               WHERE r.match_id = ?1 AND r.state IN (0, 1, 3)
                     AND r.occurrence_no IN (SELECT value FROM json_each(?2))
               ORDER BY r.occurrence_no, s.device, r.position";

/// An occurrence as it stands.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// Its number in the match.
    pub(super) no: i64,
    pub(super) view: OccurrenceView,
    /// Log positions of the witnesses' events, in their order.
    pub(super) positions: Vec<i64>,
    linked: Vec<i64>,
}

impl Shown {
    /// The witness whose event stands there in the log, if it is one of its.
    pub(super) fn witness(&self, position: i64) -> Option<&WitnessView> {
        let index = self.positions.iter().position(|one| *one == position)?;
        self.view.witnesses.get(index)
    }
}

/// A page of a match's occurrences, and whether there are more behind it.
pub(super) fn page(
    connection: &Connection,
    match_id: i64,
    page: &PageRequest,
) -> Result<(Vec<Shown>, bool)> {
    let sql = format!(
        "SELECT {COLUMNS} FROM occurrence
         WHERE match_id = ?1 AND (?2 IS NULL
               OR (at_ms, ifnull(match_clock_ms, 0), occurrence_id) > (?2, ?3, ?4))
         ORDER BY at_ms, ifnull(match_clock_ms, 0), occurrence_id LIMIT ?5"
    );
    let after = page.after.as_ref();
    let which = (
        match_id,
        after.map(|cursor| cursor.at_ms),
        after.map(|cursor| cursor.match_clock_ms),
        after.and_then(|cursor| Uuid::try_parse(&cursor.id).ok()).map(Uuid::into_bytes),
        page.limit.saturating_add(1),
    );
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let (mut shown, mut bytes, mut more) = (Vec::new(), 0, false);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(which)?;
    while let Some(row) = rows.next()? {
        if shown.len() >= limit || bytes >= PAGE_BYTES {
            more = true;
            break;
        }
        bytes += row.get_ref("details")?.as_str().map_or(0, str::len);
        shown.push(read(row)?);
    }
    complete(connection, match_id, &mut shown)?;
    Ok((shown, more))
}

/// The occurrences of these numbers, of those that there are.
pub(super) fn named(connection: &Connection, match_id: i64, numbers: &[i64]) -> Result<Vec<Shown>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM occurrence
         WHERE match_id = ?1 AND occurrence_no IN (SELECT value FROM json_each(?2))"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let shown = statement.query_map((match_id, list(numbers)), read)?;
    let mut shown = shown.collect::<rusqlite::Result<Vec<_>>>()?;
    complete(connection, match_id, &mut shown)?;
    Ok(shown)
}

/// Adds what is in other rows than theirs.
fn complete(connection: &Connection, match_id: i64, shown: &mut [Shown]) -> Result<()> {
    add_witnesses(connection, match_id, shown)?;
    add_links(connection, match_id, shown)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Shown> {
    let linked: Option<String> = row.get("linked")?;
    let view = OccurrenceView {
        id: uuid_column(row, "occurrence_id")?,
        kind: row.get("kind")?,
        actors: json_column(row, "actors")?,
        round: row.get("round")?,
        match_clock_ms: row.get("match_clock_ms")?,
        at: Some(time_column(row, "at_ms")?),
        confidence: row.get("confidence")?,
        standing: standing(row.get("standing")?),
        seen_by: count_column(row, "seen_by")?,
        expected: count_column(row, "expected")?,
        revision: count_column(row, "revision")?,
        late: row.get("late")?,
        linked: Vec::new(),
        details: json_column(row, "details")?,
        witnesses: Vec::new(),
    };
    let linked = linked.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(Shown { no: row.get("occurrence_no")?, view, positions: Vec::new(), linked })
}

/// As `occurrence.standing` writes it.
fn standing(number: i64) -> Standing {
    match number {
        1 => Standing::Supported,
        2 => Standing::Confirmed,
        3 => Standing::Contradicted,
        _ => Standing::Lone,
    }
}

fn add_witnesses(connection: &Connection, match_id: i64, shown: &mut [Shown]) -> Result<()> {
    let index_of = index_of(shown);
    let numbers: Vec<i64> = index_of.keys().copied().collect();
    let mut statement = connection.prepare_cached(WITNESSES)?;
    let mut rows = statement.query(params![match_id, list(&numbers)])?;
    while let Some(row) = rows.next()? {
        let Some(index) = index_of.get(&row.get(0)?) else { continue };
        shown[*index].positions.push(row.get("position")?);
        shown[*index].view.witnesses.push(WitnessView {
            device: uuid_column(row, "device")?,
            event_id: event_id_column(row, "event_id")?,
            account: row.get("account")?,
            at: Some(time_column(row, "at_ms")?),
            late: row.get("late")?,
        });
    }
    Ok(())
}

fn add_links(connection: &Connection, match_id: i64, shown: &mut [Shown]) -> Result<()> {
    let linked: Vec<i64> = shown.iter().flat_map(|shown| shown.linked.clone()).collect();
    if linked.is_empty() {
        return Ok(());
    }
    let sql = "SELECT occurrence_no, occurrence_id FROM occurrence
               WHERE match_id = ?1 AND occurrence_no IN (SELECT value FROM json_each(?2))";
    let mut statement = connection.prepare_cached(sql)?;
    let ids = statement.query_map(params![match_id, list(&linked)], |row| {
        Ok((row.get(0)?, uuid_column(row, "occurrence_id")?))
    })?;
    let ids = ids.collect::<rusqlite::Result<HashMap<i64, Uuid>>>()?;
    for shown in shown {
        let there = shown.linked.iter().filter_map(|no| ids.get(no).copied());
        shown.view.linked = there.collect();
    }
    Ok(())
}

fn index_of(shown: &[Shown]) -> HashMap<i64, usize> {
    shown.iter().enumerate().map(|(index, shown)| (shown.no, index)).collect()
}

/// Numbers as one parameter, for `json_each`.
pub(super) fn list(numbers: &[i64]) -> String {
    serde_json::to_string(numbers).unwrap_or_default()
}

pub(super) fn json_column<T: DeserializeOwned>(row: &Row<'_>, name: &str) -> rusqlite::Result<T> {
    serde_json::from_str(&row.get::<_, String>(name)?).map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(0, kind, Box::new(error))
    })
}
