//! The file by match: for a history that outlives it.

use event_model::{EventId, Kind};
use rusqlite::{OptionalExtension, Row};
use serde::Deserialize;

use crate::{Error, OutboxView, checksum, origin, view::event_id};

/// What stands in place of a match for the news of gaps.
const NO_MATCH: &str = "outbox:";

/// How many events of each match stand where, by spans: no event is read but those
/// that were refused.
const STANDINGS: &str = "SELECT m.key, coalesce(s.n, 0), coalesce(q.n, 0), coalesce(r.n, 0)
    FROM match_key m
    LEFT JOIN (SELECT match_id, sum(last - first + 1) n FROM settled GROUP BY match_id) s
        ON s.match_id = m.id
    LEFT JOIN (SELECT match_id, sum(last - first + 1) n FROM queue GROUP BY match_id) q
        ON q.match_id = m.id
    LEFT JOIN (SELECT e.match_id, count(*) n FROM quarantine x JOIN event e USING (sequence)
               GROUP BY e.match_id) r
        ON r.match_id = m.id";

/// An event as it was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// Its place in the outbox.
    pub sequence: u64,
    /// Its id.
    pub event_id: EventId,
    /// Its match.
    pub match_key: String,
    /// When it was appended, in Unix milliseconds of this machine.
    pub appended_ms: i64,
    /// The CloudEvent.
    pub body: String,
}

/// A page of what was captured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CapturedPage {
    /// The events of matches, in order: without what other programs told, which is no
    /// match's, and without those whose bytes are damaged.
    pub events: Vec<Captured>,
    /// Up to which sequence was looked; absent where nothing lies beyond.
    pub through: Option<u64>,
}

/// Where the events of a match stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MatchStanding {
    /// On the server's disk, and still in the history.
    pub sent: u64,
    /// Waiting, or in a request at the moment.
    pub waiting: u64,
    /// Refused.
    pub refused: u64,
}

impl OutboxView {
    /// What was captured beyond a sequence; `limit` events are looked at.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn captured_beyond(&self, after: u64, limit: usize) -> Result<CapturedPage, Error> {
        let mut select = self.db.prepare_cached(
            "SELECT e.sequence, e.event_id, m.key, e.appended_ms, e.body, e.origin, e.checksum
             FROM event e JOIN match_key m ON m.id = e.match_id
             WHERE e.sequence > ?1 ORDER BY e.sequence LIMIT ?2",
        )?;
        let mut rows = select.query((after, limit as u64))?;
        let mut page = CapturedPage::default();
        while let Some(row) = rows.next()? {
            page.through = Some(row.get(0)?);
            page.events.extend(whole(row).filter(is_of_match));
        }
        Ok(page)
    }

    /// The ids of a match's events, as far as they are in the file.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn ids_of_match(&self, key: &str) -> Result<Vec<EventId>, Error> {
        let Some(match_id) = self.match_id(key)? else { return Ok(Vec::new()) };
        let mut select = self.db.prepare_cached(
            "SELECT e.event_id FROM match_span s CROSS JOIN event e
                 ON e.sequence BETWEEN s.first AND s.last WHERE s.match_id = ?1",
        )?;
        let mut rows = select.query([match_id])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            ids.extend(event_id(row, 0).ok());
        }
        Ok(ids)
    }

    /// Where the events of each match stand, by its key.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn matches(&self) -> Result<Vec<(String, MatchStanding)>, Error> {
        let mut select = self.db.prepare_cached(STANDINGS)?;
        let rows = select.query_map([], |row| Ok((row.get::<_, String>(0)?, standing(row)?)))?;
        let rows = rows.filter(|row| !row.as_ref().is_ok_and(|(key, _)| is_of_outbox(key)));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where the events of one match stand.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn standing_of_match(&self, key: &str) -> Result<MatchStanding, Error> {
        let sql = format!("{STANDINGS} WHERE m.key = ?1");
        let mut select = self.db.prepare_cached(&sql)?;
        Ok(select.query_row([key], standing).optional()?.unwrap_or_default())
    }

    fn match_id(&self, key: &str) -> Result<Option<i64>, Error> {
        let mut select = self.db.prepare_cached("SELECT id FROM match_key WHERE key = ?1")?;
        Ok(select.query_row([key], |row| row.get(0)).optional()?)
    }
}

fn is_of_outbox(key: &str) -> bool {
    key.starts_with(NO_MATCH)
}

/// Whether our own rules made it of a match: a program may have a subject for each of
/// its events, and would drive every match out of a history.
fn is_of_match(event: &Captured) -> bool {
    let is_ours = serde_json::from_str(&event.body)
        .is_ok_and(|Typed { event_type }| event_type.starts_with(Kind::NAMESPACE));
    is_ours && !is_of_outbox(&event.match_key)
}

/// Of a CloudEvent its type alone.
#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    event_type: String,
}

/// The event, where its bytes are those that were written. Columns of a damaged row
/// may be of any type.
fn whole(row: &Row<'_>) -> Option<Captured> {
    let (sequence, event_id) = (row.get(0).ok()?, event_id(row, 1).ok()?);
    let (match_key, body): (String, String) = (row.get(2).ok()?, row.get(4).ok()?);
    let (origin, was): (_, u32) = (origin::read(row, 5).ok()?, row.get(6).ok()?);
    let is = checksum::of_event(sequence, event_id, &match_key, origin, &body);
    let appended_ms = row.get(3).ok()?;
    (is == was).then_some(Captured { sequence, event_id, match_key, appended_ms, body })
}

fn standing(row: &Row<'_>) -> rusqlite::Result<MatchStanding> {
    Ok(MatchStanding { sent: row.get(1)?, waiting: row.get(2)?, refused: row.get(3)? })
}
