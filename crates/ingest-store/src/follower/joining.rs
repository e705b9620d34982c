//! Sessions that turn out to be one match.
//!
//! A session looks at others when its own events say so (`OpenSession::hear`), in
//! the order of the log, so that an index made anew joins the same.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use association::joining::{
    self, BLOCK_SESSIONS_MAX, BLOCK_STARTS_APART_MS, JoinFlag, Partition, SessionSummary,
    ShortHash, nearest_starts,
};
use event_model::MatchKey;
use rusqlite::{Connection, params};

use super::{matches::Cache, saving::Saving};
use crate::{Result, statistics};

/// Sessions read for one block key: of more nobody can say which are nearest.
const OF_BLOCK_MAX: usize = 2 * BLOCK_SESSIONS_MAX;

/// A session that looks at others.
pub(super) struct Looking<'l, 's> {
    pub(super) saving: &'l Saving<'s>,
    pub(super) matches: &'l mut Cache,
    pub(super) match_id: i64,
    pub(super) key: &'l str,
}

/// Where a session may meet others.
struct Meeting {
    start_ms: i64,
    /// Where it stands.
    blocks: Vec<ShortHash>,
    /// Where the others stand that it may be one with.
    looks: Vec<ShortHash>,
    /// Those of its match ids.
    ids: BTreeSet<ShortHash>,
}

impl Looking<'_, '_> {
    /// Joins its match with those that it is one with; the match that it is in
    /// then.
    pub(super) fn look(mut self) -> Result<()> {
        let Some(meeting) = self.write_blocks()? else { return Ok(()) };
        let mut others = self.others(&meeting, &meeting.looks)?;
        self.matches.hear(self.saving, others.iter().copied());
        if others.is_empty() || !self.is_concerned(&others)? {
            return Ok(());
        }
        // Whoever may be one with it may rather be one with another one there.
        others.extend(self.others(&meeting, &meeting.blocks)?);
        self.matches.hear(self.saving, others.iter().copied());
        let (united, flags) = self.united(&others)?;
        self.flag(flags)?;
        for match_id in united {
            self.unite(match_id)?;
        }
        Ok(())
    }

    /// Writes where it may meet others, where that changed.
    fn write_blocks(&mut self) -> Result<Option<Meeting>> {
        let index = self.saving.index;
        let of = self.matches.get(self.saving, self.match_id)?;
        let Some(session) = of.sessions.get_mut(self.key) else { return Ok(None) };
        let now = session.meets();
        let ids = session.summary.match_ids();
        let ids = ids.map(|id| ShortHash::of(&["id", id.as_str()])).collect();
        let looks = session.summary.looked_in();
        let meeting = Meeting { start_ms: now.0, blocks: now.1.clone(), looks, ids };
        if session.met_by.as_ref() == Some(&now) {
            return Ok(Some(meeting));
        }
        of.save_sessions(index)?;
        let Some(session) = of.sessions.get_mut(self.key) else { return Ok(None) };
        let Some(no) = session.no else { return Ok(None) };
        write_blocks(index, no, &now)?;
        session.met_by = Some(now);
        Ok(Some(meeting))
    }

    /// The matches of sessions that stand in one of these blocks, besides its own.
    fn others(&mut self, around: &Meeting, blocks: &[ShortHash]) -> Result<BTreeSet<i64>> {
        let near = (
            around.start_ms.saturating_sub(BLOCK_STARTS_APART_MS),
            around.start_ms.saturating_add(BLOCK_STARTS_APART_MS),
        );
        let sql = "SELECT session_no FROM session_block
                   WHERE block = ?1 AND start_ms BETWEEN ?2 AND ?3 LIMIT ?4";
        let most = i64::try_from(OF_BLOCK_MAX).unwrap_or(i64::MAX);
        let mut others = BTreeSet::new();
        for block in blocks {
            // Who has the same id may have a clock that is wrong by years.
            let is_id = around.ids.contains(block);
            let (from, to) = if is_id { (i64::MIN, i64::MAX) } else { near };
            let mut statement = self.saving.index.prepare_cached(sql)?;
            let mut found = statement.query(params![block.to_bytes(), from, to, most])?;
            while let Some(other) = found.next()? {
                others.extend(self.matches.match_of_session(self.saving, other.get(0)?)?);
            }
        }
        others.remove(&self.match_id);
        Ok(others)
    }

    /// The other matches that are one with its own, and what is odd about that.
    fn united(&self, others: &BTreeSet<i64>) -> Result<(Vec<i64>, Vec<JoinFlag>)> {
        let by_match = self.sessions_of(others)?;
        let all = || by_match.iter().flat_map(|(match_id, sessions)| of_match(*match_id, sessions));
        let Some((_, around)) = all().find(|(_, session)| session.key().as_str() == self.key)
        else {
            return Ok(Default::default());
        };
        let near: BTreeSet<MatchKey> =
            nearest_starts(around, all().map(|(_, session)| session)).keys.into_iter().collect();
        let held: Vec<(i64, &SessionSummary)> = all()
            .filter(|(match_id, one)| *match_id == self.match_id || near.contains(one.key()))
            .collect();
        let linked = linked(self.match_id, held);
        let before = by_match.values().map(|sessions| {
            sessions.iter().map(|session| session.key().clone()).collect::<BTreeSet<_>>()
        });
        let before = Partition::of_matches(before);
        let partition = joining::join_further(linked.iter().map(|(_, session)| *session), &before);
        let flags = partition.flags_of(around.key()).collect();
        let Some(together) = partition.match_of(around.key()) else {
            return Ok((Vec::new(), flags));
        };
        let is_one = |sessions: &[Cow<'_, SessionSummary>]| {
            sessions.iter().any(|session| together.contains(session.key()))
        };
        let others = by_match.iter().filter(|(match_id, _)| **match_id != self.match_id);
        let united = others.filter(|(_, sessions)| is_one(sessions)).map(|(match_id, _)| *match_id);
        Ok((united.collect(), flags))
    }

    /// Whether a session of these matches says something of it.
    fn is_concerned(&self, others: &BTreeSet<i64>) -> Result<bool> {
        let by_match = self.sessions_of(others)?;
        let all = || by_match.iter().flat_map(|(match_id, sessions)| of_match(*match_id, sessions));
        let around = all().find(|(_, session)| session.key().as_str() == self.key);
        let mut theirs = all().filter(|(match_id, _)| *match_id != self.match_id);
        Ok(around
            .is_some_and(|(_, around)| theirs.any(|(_, other)| joining::concerns(around, other))))
    }

    /// The sessions of its own match and of these.
    fn sessions_of(
        &self,
        others: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, Vec<Cow<'_, SessionSummary>>>> {
        let ids = others.iter().copied().chain([self.match_id]);
        ids.map(|match_id| Ok((match_id, self.matches.sessions_of(self.saving, match_id)?)))
            .collect()
    }

    fn flag(&mut self, flags: impl IntoIterator<Item = JoinFlag>) -> Result<()> {
        let of = self.matches.get(self.saving, self.match_id)?;
        for flag in flags {
            of.is_changed |= of.join_flags.insert(flag);
        }
        Ok(())
    }

    /// Makes one match of its own and another.
    fn unite(&mut self, other: i64) -> Result<()> {
        // What the game itself calls two matches is two, through whomever they meet:
        // not all sessions of another match were compared.
        let natives = (self.native_keys(self.match_id)?, self.native_keys(other)?);
        if !natives.0.is_empty() && !natives.1.is_empty() && natives.0 != natives.1 {
            return self.flag([JoinFlag::Refused]);
        }
        let (own, other) = (self.standing(self.match_id)?, self.standing(other)?);
        // What is sealed does not move; then the one that the game itself names;
        // then the one that came first.
        let rank = |(match_id, is_sealed, is_native): (i64, bool, bool)| {
            (!is_sealed, !is_native, match_id)
        };
        let (stays, goes) = if rank(own) < rank(other) { (own, other) } else { (other, own) };
        if goes.1 {
            return self.flag([JoinFlag::Refused]);
        }
        self.saving.counted.borrow_mut().joins += 1;
        self.matches.join(self.saving, stays.0, goes.0)?;
        self.match_id = stays.0;
        Ok(())
    }

    /// The game's own ids of a match, by which its sessions' events name it.
    fn native_keys(&mut self, match_id: i64) -> Result<BTreeSet<MatchKey>> {
        let of = self.matches.get(self.saving, match_id)?;
        let keys = of.sessions.values().filter_map(|session| session.summary.native_key());
        Ok(keys.cloned().collect())
    }

    fn standing(&mut self, match_id: i64) -> Result<(i64, bool, bool)> {
        let of = self.matches.get(self.saving, match_id)?;
        of.settle(self.saving.source.reads);
        let is_native = of.sessions.values().any(|session| session.is_native());
        Ok((match_id, of.state.is_sealed(), is_native))
    }
}

/// Writes where a session may meet others.
pub(super) fn write_blocks(
    index: &Connection,
    session_no: i64,
    (start_ms, blocks): &(i64, Vec<ShortHash>),
) -> Result<()> {
    let sql = "DELETE FROM session_block WHERE session_no = ?1";
    index.prepare_cached(sql)?.execute([session_no])?;
    let sql = "INSERT INTO session_block (block, start_ms, session_no) VALUES (?1, ?2, ?3)";
    for block in blocks {
        index.prepare_cached(sql)?.execute(params![block.to_bytes(), start_ms, session_no])?;
    }
    Ok(())
}

fn of_match<'s>(
    match_id: i64,
    sessions: &'s [Cow<'_, SessionSummary>],
) -> impl Iterator<Item = (i64, &'s SessionSummary)> {
    sessions.iter().map(move |session| (match_id, session.as_ref()))
}

/// Of these, each with its match, those that lead to a match by being joined,
/// nearly so or standing united. No other one has a say in what it is joined with, and each
/// two of those that are left are judged.
fn linked(match_id: i64, held: Vec<(i64, &SessionSummary)>) -> Vec<(i64, &SessionSummary)> {
    let (mut linked, mut others): (Vec<_>, Vec<_>) =
        held.into_iter().partition(|(of, _)| *of == match_id);
    let mut looked = 0;
    while let Some((_, one)) = linked.get(looked).copied() {
        looked += 1;
        let joined = others.iter().filter(|(_, other)| joining::concerns(one, other));
        let joined: BTreeSet<i64> = joined.map(|(of, _)| *of).collect();
        let (more, rest): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(of, _)| joined.contains(of));
        linked.extend(more);
        others = rest;
    }
    linked
}

/// Moves the rows of a match to another, as far as they are the same there.
pub(super) fn move_rows(index: &Connection, stays: i64, goes: i64) -> Result<()> {
    for table in ["occurrence_alias", "match_name", "match_batch"] {
        let sql = format!("UPDATE OR IGNORE {table} SET match_id = ?1 WHERE match_id = ?2");
        index.prepare_cached(&sql)?.execute([stays, goes])?;
    }
    for table in ["session", "match_key"] {
        let sql = format!("UPDATE {table} SET match_id = ?1 WHERE match_id = ?2");
        index.prepare_cached(&sql)?.execute([stays, goes])?;
    }
    index
        .prepare_cached("UPDATE game_match SET moved_to = ?1 WHERE moved_to = ?2 OR match_id = ?2")?
        .execute([stays, goes])?;
    for table in
        ["occurrence_alias", "match_name", "match_batch", "match_device", "match_state", "stream"]
    {
        let sql = format!("DELETE FROM {table} WHERE match_id = ?1");
        index.prepare_cached(&sql)?.execute([goes])?;
    }
    Ok(())
}

/// Counts both anew once all is written.
pub(super) fn recount(index: &Connection, stays: i64, goes: i64) -> Result<()> {
    statistics::recount(index, stays)?;
    statistics::recount(index, goes)
}
