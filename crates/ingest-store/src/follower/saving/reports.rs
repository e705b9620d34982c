//! Rows of events.

use std::collections::{BTreeSet, HashMap};

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
    pub(super) fn reports(
        &self,
        of: &mut OpenMatch,
        rows: &Rows,
        changes: &[Change],
    ) -> Result<()> {
        let seats: HashMap<LogNo, &ReportRow> =
            rows.reports.iter().map(|row| (row.no, row)).collect();
        let hollow = self.hollow(of, rows, changes)?;
        of.has_hollow |= !hollow.is_empty();
        for (no, pending) in &of.pending {
            let seat = match seats.get(no) {
                Some(row) => Seat::Taken(row),
                None if hollow.contains(no) => Seat::Hollow,
                None => Seat::None,
            };
            self.came(of, *no, pending, seat)?;
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
            self.went(of, *no, hollow.contains(no))?;
        }
        Ok(())
    }

    /// Of those that are too much now: which founded an id, and left others where they
    /// were.
    ///
    /// By what changed, since that is the same wherever a step ends.
    fn hollow(&self, of: &OpenMatch, rows: &Rows, changes: &[Change]) -> Result<BTreeSet<LogNo>> {
        let mut hollow = BTreeSet::new();
        if rows.gone.is_empty() {
            return Ok(hollow);
        }
        let sql = "SELECT 1 FROM occurrence_alias WHERE match_id = ?1 AND occurrence_no = ?2";
        let mut founded = self.index.prepare_cached(sql)?;
        for change in changes {
            if let Change::Unwitnessed { report, .. } = change
                && founded.exists(params![of.match_id, signed(report.0)])?
            {
                hollow.insert(*report);
            }
        }
        Ok(hollow)
    }

    fn came(&self, of: &OpenMatch, no: LogNo, pending: &Pending, seat: Seat<'_>) -> Result<()> {
        let read = &self.source.reads[pending.read];
        let (state, occurrence, published) = match (pending.state, &seat) {
            (ReportState::Alone, _) => (ReportState::Alone, Some(no.0), None),
            (ReportState::Silent, _) => (ReportState::Silent, None, None),
            (_, Seat::Taken(row)) => (seated(row), Some(row.occurrence.0), row.published),
            // It came, and was too much before the step was over.
            (_, Seat::Hollow) => (ReportState::Overflow, None, Some(HOLLOW)),
            (_, Seat::None) => return Ok(()),
        };
        let told = if let Seat::Taken(row) = &seat { &row.told[..] } else { &[] };
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
            published,
            told,
        ])?;
        Ok(())
    }

    /// Takes the row of one that is too much now. One that is hollow stays without
    /// what it told, so that its id leads on.
    fn went(&self, of: &OpenMatch, no: LogNo, is_hollow: bool) -> Result<()> {
        let (position, erased) = (signed(no.0), ReportState::Erased as u8);
        if is_hollow {
            let sql = "UPDATE report SET state = ?3, published = ?4, told = X''
                       WHERE match_id = ?1 AND position = ?2 AND state <> ?5";
            let state = ReportState::Overflow as u8;
            let values = params![of.match_id, position, state, HOLLOW, erased];
            self.index.prepare_cached(sql)?.execute(values)?;
        } else {
            let sql = "DELETE FROM report WHERE match_id = ?1 AND position = ?2 AND state <> ?3";
            let values = params![of.match_id, position, erased];
            self.index.prepare_cached(sql)?.execute(values)?;
        }
        Ok(())
    }

    /// Where the ids of reports that are no more lead now: to where their founder was
    /// last, and on with that.
    pub(super) fn lead_on(&self, of: &OpenMatch, changes: &[Change]) -> Result<()> {
        let left = "UPDATE report SET occurrence_no = ?3
                    WHERE match_id = ?1 AND position = ?2 AND state IN (2, 5)";
        let ended = "UPDATE report SET occurrence_no = ?3
                     WHERE match_id = ?1 AND occurrence_no = ?2 AND state IN (2, 5)";
        for change in changes {
            let (sql, no, to) = match change {
                Change::Unwitnessed { occurrence, report } => {
                    (left, report.0, Some(signed(occurrence.0)))
                }
                Change::Merged { occurrence, into } => (ended, occurrence.0, Some(signed(into.0))),
                Change::Retracted { occurrence } => (ended, occurrence.0, None),
                Change::Created { .. }
                | Change::Witnessed { .. }
                | Change::Split { .. }
                | Change::Retimed { .. }
                | Change::Moved
                | Change::Sealed
                | Change::Reopened => continue,
            };
            self.index.prepare_cached(sql)?.execute(params![of.match_id, signed(no), to])?;
        }
        Ok(())
    }
}

/// The how-manieth id of its match a hollow report founded: nobody asks any more.
const HOLLOW: u32 = 0;

/// Where a report is that came.
enum Seat<'r> {
    Taken(&'r ReportRow),
    /// It is too much, and an id leads through it.
    Hollow,
    None,
}

fn seated(row: &ReportRow) -> ReportState {
    if row.is_late { ReportState::Late } else { ReportState::Witness }
}
