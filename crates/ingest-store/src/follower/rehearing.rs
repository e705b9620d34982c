//! What a match has heard of its sessions and players, after an erasure: heard
//! again of what the log still has, so that nothing of the erased is left in it.

use std::collections::BTreeMap;

use event_model::Kind;
use rusqlite::params;

use super::{
    joining,
    open_match::{OpenMatch, ReportState},
    reading,
};
use crate::{Result, follower::saving::Saving};

/// Batches of a match that are read again, at most: ten devices that send what
/// they have every five seconds send so many in an hour.
const BATCHES_MAX: usize = 8_192;

impl OpenMatch {
    /// Hears again what all of its sessions tell. Of one that would be too much to
    /// read again they know nothing more: what was joined stays joined.
    pub(super) fn hear_sessions_again(&mut self, saving: &Saving<'_>) -> Result<()> {
        let batches = self.batches_there(saving)?;
        let last = (self.last_position, batches.last().copied().unwrap_or_default());
        self.sessions.values_mut().for_each(|session| session.begin_again(last));
        if batches.len() <= BATCHES_MAX {
            for batch_no in batches {
                self.hear_batch_again(saving, batch_no)?;
            }
        }
        self.save_sessions(saving.index)?;
        for session in self.sessions.values_mut() {
            if let Some(no) = session.no {
                let meets = session.meets();
                joining::write_blocks(saving.index, no, &meets)?;
                session.met_by = Some(meets);
            }
        }
        Ok(())
    }

    fn batches_there(&self, saving: &Saving<'_>) -> Result<Vec<i64>> {
        let sql = "SELECT batch_no FROM match_batch WHERE match_id = ?1 ORDER BY batch_no";
        let mut statement = saving.index.prepare_cached(sql)?;
        let batches = statement.query_map([self.match_id], |row| row.get(0))?;
        Ok(batches.collect::<rusqlite::Result<_>>()?)
    }

    fn hear_batch_again(&mut self, saving: &Saving<'_>, batch_no: i64) -> Result<()> {
        let Some(batch) = saving.source.batch(batch_no)? else { return Ok(()) };
        for read in reading::events_of(&batch).filter(|read| read.told.game.is_some()) {
            if let Some(session) = self.sessions.get_mut(read.told.subject.as_ref()) {
                session.hear_again(&read);
            }
        }
        Ok(())
    }

    /// Hears again who plays and what never comes, from the evidence that there are
    /// rows of.
    pub(super) fn hear_evidence_again(&mut self, saving: &Saving<'_>) -> Result<()> {
        // Which of them the erased said, nobody knows.
        self.join_flags.clear();
        self.state.forget_heard();
        let sql = "SELECT batch_no, position FROM report
                   WHERE match_id = ?1 AND state = ?2 AND kind IN (?3, ?4)";
        let mut statement = saving.index.prepare_cached(sql)?;
        let kinds = [Kind::SessionEvidence, Kind::SequenceGap].map(Kind::as_str);
        let silent = ReportState::Silent as u8;
        let mut rows = statement.query(params![self.match_id, silent, kinds[0], kinds[1]])?;
        let mut by_batch: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            by_batch.entry(row.get(0)?).or_default().push(row.get::<_, i64>(1)?.unsigned_abs());
        }
        for (batch_no, positions) in by_batch {
            let Some(batch) = saving.source.batch(batch_no)? else { continue };
            for read in reading::events_of(&batch).filter(|one| positions.contains(&one.position)) {
                self.hear_evidence(&read);
            }
        }
        self.state.resolve_if_due();
        Ok(())
    }
}
