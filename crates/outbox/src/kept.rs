//! Games whose events stay here: they wait, and are passed over.

use event_model::Game;
use rusqlite::{Connection, OptionalExtension};

use crate::{Error, spans::Spans};

/// Which games' events are not claimed.
///
/// A condition in SQL, looked at once a span: the key of a match begins with its
/// game, and a game's name has no character that SQL or GLOB reads otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kept(Vec<Game>);

impl Kept {
    pub(crate) fn of(games: &[Game]) -> Self {
        Self(games.to_vec())
    }

    /// SQL that is true where the match with the key in `column` may leave.
    pub(crate) fn leaves(&self, column: &str) -> String {
        match self.0.as_slice() {
            [] => "true".to_owned(),
            games => {
                let kept: Vec<String> =
                    games.iter().map(|game| format!("{column} GLOB '{game}:*'")).collect();
                format!("NOT ({})", kept.join(" OR "))
            }
        }
    }

    /// Whether the match may leave. One that is not known may: its rows are damaged,
    /// which a claim finds out.
    pub(crate) fn lets_go(&self, db: &Connection, match_id: i64) -> Result<bool, Error> {
        let leaves = self.leaves("key");
        let sql = format!("SELECT {leaves} FROM match_key WHERE id = ?1");
        let mut select = db.prepare_cached(&sql)?;
        Ok(select.query_row([match_id], |row| row.get(0)).optional()?.unwrap_or(true))
    }

    /// How many events of these games are in the queue.
    pub(crate) fn count(&self, db: &Connection) -> Result<u64, Error> {
        if self.0.is_empty() {
            return Ok(0);
        }
        let (queue, leaves) = (Spans::Queue.table(), self.leaves("m.key"));
        let mut select = db.prepare_cached(&format!(
            "SELECT coalesce(sum(q.last - q.first + 1), 0)
             FROM {queue} q JOIN match_key m ON m.id = q.match_id WHERE NOT ({leaves})"
        ))?;
        Ok(select.query_row([], |row| row.get(0))?)
    }
}
