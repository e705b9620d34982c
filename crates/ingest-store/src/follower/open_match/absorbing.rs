//! Another key turned out to be this match: its rows come over.

use std::collections::{BTreeMap, BTreeSet};

use association::{LogNo, OccurrenceNo};
use rusqlite::params;

use super::{OpenMatch, Part, Shown};
use crate::{
    Result, changes,
    columns::signed,
    follower::{joining, saving::Saving},
};

impl OpenMatch {
    /// Takes over a match, which has only its changes left then.
    pub(in crate::follower) fn absorb(
        &mut self,
        mut other: Self,
        saving: &Saving<'_>,
    ) -> Result<(String, u64)> {
        saving.save_all(self)?;
        saving.save_all(&mut other)?;
        let index = saving.index;
        self.take_reports(&other, saving)?;
        let before: BTreeSet<LogNo> = positions(&other);
        self.state.absorb(&other.state);
        let there = positions(self);
        for lost in before.difference(&there) {
            self.leave(*lost, saving)?;
        }
        self.take_occurrences(&other, saving)?;
        joining::move_rows(index, self.match_id, other.match_id)?;
        let moved = other.move_away(saving)?;
        self.take_facts(other);
        saving.save(self)?;
        joining::recount(index, self.match_id, moved.0)?;
        Ok((moved.1, moved.2))
    }

    /// Its events are this match's, each of the stream that it has here.
    fn take_reports(&mut self, other: &Self, saving: &Saving<'_>) -> Result<()> {
        let sql = "UPDATE report SET match_id = ?1, stream_no = ?2, subject = ifnull(subject, ?3)
                   WHERE match_id = ?4 AND stream_no = ?5";
        // In the order of their numbers: new ones are counted on.
        let mut streams: Vec<_> = other.streams.iter().collect();
        streams.sort_unstable_by_key(|(_, stream)| stream.no);
        for ((device, account), stream) in streams {
            let here = self.stream(*device, account.as_deref());
            let values = params![self.match_id, here, other.key, other.match_id, stream.no];
            saving.index.prepare_cached(sql)?.execute(values)?;
        }
        let sql = "UPDATE report SET match_id = ?1 WHERE match_id = ?2";
        saving.index.prepare_cached(sql)?.execute([self.match_id, other.match_id])?;
        Ok(())
    }

    /// One that this match has already, or has no room for: only an id may lead
    /// through it.
    fn leave(&mut self, no: LogNo, saving: &Saving<'_>) -> Result<()> {
        self.has_hollow = true;
        let values = params![self.match_id, signed(no.0)];
        saving
            .index
            .prepare_cached(
                "DELETE FROM report WHERE match_id = ?1 AND position = ?2 AND published IS NULL",
            )?
            .execute(values)?;
        saving
            .index
            .prepare_cached(
                "UPDATE report SET state = 2, told = X'', occurrence_no = ?2
                 WHERE match_id = ?1 AND position = ?2",
            )?
            .execute(values)?;
        Ok(())
    }

    /// Those that keep their names keep what is shown of them.
    fn take_occurrences(&mut self, other: &Self, saving: &Saving<'_>) -> Result<()> {
        // In their order, since changes are numbered.
        let shown: BTreeMap<OccurrenceNo, Shown> =
            other.shown.iter().map(|(no, shown)| (*no, *shown)).collect();
        let names: Vec<OccurrenceNo> = shown.keys().copied().collect();
        let live: BTreeSet<OccurrenceNo> =
            self.state.occurrences_named(&names).iter().map(|one| one.no).collect();
        let sql = "UPDATE occurrence SET match_id = ?1, revision = 0
                   WHERE match_id = ?2 AND occurrence_no = ?3 AND (?4 OR kept = X'')";
        for (no, shown) in shown {
            let is_live = live.contains(&no);
            let values = params![self.match_id, other.match_id, signed(no.0), is_live];
            if saving.index.prepare_cached(sql)?.execute(values)? > 0 {
                self.shown.insert(no, shown);
                if !is_live {
                    self.take_alone(no, saving)?;
                }
            }
        }
        let sql = "DELETE FROM occurrence WHERE match_id = ?1";
        saving.index.prepare_cached(sql)?.execute([other.match_id])?;
        Ok(())
    }

    /// One of a type of somebody else's, of which association knows only its number.
    fn take_alone(&mut self, no: OccurrenceNo, saving: &Saving<'_>) -> Result<()> {
        self.state.take_alone(no);
        let sql = "UPDATE occurrence SET revision = ?3 WHERE match_id = ?1 AND occurrence_no = ?2";
        let values = params![self.match_id, signed(no.0), signed(self.state.revision().0)];
        saving.index.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Says that it is elsewhere now: its number, its key and its last revision.
    fn move_away(&mut self, saving: &Saving<'_>) -> Result<(i64, String, u64)> {
        self.state.move_away();
        let changes = self.state.take_changes();
        changes::append(saving.index, self.match_id, changes.first.0, &changes.changes)?;
        let last = self.state.revision().0;
        let sql = "UPDATE game_match SET revision = ?2, reports = 0, late = 0, overflow = 0,
                       apart = 0, apart_overflow = 0, occurrences = 0, confirmed = 0,
                       supported = 0, lone = 0, contradicted = 0, flags = ''
                   WHERE match_id = ?1";
        saving.index.prepare_cached(sql)?.execute(params![self.match_id, signed(last)])?;
        Ok((self.match_id, self.key.clone(), last))
    }

    fn take_facts(&mut self, other: Self) {
        (self.is_changed, self.is_renumbered) = (true, true);
        self.has_hollow |= other.has_hollow;
        self.join_flags.extend(other.join_flags);
        self.started = self.started.better_of(other.started);
        self.times.open_since_ms = self.times.open_since_ms.min(other.times.open_since_ms);
        self.times.last_received_ms = self.times.last_received_ms.max(other.times.last_received_ms);
        self.apart.rows += other.apart.rows;
        self.apart.overflow += other.apart.overflow;
        self.apart.alone += other.apart.alone;
        for (device, theirs) in other.devices {
            self.devices.entry(device).or_insert_with(Part::begun).add(&theirs);
        }
        let ended = self.times.all_ended_ms.max(other.times.all_ended_ms);
        self.times.all_ended_ms = ended.filter(|_| self.have_all_ended());
        self.sessions.extend(other.sessions);
        self.last_position = self.last_position.max(other.last_position);
    }
}

fn positions(of: &OpenMatch) -> BTreeSet<LogNo> {
    of.state.reports().iter().map(|(_, report)| LogNo(report.position)).collect()
}
