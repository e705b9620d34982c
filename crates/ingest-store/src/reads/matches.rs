//! Matches, newest first.

use ingest_api::{MatchView, StandingCounts};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Cursor, Looked, PageRequest, Viewer, cut, viewer};
use crate::{
    Result, Store,
    columns::{count_column, time_column},
    index, store,
};

const COLUMNS: &str = "m.match_id, m.key, m.game, m.started_at_ms, m.revision,
    m.sealed_at_ms IS NOT NULL AS sealed, m.reports, m.late, m.overflow,
    m.confirmed, m.supported, m.lone, m.contradicted, m.flags,
    (SELECT count(*) FROM match_device d WHERE d.match_id = m.match_id) AS devices,
    m.occurrences";

/// Keys of one match that are shown: as many sessions as ten devices make that
/// each begin anew a hundred times.
const KEYS_MAX: i64 = 1_000;

/// One page of matches.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchPage {
    /// Newest first.
    pub matches: Vec<MatchView>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

/// What association has made, all matches together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AssociationFigures {
    /// Matches that are not sealed.
    pub matches_open: u64,
    /// Those that are.
    pub matches_sealed: u64,
    /// Events that express occurrences.
    pub reports: u64,
    /// What they express.
    pub occurrences: u64,
}

pub(super) struct MatchRow {
    pub(super) match_id: i64,
    flags: String,
    pub(super) view: MatchView,
}

impl Store {
    /// Position in the log up to which association has folded in.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn associated_through(&self) -> Result<u64> {
        let sql = "SELECT associated_through FROM follow";
        let mut statement = self.index.get()?.prepare_cached(sql)?;
        Ok(statement.query_row([], |row| count_column(row, "associated_through"))?)
    }

    /// Whether the index tells all that it told before it was lost, if it was:
    /// it is made anew from the log, and meanwhile lacks matches that are there.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn is_index_whole(&self) -> Result<bool> {
        // Its name may be another than when it was opened.
        let id = store::read_id(&self.connection)?;
        index::is_whole(self.index.get()?, &self.connection, id)
    }

    /// The matches that `viewer` may see.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn matches(&self, viewer: Viewer, page: &PageRequest) -> Result<MatchPage> {
        let sql = listing(viewer);
        let after = page.after.as_ref();
        let mut rows = self
            .index
            .get()?
            .prepare_cached(&sql)?
            .query_map(
                params![
                    viewer.restriction(),
                    after.map(|cursor| cursor.at_ms),
                    after.and_then(|cursor| cursor.id.parse::<i64>().ok()),
                    page.limit.saturating_add(1),
                ],
                read,
            )?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let next = cut(&mut rows, page.limit).map(MatchRow::cursor);
        Ok(MatchPage { matches: rows.into_iter().map(|row| row.view).collect(), next })
    }

    /// One match, if there is one and `viewer` may see it.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn match_view(&self, viewer: Viewer, key: &str) -> Result<Looked<MatchView>> {
        let snapshot = self.index.get()?.unchecked_transaction()?;
        self.match_row(viewer, key)?.try_map(|row| {
            let flags = row.flags.split_whitespace().map(str::to_owned).collect();
            let keys = keys(&snapshot, row.match_id, &row.view.key)?;
            Ok(MatchView { keys: Some(keys), flags: Some(flags), ..row.view })
        })
    }

    /// What association has made.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn association_figures(&self) -> Result<AssociationFigures> {
        let sql = "SELECT open, sealed, reports, occurrences FROM total";
        let mut statement = self.index.get()?.prepare_cached(sql)?;
        Ok(statement.query_row([], |row| {
            Ok(AssociationFigures {
                matches_open: count_column(row, "open")?,
                matches_sealed: count_column(row, "sealed")?,
                reports: count_column(row, "reports")?,
                occurrences: count_column(row, "occurrences")?,
            })
        })?)
    }

    /// The match that a key leads to, under whichever key it has now.
    pub(super) fn match_row(&self, viewer: Viewer, key: &str) -> Result<Looked<MatchRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM game_match m
             WHERE {} AND m.match_id = (SELECT k.match_id FROM match_key k WHERE k.key = ?2)",
            viewer::visible()
        );
        let row = self
            .index
            .get()?
            .prepare_cached(&sql)?
            .query_row(params![viewer.restriction(), key], read)
            .optional()?;
        Ok(match row {
            Some(row) if row.view.key == key => Looked::Found(row),
            Some(row) => Looked::Moved(row.view.key),
            None => Looked::Unknown,
        })
    }
}

/// The query of a page. Readers follow the order of time; a device's own matches
/// are few among all, so they are looked up first.
fn listing(viewer: Viewer) -> String {
    let which = match viewer {
        Viewer::Reader => "game_match m WHERE ?1 IS NULL".to_owned(),
        Viewer::Device(_) => format!(
            "match_device d CROSS JOIN game_match m USING (match_id)
             WHERE d.device = ?1 AND {}",
            viewer::readable()
        ),
    };
    format!(
        "SELECT {COLUMNS} FROM {which} AND m.moved_to IS NULL
               AND (?2 IS NULL OR (m.started_at_ms, m.match_id) < (?2, ?3))
         ORDER BY m.started_at_ms DESC, m.match_id DESC LIMIT ?4"
    )
}

/// Every key that leads to a match, its own first.
fn keys(connection: &Connection, match_id: i64, own: &str) -> Result<Vec<String>> {
    let sql = "SELECT key FROM match_key WHERE match_id = ?1 AND key <> ?2 ORDER BY key LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let others = statement.query_map(params![match_id, own, KEYS_MAX], |row| row.get(0))?;
    let own = std::iter::once(Ok(own.to_owned()));
    Ok(own.chain(others).collect::<rusqlite::Result<_>>()?)
}

impl MatchRow {
    fn cursor(&self) -> Cursor {
        let at_ms = self.view.started_at.map_or(0, |time| time.unix_ms());
        Cursor { at_ms, match_clock_ms: 0, id: self.match_id.to_string() }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<MatchRow> {
    let (reports, occurrences) = (count_column(row, "reports")?, count_column(row, "occurrences")?);
    Ok(MatchRow {
        match_id: row.get("match_id")?,
        flags: row.get("flags")?,
        view: MatchView {
            key: row.get("key")?,
            game: row.get("game")?,
            started_at: Some(time_column(row, "started_at_ms")?),
            devices: count_column(row, "devices")?,
            occurrences,
            revision: count_column(row, "revision")?,
            sealed: row.get("sealed")?,
            reports,
            late: count_column(row, "late")?,
            overflow: count_column(row, "overflow")?,
            standing: StandingCounts {
                confirmed: count_column(row, "confirmed")?,
                supported: count_column(row, "supported")?,
                lone: count_column(row, "lone")?,
                contradicted: count_column(row, "contradicted")?,
            },
            deduplication: deduplication(reports, occurrences),
            keys: None,
            flags: None,
        },
    })
}

/// Events for each occurrence, to two decimals.
fn deduplication(reports: u64, occurrences: u64) -> Option<f64> {
    let hundredths = reports.saturating_mul(100).saturating_add(occurrences / 2);
    let hundredths = u32::try_from(hundredths.checked_div(occurrences)?).unwrap_or(u32::MAX);
    Some(f64::from(hundredths) / 100.0)
}

#[cfg(test)]
mod tests {
    use event_model::DeviceId;
    use rusqlite::Connection;
    use uuid::Uuid;

    use super::*;

    fn plan(viewer: Viewer) -> String {
        let index = Connection::open_in_memory().unwrap();
        index.execute_batch(include_str!("../index.sql")).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", listing(viewer));
        let mut statement = index.prepare(&sql).unwrap();
        let none = None::<i64>;
        let rows = statement.query_map((none, none, none, 9), |row| row.get::<_, String>(3));
        rows.unwrap().collect::<rusqlite::Result<Vec<_>>>().unwrap().join("\n")
    }

    #[test]
    fn a_reader_s_list_ends_with_its_page_and_a_device_s_begins_with_its_own() {
        let reader = plan(Viewer::Reader);
        assert!(reader.contains("game_match_newest") && !reader.contains("B-TREE"), "{reader}");
        let device = plan(Viewer::Device(DeviceId(Uuid::nil())));
        assert!(device.contains("match_device_by_device"), "{device}");
        assert!(!device.contains("SCAN"), "{device}");
    }
}
