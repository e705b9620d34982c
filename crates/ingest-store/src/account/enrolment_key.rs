//! Enrolment keys: with one, a device makes itself known.

use event_model::WallTime;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;

use crate::{
    Result, Store, Token,
    columns::{count_column, signed, time_column},
};

/// Why an enrolment key does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// There is no such key.
    Unknown,
    /// Its time is over.
    Expired,
    /// It opened as often as it may.
    UsedUp,
}

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEnrolmentKey {
    /// For the operator's list; unique.
    pub name: String,
    /// When it stops opening.
    pub expires_at: Option<WallTime>,
    /// How many devices it enrols.
    pub uses_max: Option<u64>,
}

/// A key, for an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnrolmentKeyRow {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub added_at: WallTime,
    /// When it stops opening.
    pub expires_at: Option<WallTime>,
    /// How many devices it may enrol.
    pub uses_max: Option<u64>,
    /// How many it has enrolled.
    pub uses: u64,
}

impl Store {
    /// Makes `key` an enrolment key; `false` where the name is taken. The same
    /// key again changes nothing, so that a server can be given it at each
    /// start.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn add_enrolment_key(
        &mut self,
        key: &Token,
        new: &NewEnrolmentKey,
        now: WallTime,
    ) -> Result<bool> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "SELECT key_hash FROM enrolment_key WHERE key_hash = ?1 OR name = ?2";
        let taken: Option<[u8; 32]> = transaction
            .query_row(sql, params![key.hash().0, new.name], |row| row.get(0))
            .optional()?;
        if let Some(taken) = taken {
            return Ok(taken == key.hash().0);
        }
        transaction.execute(
            "INSERT INTO enrolment_key (name, key_hash, added_at_ms, expires_at_ms, uses_max)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                new.name,
                key.hash().0,
                now.unix_ms(),
                new.expires_at.map(WallTime::unix_ms),
                new.uses_max.map(signed),
            ],
        )?;
        transaction.commit()?;
        Ok(true)
    }

    /// Whether this is an enrolment key that opens; it is not spent.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn check_enrolment_key(
        &self,
        key: &Token,
        now: WallTime,
    ) -> Result<std::result::Result<(), KeyFault>> {
        check(&self.connection, key, now)
    }

    /// Every enrolment key, the newest last.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn enrolment_keys(&self) -> Result<Vec<EnrolmentKeyRow>> {
        let sql = "SELECT name, added_at_ms, expires_at_ms, uses_max, uses FROM enrolment_key
                   ORDER BY added_at_ms, name";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Counts one use, where the key opens.
pub(super) fn spend(
    transaction: &Transaction<'_>,
    key: &Token,
    now: WallTime,
) -> Result<std::result::Result<(), KeyFault>> {
    let opens = check(transaction, key, now)?;
    if opens.is_ok() {
        transaction
            .prepare_cached("UPDATE enrolment_key SET uses = uses + 1 WHERE key_hash = ?1")?
            .execute(params![key.hash().0])?;
    }
    Ok(opens)
}

/// Whether the key opens.
pub(super) fn check(
    connection: &Connection,
    key: &Token,
    now: WallTime,
) -> Result<std::result::Result<(), KeyFault>> {
    let sql = "SELECT name, added_at_ms, expires_at_ms, uses_max, uses FROM enrolment_key
               WHERE key_hash = ?1";
    let known =
        connection.prepare_cached(sql)?.query_row(params![key.hash().0], read).optional()?;
    let Some(known) = known else { return Ok(Err(KeyFault::Unknown)) };
    if known.expires_at.is_some_and(|expiry| expiry <= now) {
        return Ok(Err(KeyFault::Expired));
    }
    if known.uses_max.is_some_and(|max| known.uses >= max) {
        return Ok(Err(KeyFault::UsedUp));
    }
    Ok(Ok(()))
}

fn read(row: &Row<'_>) -> rusqlite::Result<EnrolmentKeyRow> {
    let optional = |name: &str| row.get::<_, Option<i64>>(name);
    Ok(EnrolmentKeyRow {
        name: row.get("name")?,
        added_at: time_column(row, "added_at_ms")?,
        expires_at: optional("expires_at_ms")?.map(WallTime::from_unix_ms),
        uses_max: optional("uses_max")?.map(|max| u64::try_from(max).unwrap_or(0)),
        uses: count_column(row, "uses")?,
    })
}
