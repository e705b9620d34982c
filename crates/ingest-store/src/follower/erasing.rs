//! What the index has of erased events goes, as if they had never come.

use std::collections::{BTreeMap, BTreeSet};

use association::{LogNo, NameKey, OccurrenceNo, Sighting};
use event_model::{DeviceId, Kind, WallTime};
use rusqlite::{
    Connection, OptionalExtension, Transaction, params, params_from_iter, types::Value,
};

use super::{
    forgetting,
    open_match::{OpenMatch, Part, ReportState},
    reading::Source,
    refolding::{Refolding, Room},
    saving::Saving,
};
use crate::{
    Result,
    columns::{quality, signed, uuid_column},
    index,
    segment::Segment,
};

/// An event that the log has no more: whose it was, its batch and its position.
pub(crate) type Gone = (DeviceId, i64, u64);

/// What became of the matches that erased events were in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Withdrawn {
    /// Keys of those that changed, each with the revision that it has now.
    pub changed: Vec<(String, u64)>,
    /// Events of theirs that were gone through for it.
    pub events: u64,
}

/// Takes events that the log no longer has out of their matches.
pub(crate) fn withdraw(
    index: &Transaction<'_>,
    log: &Connection,
    segments: &[Segment],
    gone: &[Gone],
) -> Result<Withdrawn> {
    let mut withdrawn = Withdrawn::default();
    if gone.is_empty() {
        return Ok(withdrawn);
    }
    let mut by_match: BTreeMap<i64, Vec<LogNo>> = BTreeMap::new();
    for event in gone {
        for match_id in matches_of(index, event.0, event.1)? {
            by_match.entry(match_id).or_default().push(LogNo(event.2));
        }
    }
    let source = Source::new(&[], log);
    let saving = Saving::new(index, &source);
    let mut room = Room::default();
    for (match_id, events) in &by_match {
        let withdrawing = Withdrawing { saving: &saving, match_id: *match_id };
        let refolding = Refolding { index, log, segments, match_id: *match_id };
        let many = refolding.events()?;
        let changed = if refolding.is_possible(&mut room)? {
            withdrawing.refold(&refolding, events)?
        } else {
            Some(withdrawing.withdraw(events)?)
        };
        if let Some(changed) = changed {
            withdrawn.changed.push(changed);
            withdrawn.events += many;
        }
    }
    index::edited(index)?;
    Ok(withdrawn)
}

/// The matches that may have an event of a batch.
pub(crate) fn matches_of(index: &Connection, device: DeviceId, batch_no: i64) -> Result<Vec<i64>> {
    let sql = "SELECT d.match_id FROM match_device d JOIN match_batch b USING (match_id)
               WHERE d.device = ?1 AND b.batch_no = ?2";
    let mut statement = index.prepare_cached(sql)?;
    let found = statement.query_map(params![device.0.as_bytes(), batch_no], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Tables that have texts of events.
const WITH_TEXT: [&str; 6] =
    ["report", "occurrence", "stream", "match_name", "player_match", "session"];

struct Withdrawing<'w, 's> {
    saving: &'w Saving<'s>,
    match_id: i64,
}

impl Withdrawing<'_, '_> {
    /// Folds the match again without them, where it had any.
    fn refold(&self, refolding: &Refolding<'_>, events: &[LogNo]) -> Result<Option<(String, u64)>> {
        let states = events.iter().map(|no| self.state_of(*no)).collect::<Result<Vec<_>>>()?;
        let there = |state: &u8| *state != ReportState::Erased as u8;
        if !states.iter().flatten().any(there) && !self.has_had_too_much()? {
            return Ok(None);
        }
        let had_evidence = states.contains(&Some(ReportState::Silent as u8));
        let (key, revision, is_left) = refolding.refold(!had_evidence)?;
        if is_left {
            self.write_again("session")?;
        } else {
            forgetting::forget_all(self.saving.index, self.match_id)?;
        }
        Ok(Some((key, revision)))
    }

    /// Whether it has counted events that have no rows.
    fn has_had_too_much(&self) -> Result<bool> {
        let sql = "SELECT overflow > 0 FROM game_match WHERE match_id = ?1";
        let mut statement = self.saving.index.prepare_cached(sql)?;
        Ok(statement.query_row([self.match_id], |row| row.get(0))?)
    }

    /// Takes them out of a match that cannot be folded again: what it had learnt
    /// from them of clocks and players it may know on.
    fn withdraw(&self, events: &[LogNo]) -> Result<(String, u64)> {
        let mut of = OpenMatch::load(self.saving.index, self.saving.source, self.match_id)?;
        let (mut seated, mut had_evidence) = (Vec::new(), false);
        for no in events {
            match self.state_of(*no)? {
                Some(state) if state == ReportState::Alone as u8 => self.end_alone(&mut of, *no)?,
                Some(state) if state == ReportState::Silent as u8 => {
                    of.apart.rows = of.apart.rows.saturating_sub(1);
                    had_evidence = true;
                }
                Some(state)
                    if state == ReportState::Witness as u8 || state == ReportState::Late as u8 =>
                {
                    seated.push(*no);
                }
                Some(_) | None => {}
            }
            self.blank(*no)?;
        }
        of.has_hollow = true;
        of.is_changed = true;
        if !seated.is_empty() {
            of.state.withdraw(&seated);
        }
        if had_evidence {
            of.hear_evidence_again(self.saving)?;
        }
        of.hear_sessions_again(self.saving)?;
        self.begin_again(&mut of)?;
        self.saving.save_all(&mut of)?;
        self.leave_no_names(&of)?;
        let changed = (of.key.clone(), of.state.revision().0);
        if of.devices.is_empty() {
            forgetting::forget_all(self.saving.index, self.match_id)?;
        } else {
            WITH_TEXT.iter().try_for_each(|table| self.write_again(table))?;
        }
        Ok(changed)
    }

    /// Writes the rows of a table anew: where a page of theirs was split before,
    /// what moved is still in the room that this left, and goes with the page.
    fn write_again(&self, table: &str) -> Result<()> {
        let index = self.saving.index;
        let mut statement =
            index.prepare_cached(&format!("SELECT * FROM {table} WHERE match_id = ?1"))?;
        let columns = statement.column_count();
        let rows = statement
            .query_map([self.match_id], |row| (0..columns).map(|n| row.get(n)).collect())?
            .collect::<rusqlite::Result<Vec<Vec<Value>>>>()?;
        index
            .prepare_cached(&format!("DELETE FROM {table} WHERE match_id = ?1"))?
            .execute([self.match_id])?;
        let values = vec!["?"; columns].join(", ");
        let mut insert = index.prepare_cached(&format!("INSERT INTO {table} VALUES ({values})"))?;
        for row in rows {
            insert.execute(params_from_iter(row))?;
        }
        Ok(())
    }

    fn state_of(&self, no: LogNo) -> Result<Option<u8>> {
        let sql = "SELECT state FROM report WHERE match_id = ?1 AND position = ?2";
        let mut statement = self.saving.index.prepare_cached(sql)?;
        let values = params![self.match_id, signed(no.0)];
        Ok(statement.query_row(values, |row| row.get(0)).optional()?)
    }

    /// An occurrence of a type of somebody else's ends with its event.
    fn end_alone(&self, of: &mut OpenMatch, no: LogNo) -> Result<()> {
        let occurrence = OccurrenceNo::of_founder(no);
        of.apart.rows = of.apart.rows.saturating_sub(1);
        of.apart.alone = of.apart.alone.saturating_sub(1);
        of.shown.remove(&occurrence);
        of.state.withdraw_alone(occurrence);
        let sql = "DELETE FROM occurrence WHERE match_id = ?1 AND occurrence_no = ?2";
        self.saving.index.execute(sql, params![self.match_id, signed(no.0)])?;
        Ok(())
    }

    /// Its row stays only where an id leads through it, and tells nothing else.
    fn blank(&self, no: LogNo) -> Result<()> {
        let values = params![self.match_id, signed(no.0), ReportState::Erased as u8];
        self.saving.index.execute(
            "DELETE FROM report WHERE match_id = ?1 AND position = ?2 AND published IS NULL
                    AND state <> ?3",
            values,
        )?;
        self.saving.index.execute(
            "UPDATE report SET state = ?3, stream_no = -1, event_id = X'', batch_no = 0,
                    kind = NULL, subject = NULL, at_ms = 0, good = 0, told = X''
             WHERE match_id = ?1 AND position = ?2",
            values,
        )?;
        Ok(())
    }

    /// Who takes part, who has ended and when it began, by what is left.
    fn begin_again(&self, of: &mut OpenMatch) -> Result<()> {
        let index = self.saving.index;
        let left = Left::read(index, self.match_id)?;
        if let Some(started) = left.started {
            of.started = started;
        }
        // Of what was too much there is no row, but a device that sent too much
        // has others.
        of.devices.retain(|device, part| {
            *part = if left.ended.contains(device) { *part } else { Part::begun() };
            part.is_changed = true;
            left.devices.contains(device)
        });
        let have_all_ended = of.devices.values().all(Part::has_ended);
        of.times.all_ended_ms = of.times.all_ended_ms.filter(|_| have_all_ended);
        index.execute("DELETE FROM match_device WHERE match_id = ?1", [self.match_id])?;
        index.execute(
            "DELETE FROM stream WHERE match_id = ?1 AND stream_no NOT IN (
                 SELECT stream_no FROM report WHERE match_id = ?1)",
            [self.match_id],
        )?;
        Ok(())
    }

    /// Deletes names that no event has any more.
    fn leave_no_names(&self, of: &OpenMatch) -> Result<()> {
        let set = of.state.reports();
        let told: BTreeSet<NameKey> = set
            .iter()
            .flat_map(|(_, report)| [set.stream_of(report).account, report.attacker, report.victim])
            .collect();
        let index = self.saving.index;
        let sql = "SELECT name_key FROM match_name WHERE match_id = ?1";
        let mut statement = index.prepare_cached(sql)?;
        let known: Vec<i64> = statement
            .query_map([self.match_id], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let sql = "DELETE FROM match_name WHERE match_id = ?1 AND name_key = ?2";
        for key in known.into_iter().filter(|key| !told.contains(&NameKey(key.cast_unsigned()))) {
            index.prepare_cached(sql)?.execute(params![self.match_id, key])?;
        }
        Ok(())
    }
}

/// What the rows that are left say together.
#[derive(Default)]
struct Left {
    started: Option<Sighting>,
    devices: BTreeSet<DeviceId>,
    ended: BTreeSet<DeviceId>,
}

impl Left {
    fn read(index: &Connection, match_id: i64) -> Result<Self> {
        let sql = "SELECT s.device, r.kind, r.at_ms, r.good
                   FROM report r JOIN stream s USING (match_id, stream_no)
                   WHERE r.match_id = ?1 AND r.state <> 5";
        let mut statement = index.prepare_cached(sql)?;
        let mut rows = statement.query([match_id])?;
        let mut left = Self::default();
        while let Some(row) = rows.next()? {
            let device = DeviceId(uuid_column(row, "device")?);
            let at = Sighting {
                at: WallTime::from_unix_ms(row.get("at_ms")?),
                quality: quality::of(row.get("good")?),
            };
            left.started = Some(left.started.map_or(at, |started| started.better_of(at)));
            left.devices.insert(device);
            let kind: Option<String> = row.get("kind")?;
            if kind.as_deref() == Some(Kind::MatchEnded.as_str()) {
                left.ended.insert(device);
            }
        }
        Ok(left)
    }
}
