//! Matches, newest first.

use ingest_api::{MatchView, StandingCounts};
use rusqlite::{OptionalExtension, Row, params};

use super::{Cursor, Looked, PageRequest, VISIBLE, Viewer, cut};
use crate::{
    Result, Store,
    columns::{count_column, time_column},
};

const COLUMNS: &str = "m.match_id, m.key, m.game, m.started_at_ms, m.revision,
    m.sealed_at_ms IS NOT NULL AS sealed,
    (SELECT count(*) FROM match_device d WHERE d.match_id = m.match_id) AS devices,
    (SELECT count(*) FROM old_occurrence o WHERE o.match_id = m.match_id) AS occurrences";

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

    /// The matches that `viewer` may see.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn matches(&self, viewer: Viewer, page: &PageRequest) -> Result<MatchPage> {
        let sql = format!(
            "SELECT {COLUMNS} FROM game_match m
             WHERE {VISIBLE} AND (?2 IS NULL OR (m.started_at_ms, m.match_id) < (?2, ?3))
             ORDER BY m.started_at_ms DESC, m.match_id DESC LIMIT ?4"
        );
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
        Ok(match self.match_row(viewer, key)? {
            Some(row) => Looked::Found(row.view),
            None => Looked::Unknown,
        })
    }

    /// What association has made.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn association_figures(&self) -> Result<AssociationFigures> {
        Ok(AssociationFigures::default())
    }

    pub(super) fn match_row(&self, viewer: Viewer, key: &str) -> Result<Option<MatchRow>> {
        let sql = format!("SELECT {COLUMNS} FROM game_match m WHERE {VISIBLE} AND m.key = ?2");
        let row = self
            .index
            .get()?
            .prepare_cached(&sql)?
            .query_row(params![viewer.restriction(), key], read)
            .optional()?;
        Ok(row)
    }
}

impl MatchRow {
    fn cursor(&self) -> Cursor {
        let at_ms = self.view.started_at.map_or(0, |time| time.unix_ms());
        Cursor { at_ms, match_clock_ms: 0, id: self.match_id.to_string() }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<MatchRow> {
    Ok(MatchRow {
        match_id: row.get("match_id")?,
        view: MatchView {
            key: row.get("key")?,
            game: row.get("game")?,
            started_at: Some(time_column(row, "started_at_ms")?),
            devices: count_column(row, "devices")?,
            occurrences: count_column(row, "occurrences")?,
            revision: count_column(row, "revision")?,
            sealed: row.get("sealed")?,
            reports: 0,
            late: 0,
            overflow: 0,
            standing: StandingCounts::default(),
            deduplication: None,
            keys: None,
            flags: None,
        },
    })
}
