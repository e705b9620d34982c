//! Rows of events.

use std::collections::HashMap;

use association::{Change, LogNo, ReportRow, Rows};
use rusqlite::params;

use super::Saving;
use crate::{
    Result,
    columns::{event_id, quality, signed},
    follower::open_match::{OpenMatch, Pending, ReportState},
};

impl Saving<'_> {
    /// Writes those that came, and those that are elsewhere now.
    pub(super) fn reports(&self, of: &mut OpenMatch, rows: &Rows) -> Result<()> {
        let seats: HashMap<LogNo, &ReportRow> =
            rows.reports.iter().map(|row| (row.no, row)).collect();
        for (no, pending) in &of.pending {
            self.came(of, *no, pending, seats.get(no).copied())?;
        }
        let sql = "UPDATE report SET occurrence_no = ?3, state = ?4, published = ?5
                   WHERE match_id = ?1 AND position = ?2";
        for row in rows.reports.iter().filter(|row| !of.pending.contains_key(&row.no)) {
            self.index.prepare_cached(sql)?.execute(params![
                of.match_id,
                signed(row.no.0),
                signed(row.occurrence.0),
                seated(row) as u8,
                row.published,
            ])?;
        }
        if std::mem::take(&mut of.is_renumbered) {
            let sql = "UPDATE report SET told = ?3 WHERE match_id = ?1 AND position = ?2";
            for row in rows.reports.iter().filter(|row| !of.pending.contains_key(&row.no)) {
                let values = params![of.match_id, signed(row.no.0), row.told];
                self.index.prepare_cached(sql)?.execute(values)?;
            }
        }
        for no in rows.gone.iter().filter(|no| !of.pending.contains_key(no)) {
            of.has_hollow |= self.went(of, rows, *no)?;
        }
        Ok(())
    }

    fn came(
        &self,
        of: &OpenMatch,
        no: LogNo,
        pending: &Pending,
        seat: Option<&ReportRow>,
    ) -> Result<()> {
        let read = &self.source.reads[pending.read];
        let (state, occurrence) = match (pending.state, seat) {
            (ReportState::Alone, _) => (ReportState::Alone, Some(no.0)),
            (ReportState::Silent, _) => (ReportState::Silent, None),
            (_, Some(row)) => (seated(row), Some(row.occurrence.0)),
            // It came, and was too much before the step was over.
            (_, None) => return Ok(()),
        };
        let subject = Some(&read.told.subject).filter(|subject| ***subject != of.key);
        let sql = "INSERT INTO report (match_id, position, occurrence_no, state, stream_no,
                       event_id, batch_no, kind, subject, at_ms, good, published, told)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        self.index.prepare_cached(sql)?.execute(params![
            of.match_id,
            signed(no.0),
            occurrence.map(signed),
            state as u8,
            pending.stream_no,
            event_id(&read.told.event_id),
            read.batch_no,
            read.told.kind.map(event_model::Kind::as_str),
            subject,
            read.corrected.at.unix_ms(),
            quality::is_good(read.corrected.quality),
            seat.and_then(|row| row.published),
            seat.map_or(&[][..], |row| &row.told),
        ])?;
        Ok(())
    }

    /// Takes the row of one that is too much now. Where an occurrence has its
    /// number it stays without what it told, so that the number leads on;
    /// whether it did.
    fn went(&self, of: &OpenMatch, rows: &Rows, no: LogNo) -> Result<bool> {
        let names_one = |no: LogNo| {
            let founded = association::OccurrenceNo::of_founder(no);
            let is_new = || rows.occurrences.iter().any(|row| row.no == founded);
            (of.shown.contains_key(&founded) || is_new()) && !rows.ended.contains(&founded)
        };
        if names_one(no) {
            let sql = "UPDATE report SET state = ?3, occurrence_no = ?2, told = X''
                       WHERE match_id = ?1 AND position = ?2 AND state <> ?4";
            let values = params![
                of.match_id,
                signed(no.0),
                ReportState::Overflow as u8,
                ReportState::Erased as u8
            ];
            self.index.prepare_cached(sql)?.execute(values)?;
            return Ok(true);
        }
        let sql = "DELETE FROM report WHERE match_id = ?1 AND position = ?2 AND state <> ?3";
        let values = params![of.match_id, signed(no.0), ReportState::Erased as u8];
        self.index.prepare_cached(sql)?.execute(values)?;
        Ok(false)
    }

    /// Where the numbers of reports that are no more lead now.
    pub(super) fn lead_on(&self, of: &OpenMatch, changes: &[Change]) -> Result<()> {
        let sql = "UPDATE report SET occurrence_no = ?3
                   WHERE match_id = ?1 AND occurrence_no = ?2 AND state IN (2, 5)";
        for change in changes {
            let (from, to) = match change {
                Change::Merged { occurrence, into } => (occurrence, Some(signed(into.0))),
                Change::Retracted { occurrence } => (occurrence, None),
                Change::Created { .. }
                | Change::Witnessed { .. }
                | Change::Unwitnessed { .. }
                | Change::Split { .. }
                | Change::Retimed { .. }
                | Change::Moved
                | Change::Sealed
                | Change::Reopened => continue,
            };
            self.index.prepare_cached(sql)?.execute(params![of.match_id, signed(from.0), to])?;
        }
        Ok(())
    }
}

fn seated(row: &ReportRow) -> ReportState {
    if row.is_late { ReportState::Late } else { ReportState::Witness }
}
