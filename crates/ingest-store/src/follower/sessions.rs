//! What the events of one key tell of their match, as joining keeps it.

use std::collections::BTreeMap;

use association::joining::{Evidence, SessionSummary, ShortHash};
use event_model::{Game, Kind, MatchKey};
use rusqlite::{Connection, OptionalExtension, params};

use super::reading::{self, Read, Source};
use crate::{Error, Result, columns::signed};

/// The key of a session: what its events name as their match.
pub(super) type Key = String;

/// A session in memory.
#[derive(Debug, Clone)]
pub(super) struct OpenSession {
    /// Its number in the table, once it has a row.
    pub(super) no: Option<i64>,
    pub(super) summary: SessionSummary,
    /// Events that came, which say when it is held against others.
    heard: u32,
    /// The last of them, and its batch.
    last: (u64, i64),
    /// Events heard since it was written down.
    unwritten: u32,
    /// What is written of where it may meet others.
    pub(super) met_by: Option<(i64, Vec<ShortHash>)>,
}

/// Events between two looks at others, once it has some.
const EVENTS_BETWEEN_LOOKS: u32 = 64;

/// Events of a session that are read again from the log, at most: to write its
/// summary costs as much as to follow a hundred.
const UNWRITTEN_MAX: u32 = 256;

/// How hard a summary is packed: it is written often.
const PACKED: i32 = 1;

/// Longest summary, unpacked: ten times what the longest should be.
const SUMMARY_BYTES_MAX: usize = 1024 * 1024;

impl OpenSession {
    pub(super) fn new(key: &str, game: Game) -> Self {
        let summary = SessionSummary::new(MatchKey::from_text(key), game);
        Self { no: None, summary, heard: 0, last: (0, 0), unwritten: 0, met_by: None }
    }

    /// Counts one of its events; whether it is time to look at others. That
    /// depends on its own events alone, so that it is the same for whoever
    /// follows the log in other steps.
    pub(super) fn counts(&mut self, read: &Read<'_>) -> bool {
        self.heard = self.heard.saturating_add(1);
        let is_telling = matches!(read.told.kind, Some(Kind::SessionEvidence | Kind::MatchEnded));
        // One that the game names is met by its id, from its first event on.
        is_telling
            || self.heard == 1
            || (!self.is_native()
                && (self.heard.is_power_of_two()
                    || self.heard.is_multiple_of(EVENTS_BETWEEN_LOOKS)))
    }

    /// Hears one that was counted.
    pub(super) fn hear(&mut self, read: &Read<'_>, evidence: Option<&Evidence>) {
        self.unwritten += 1;
        self.last = (read.position, read.batch_no);
        let report = read.report();
        self.summary.hear(&report);
        if let Some(evidence) = evidence {
            self.summary.learn(&report, evidence);
        }
    }

    /// Nothing of it was heard, but for its key, and all up to `last` was looked at.
    pub(super) fn begin_again(&mut self, last: (u64, i64)) {
        let summary = SessionSummary::new(self.summary.key().clone(), self.summary.game().clone());
        let no = self.no;
        // What is not as it is written is written.
        *self = Self { no, summary, heard: 0, last, unwritten: 1, met_by: None };
    }

    /// Hears one of its events that was looked at before.
    pub(super) fn hear_again(&mut self, read: &Read<'_>) {
        let last = self.last;
        self.counts(read);
        self.hear(read, read.evidence().as_ref());
        self.last = last;
    }

    /// Where it may meet others.
    pub(super) fn meets(&self) -> (i64, Vec<ShortHash>) {
        (self.start_ms(), self.summary.block_keys())
    }

    /// Whether the game itself names its match: then others come to it.
    pub(super) fn is_native(&self) -> bool {
        self.summary.native_key().is_some()
    }

    /// Whether much came since it was written: what did not is in the log.
    pub(super) fn is_long_unwritten(&self) -> bool {
        self.unwritten >= UNWRITTEN_MAX
    }

    /// Writes it down where it changed.
    pub(super) fn save(&mut self, index: &Connection, match_id: i64) -> Result<()> {
        if self.unwritten == 0 && self.no.is_some() {
            return Ok(());
        }
        let packed = self.packed()?;
        let sql = "INSERT INTO session (key, match_id, start_ms, heard, heard_through,
                       heard_batch, summary)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                   ON CONFLICT (key) DO UPDATE SET match_id = excluded.match_id,
                       start_ms = excluded.start_ms, heard = excluded.heard,
                       heard_through = excluded.heard_through,
                       heard_batch = excluded.heard_batch, summary = excluded.summary";
        index.prepare_cached(sql)?.execute(params![
            self.summary.key().as_str(),
            match_id,
            self.start_ms(),
            self.heard,
            signed(self.last.0),
            self.last.1,
            packed
        ])?;
        self.unwritten = 0;
        if self.no.is_none() {
            self.no = Some(index.last_insert_rowid());
        }
        Ok(())
    }

    /// Bytes in memory, nearly.
    pub(super) fn bytes(&self) -> usize {
        let met = self.met_by.as_ref().map_or(0, |(_, blocks)| blocks.len());
        size_of::<(Key, Self)>() + self.summary.bytes() + met * size_of::<ShortHash>()
    }

    pub(super) fn start_ms(&self) -> i64 {
        self.summary.start_ms().unwrap_or_default()
    }

    fn packed(&self) -> Result<Vec<u8>> {
        let json = serde_json::to_vec(&self.summary)
            .map_err(|error| Error::Index(format!("a session: {error}")))?;
        zstd::bulk::compress(&json, PACKED).map_err(Error::Directory)
    }

    /// Reads the sessions of a match, with what the log has of them beyond.
    pub(super) fn of_match(
        index: &Connection,
        source: &Source<'_>,
        match_id: i64,
    ) -> Result<BTreeMap<Key, OpenSession>> {
        let sql = "SELECT session_no, key, heard, heard_through, heard_batch, summary
                   FROM session WHERE match_id = ?1";
        let mut statement = index.prepare_cached(sql)?;
        let mut rows = statement.query([match_id])?;
        let mut sessions = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let summary = unpacked(row.get_ref(5)?.as_blob().unwrap_or_default())?;
            let session = OpenSession {
                no: Some(row.get(0)?),
                summary,
                heard: row.get(2)?,
                last: (row.get::<_, i64>(3)?.unsigned_abs(), row.get(4)?),
                unwritten: 0,
                met_by: None,
            };
            sessions.insert(row.get(1)?, session);
        }
        hear_again(index, source, match_id, &mut sessions)?;
        Ok(sessions)
    }
}

/// Hears what came since the sessions of a match were last written down.
fn hear_again(
    index: &Connection,
    source: &Source<'_>,
    match_id: i64,
    sessions: &mut BTreeMap<Key, OpenSession>,
) -> Result<()> {
    let sql = "SELECT last_position FROM match_state WHERE match_id = ?1";
    let last: Option<i64> =
        index.prepare_cached(sql)?.query_row([match_id], |row| row.get(0)).optional()?;
    let last = last.unwrap_or_default().unsigned_abs();
    let Some(newest) = sessions.values().map(|session| session.last.0).max() else { return Ok(()) };
    let from = sessions.values().map(|session| session.last.1).min();
    if newest >= last {
        return Ok(());
    }
    let sql = "SELECT batch_no FROM match_batch WHERE match_id = ?1 AND batch_no >= ?2
               ORDER BY batch_no";
    let mut statement = index.prepare_cached(sql)?;
    let mut rows = statement.query(params![match_id, from])?;
    while let Some(row) = rows.next()? {
        let Some(batch) = source.batch(row.get(0)?)? else { continue };
        for read in reading::events_of(&batch).filter(|read| read.position <= last) {
            let Some(session) = sessions.get_mut(read.told.subject.as_ref()) else { continue };
            if read.told.game.is_some() && read.position > session.last.0 {
                session.counts(&read);
                session.hear(&read, read.evidence().as_ref());
            }
        }
    }
    Ok(())
}

fn unpacked(packed: &[u8]) -> Result<SessionSummary> {
    let damaged = |error: String| Error::Index(format!("a session: {error}"));
    let json = zstd::bulk::decompress(packed, SUMMARY_BYTES_MAX)
        .map_err(|error| damaged(error.to_string()))?;
    serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))
}
