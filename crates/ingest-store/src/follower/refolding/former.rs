//! What the ids of a match led to before it was folded again.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use crate::{Result, follower::open_match::ReportState};

/// Ids that were given, and what they led to.
#[derive(Default)]
pub(super) struct Former {
    match_id: i64,
    /// Each with the number of its occurrence, which is the place of its founder.
    ids: Vec<([u8; 16], i64)>,
    /// Where each event was.
    seats: BTreeMap<i64, i64>,
    occurrences: BTreeSet<i64>,
}

/// Tables that are filled again.
const FILLED_AGAIN: [&str; 10] = [
    "report",
    "occurrence",
    "occurrence_alias",
    "stream",
    "match_name",
    "match_batch",
    "match_device",
    "match_state",
    "player_match",
    "change",
];

impl Former {
    pub(super) fn read(index: &Connection, match_id: i64) -> Result<Self> {
        let mut former = Self { match_id, ..Self::default() };
        let sql = "SELECT occurrence_id, occurrence_no FROM occurrence_alias WHERE match_id = ?1";
        let mut statement = index.prepare_cached(sql)?;
        let mut rows = statement.query([match_id])?;
        while let Some(row) = rows.next()? {
            former.ids.push((row.get(0)?, row.get(1)?));
        }
        let sql = "SELECT position, occurrence_no FROM report
                   WHERE match_id = ?1 AND occurrence_no IS NOT NULL";
        let mut statement = index.prepare_cached(sql)?;
        let mut rows = statement.query([match_id])?;
        while let Some(row) = rows.next()? {
            former.seats.insert(row.get(0)?, row.get(1)?);
        }
        let sql = "SELECT occurrence_no FROM occurrence WHERE match_id = ?1";
        let mut statement = index.prepare_cached(sql)?;
        let mut rows = statement.query([match_id])?;
        while let Some(row) = rows.next()? {
            former.occurrences.insert(row.get(0)?);
        }
        Ok(former)
    }

    /// Deletes all that is filled again. Its changes too: who follows them is told
    /// all anew.
    pub(super) fn clear(&self, index: &Connection) -> Result<()> {
        for table in FILLED_AGAIN {
            let sql = format!("DELETE FROM {table} WHERE match_id = ?1");
            index.prepare_cached(&sql)?.execute([self.match_id])?;
        }
        Ok(())
    }

    /// Has the former ids lead to where the events are now that were beside their
    /// founders.
    pub(super) fn lead_on(&self, index: &Connection) -> Result<()> {
        let sql = "DELETE FROM change WHERE match_id = ?1";
        index.prepare_cached(sql)?.execute([self.match_id])?;
        let mut beside: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (position, occurrence) in &self.seats {
            beside.entry(*occurrence).or_default().push(*position);
        }
        for (id, founder) in &self.ids {
            let sql = "INSERT INTO occurrence_alias (match_id, occurrence_id, occurrence_no)
                       VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            index.prepare_cached(sql)?.execute(params![self.match_id, id, founder])?;
            if self.seat(index, *founder)?.is_some() {
                continue;
            }
            let was = self.occurrences.get(founder).or_else(|| self.seats.get(founder));
            let others = was.and_then(|occurrence| beside.get(occurrence));
            for other in others.into_iter().flatten() {
                if let Some(Some(now)) = self.seat(index, *other)? {
                    self.stand_in(index, *founder, now)?;
                    break;
                }
            }
        }
        Ok(())
    }

    /// The occurrence of an event that has a row.
    fn seat(&self, index: &Connection, position: i64) -> Result<Option<Option<i64>>> {
        let sql = "SELECT occurrence_no FROM report WHERE match_id = ?1 AND position = ?2";
        let mut statement = index.prepare_cached(sql)?;
        let values = params![self.match_id, position];
        Ok(statement.query_row(values, |row| row.get(0)).optional()?)
    }

    /// Writes a row that tells nothing and through which an id leads.
    fn stand_in(&self, index: &Connection, founder: i64, occurrence: i64) -> Result<()> {
        let sql = "INSERT INTO report (match_id, position, occurrence_no, state, stream_no,
                       event_id, batch_no, at_ms, good, told)
                   VALUES (?1, ?2, ?3, ?4, -1, X'', 0, 0, 0, X'')";
        let state = ReportState::Erased as u8;
        let values = params![self.match_id, founder, occurrence, state];
        index.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}
