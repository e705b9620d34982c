//! What changed of a match, written down: once a step, not once an event.

mod occurrences;
mod players;
mod reports;

use std::{cell::RefCell, collections::HashMap};

use association::{Change, Changes, Occurrence, OccurrenceNo, Rows};
use rusqlite::{Transaction, params};

use super::{
    Counted,
    open_match::OpenMatch,
    reading::{Read, Source},
    sessions::OpenSession,
};
use crate::{
    Result, changes,
    columns::{quality, signed},
};

/// Where matches are written.
pub(super) struct Saving<'s> {
    pub(super) index: &'s Transaction<'s>,
    pub(super) source: &'s Source<'s>,
    pub(super) counted: RefCell<Counted>,
}

/// What is to be written of a match, as far as it needs no database.
pub(super) struct Prepared {
    rows: Rows,
    changes: Changes,
    /// Those of the rows, in their order.
    occurrences: Vec<Occurrence>,
}

impl Prepared {
    /// Folds in what waits for a match, and takes what changed of it.
    pub(super) fn of(of: &mut OpenMatch, reads: &[Read<'_>]) -> Self {
        of.settle(reads);
        of.place_ends();
        of.is_changed = false;
        let (rows, changes) = (of.state.take_rows(), of.state.take_changes());
        let names: Vec<OccurrenceNo> = rows.occurrences.iter().map(|row| row.no).collect();
        let occurrences = of.state.occurrences_named(&names);
        Self { rows, changes, occurrences }
    }
}

/// The name of a change, for whoever counts them.
fn name(change: &Change) -> &'static str {
    match change {
        Change::Created { .. } => "created",
        Change::Witnessed { .. } => "witnessed",
        Change::Unwitnessed { .. } => "unwitnessed",
        Change::Merged { .. } => "merged",
        Change::Split { .. } => "split",
        Change::Retimed { .. } => "retimed",
        Change::Retracted { .. } => "retracted",
        Change::Moved => "moved",
        Change::Sealed => "sealed",
        Change::Reopened => "reopened",
    }
}

impl<'s> Saving<'s> {
    pub(super) fn new(index: &'s Transaction<'s>, source: &'s Source<'s>) -> Self {
        Self { index, source, counted: RefCell::default() }
    }

    /// Folds in what waits for a match, and writes down what changed since it was
    /// last written, and all that its sessions have heard.
    pub(super) fn save_all(&self, of: &mut OpenMatch) -> Result<()> {
        of.settle(self.source.reads);
        of.save_sessions(self.index)?;
        self.save(of)
    }

    /// Writes down what changed of a match since it was last written.
    pub(super) fn save(&self, of: &mut OpenMatch) -> Result<()> {
        if of.is_to_write() {
            let prepared = Prepared::of(of, self.source.reads);
            self.write(of, prepared)?;
        }
        Ok(())
    }

    /// Writes down what was prepared.
    pub(super) fn write(&self, of: &mut OpenMatch, prepared: Prepared) -> Result<()> {
        let Prepared { rows, changes, occurrences } = prepared;
        {
            let mut counted = self.counted.borrow_mut();
            counted.overflow += std::mem::take(&mut of.overflowed);
            for change in &changes.changes {
                *counted.changes.entry(name(change)).or_default() += 1;
            }
        }
        self.streams(of)?;
        // Before rows go: one may have begun an occurrence since, and be too much.
        self.aliases(of, &changes.changes)?;
        self.reports(of, &rows, &changes.changes)?;
        self.names(of, &rows)?;
        if of.has_hollow {
            self.lead_on(of, &changes.changes)?;
        }
        let revisions = last_revisions(changes.numbered().map(|(no, change)| (no.0, change)));
        self.occurrences(of, &rows, &occurrences, &revisions)?;
        of.pending.clear();
        changes::append(self.index, of.match_id, changes.first.0, &changes.changes)?;
        self.devices(of)?;
        if of.sessions.values().any(OpenSession::is_long_unwritten) {
            of.save_sessions(self.index)?;
        }
        self.batches(of)?;
        self.whole(of, &rows.whole)?;
        self.game_match(of)
    }

    fn streams(&self, of: &mut OpenMatch) -> Result<()> {
        let sql = "INSERT INTO stream (match_id, stream_no, device, account)
                   VALUES (?1, ?2, ?3, ?4)";
        for ((device, account), stream) in &mut of.streams {
            if std::mem::take(&mut stream.is_new) {
                let values = params![of.match_id, stream.no, device.0.as_bytes(), account];
                self.index.prepare_cached(sql)?.execute(values)?;
            }
        }
        Ok(())
    }

    fn names(&self, of: &OpenMatch, rows: &Rows) -> Result<()> {
        let sql = "INSERT INTO match_name (match_id, name_key, name) VALUES (?1, ?2, ?3)
                   ON CONFLICT DO NOTHING";
        for (key, name) in &rows.names {
            let values = params![of.match_id, key.0.cast_signed(), name.as_ref()];
            self.index.prepare_cached(sql)?.execute(values)?;
        }
        Ok(())
    }

    fn devices(&self, of: &mut OpenMatch) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO match_device (match_id, device, ended_at_ms,
                       ended_outbox, ended_sequence, left_no, left_received_ms, left_told_ms,
                       left_at_ms, goes_on)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        for (device, part) in &mut of.devices {
            if std::mem::take(&mut part.is_changed) {
                let ended = part.ended;
                self.index.prepare_cached(sql)?.execute(params![
                    of.match_id,
                    device.0.as_bytes(),
                    ended.map(|end| end.at_ms),
                    ended.and_then(|end| end.outbox).map(|outbox| outbox.0.into_bytes()),
                    ended.and_then(|end| end.sequence).map(signed),
                    part.left.map(|left| signed(left.no.0)),
                    part.left.map(|left| left.received_ms),
                    part.left.map(|left| left.told_ms),
                    part.left.map(|left| left.at_ms),
                    part.goes_on,
                ])?;
            }
        }
        Ok(())
    }

    fn batches(&self, of: &mut OpenMatch) -> Result<()> {
        let sql = "INSERT INTO match_batch (match_id, batch_no) VALUES (?1, ?2)
                   ON CONFLICT DO NOTHING";
        for batch_no in of.batches.drain(..) {
            self.index.prepare_cached(sql)?.execute(params![of.match_id, batch_no])?;
        }
        Ok(())
    }

    fn whole(&self, of: &OpenMatch, whole: &[u8]) -> Result<()> {
        let sql = "INSERT INTO match_state (match_id, whole, last_position) VALUES (?1, ?2, ?3)
                   ON CONFLICT DO UPDATE SET whole = excluded.whole,
                       last_position = excluded.last_position";
        let values = params![of.match_id, whole, signed(of.last_position)];
        self.index.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    fn game_match(&self, of: &OpenMatch) -> Result<()> {
        let counts = of.state.counts();
        let mut by_standing = [0_i64; 4];
        for shown in of.shown.values() {
            by_standing[usize::from(shown.standing.min(3))] += 1;
        }
        let [lone, supported, confirmed, contradicted] = by_standing;
        let sql = "UPDATE game_match SET started_at_ms = ?2, started_quality = ?3, revision = ?4,
                       sealed_at_ms = ?5, sealed_through = ?6, open_since_ms = ?7,
                       last_received_ms = ?8, all_ended_ms = ?9, reports = ?10, late = ?11,
                       overflow = ?12, apart = ?13, apart_overflow = ?14, occurrences = ?15,
                       confirmed = ?16, supported = ?17, lone = ?18, contradicted = ?19,
                       flags = ?20
                   WHERE match_id = ?1";
        self.index.prepare_cached(sql)?.execute(params![
            of.match_id,
            of.started.at.unix_ms(),
            quality::text(of.started.quality),
            signed(of.state.revision().0),
            of.times.sealed.map(|seal| seal.at_ms),
            of.times.sealed.map(|seal| seal.through),
            of.times.open_since_ms,
            of.times.last_received_ms,
            of.times.all_ended_ms,
            signed(counts.reports) + i64::from(of.apart.alone),
            signed(counts.late),
            signed(counts.overflow + of.apart.overflow),
            of.apart.rows,
            signed(of.apart.overflow),
            signed(counts.occurrences) + i64::from(of.apart.alone),
            confirmed,
            supported,
            lone,
            contradicted,
            of.flags(),
        ])?;
        Ok(())
    }
}

/// The last revision that says something of each occurrence.
fn last_revisions(changes: impl Iterator<Item = (u64, Change)>) -> HashMap<OccurrenceNo, u64> {
    let mut last = HashMap::new();
    for (revision, change) in changes {
        let of = match change {
            Change::Created { occurrence, .. }
            | Change::Witnessed { occurrence, .. }
            | Change::Unwitnessed { occurrence, .. }
            | Change::Retimed { occurrence }
            | Change::Retracted { occurrence } => [Some(occurrence), None],
            Change::Merged { occurrence, into } => [Some(occurrence), Some(into)],
            Change::Split { occurrence, from, .. } => [Some(occurrence), Some(from)],
            Change::Moved | Change::Sealed | Change::Reopened => [None, None],
        };
        last.extend(of.into_iter().flatten().map(|occurrence| (occurrence, revision)));
    }
    last
}
