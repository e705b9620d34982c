//! What was decided about matches. It depends on when somebody asked, so it is
//! in the log, and folded in behind the event that it was made at.

use std::collections::BTreeSet;

use event_model::WallTime;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use crate::{Result, Store, columns::time_column, segment};

/// What is decided about a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing of it moves any more.
    Sealed,
    /// It may move again.
    Reopened,
}

/// Why a match is sealed or reopened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealReason {
    /// Every device has told its end, and all that it sent before is here.
    AllEnded,
    /// Nobody told anything for long, or somebody does for too long.
    Aged,
    /// A person wants it.
    Operator,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It holds behind this position of the log.
    At(u64),
    /// It held before.
    AlreadySo,
    /// The match was joined into the one of this key.
    Moved(String),
    /// There is no such match, as far as the log was followed.
    Unknown,
}

impl Decision {
    fn word(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Reopened => "reopened",
        }
    }
}

impl SealReason {
    /// Its word in metrics and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllEnded => "all_ended",
            Self::Aged => "aged",
            Self::Operator => "operator",
        }
    }
}

impl Store {
    /// Decides about the match of a key. Who follows the log folds it in behind
    /// what is stored now.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn decide(
        &mut self,
        key: &str,
        decision: Decision,
        reason: SealReason,
        now: WallTime,
    ) -> Result<Decided> {
        let Some(of) = Decidable::find(self.index.get()?, key)? else {
            return Ok(Decided::Unknown);
        };
        if of.key != key {
            return Ok(Decided::Moved(of.key));
        }
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if of.stands(&transaction)? == decision {
            return Ok(Decided::AlreadySo);
        }
        let segments = segment::all(&transaction)?;
        let through = segment::log_end(&transaction, &segments)?.position;
        let sql = "INSERT INTO match_decision (through, match_key, decision, reason, decided_at_ms)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        // By each of its keys: of one all events may be erased, and an index made
        // anew knows no match by it.
        let (word, why, at_ms) = (decision.word(), reason.as_str(), now.unix_ms());
        for key in &of.keys {
            transaction.execute(sql, params![through, key, word, why, at_ms])?;
        }
        transaction.commit()?;
        Ok(Decided::At(through.unsigned_abs()))
    }
}

/// A match that can be decided about, as the index has it.
struct Decidable {
    key: String,
    is_sealed: bool,
    /// Decisions up to this one are in that.
    decided: i64,
    keys: Vec<String>,
}

impl Decidable {
    fn find(index: &Connection, key: &str) -> Result<Option<Self>> {
        let sql = "SELECT m.match_id, m.key, m.sealed_at_ms IS NOT NULL, f.decided
                   FROM match_key k JOIN game_match m USING (match_id) JOIN follow f
                   WHERE k.key = ?1";
        let found = index
            .prepare_cached(sql)?
            .query_row([key], |row| {
                let keys = Vec::new();
                let of =
                    Self { key: row.get(1)?, is_sealed: row.get(2)?, decided: row.get(3)?, keys };
                Ok((row.get(0)?, of))
            })
            .optional()?;
        let Some((match_id, mut of)): Option<(i64, Self)> = found else { return Ok(None) };
        let mut statement =
            index.prepare_cached("SELECT key FROM match_key WHERE match_id = ?1")?;
        of.keys =
            statement.query_map([match_id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(Some(of))
    }

    /// What holds, with what was decided and is not yet folded in.
    fn stands(&self, log: &Connection) -> Result<Decision> {
        let mut last = (0, self.is_sealed);
        let sql = "SELECT decision_no, decision = 'sealed' FROM match_decision
                   WHERE match_key = ?1 AND decision_no > ?2 ORDER BY decision_no DESC LIMIT 1";
        let mut statement = log.prepare_cached(sql)?;
        for key in &self.keys {
            let newest = statement
                .query_row(params![key, self.decided], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            last = last.max(newest.unwrap_or(last));
        }
        Ok(if last.1 { Decision::Sealed } else { Decision::Reopened })
    }
}

/// A decision of the log, by one of the keys of its match: by the next one it
/// changes nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) decision_no: i64,
    pub(crate) through: u64,
    pub(crate) key: String,
    pub(crate) decision: Decision,
    pub(crate) at: WallTime,
}

const COLUMNS: &str = "decision_no, through, match_key, decision = 'sealed', decided_at_ms";

/// The number of the last one; 0 where there is none.
pub(crate) fn last_no(log: &Connection) -> Result<i64> {
    let sql = "SELECT ifnull(max(decision_no), 0) FROM match_decision";
    Ok(log.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Decisions behind one, the first first.
pub(crate) fn logged_after(
    log: &Connection,
    decision_no: i64,
    limit: usize,
) -> Result<Vec<Logged>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM match_decision WHERE decision_no > ?1
         ORDER BY decision_no LIMIT ?2"
    );
    let mut statement = log.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![decision_no, limit], logged)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Those about these keys up to one, the first first.
pub(crate) fn logged_of(
    log: &Connection,
    keys: &BTreeSet<String>,
    decision_no: i64,
) -> Result<Vec<Logged>> {
    let sql =
        format!("SELECT {COLUMNS} FROM match_decision WHERE match_key = ?1 AND decision_no <= ?2");
    let mut statement = log.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for key in keys {
        let rows = statement.query_map(params![key, decision_no], logged)?;
        found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    found.sort_unstable_by_key(|decision| decision.decision_no);
    Ok(found)
}

fn logged(row: &Row<'_>) -> rusqlite::Result<Logged> {
    Ok(Logged {
        decision_no: row.get(0)?,
        through: row.get::<_, i64>(1)?.unsigned_abs(),
        key: row.get(2)?,
        decision: if row.get(3)? { Decision::Sealed } else { Decision::Reopened },
        at: time_column(row, "decided_at_ms")?,
    })
}
