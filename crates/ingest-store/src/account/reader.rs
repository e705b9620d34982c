//! Readers and operators: those who look, and those who may do more.

use event_model::WallTime;
use rusqlite::params;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Result, Store, Token, TokenKind,
    columns::{time_column, uuid_column},
    token,
};

/// What a reader may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderRole {
    /// Read every match.
    Reader,
    /// The same, seal and reopen matches, and erase what any device sent.
    Operator,
}

impl ReaderRole {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Operator => "operator",
        }
    }

    /// The tables' CHECK allows only the two words.
    pub(super) fn read(text: &str) -> Self {
        if text == "operator" { Self::Operator } else { Self::Reader }
    }
}

/// A reader, for an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReaderRow {
    /// Its id.
    pub reader: Uuid,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: ReaderRole,
    /// When it was added.
    pub added_at: WallTime,
    /// When its token was revoked, if it was.
    pub revoked_at: Option<WallTime>,
}

impl Store {
    /// Adds a reader, and gives its id and token.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn add_reader(
        &mut self,
        name: &str,
        role: ReaderRole,
        now: WallTime,
    ) -> Result<(Uuid, Token)> {
        let (reader, token) = (token::random_uuid(), Token::generate(TokenKind::Reader));
        self.connection.execute(
            "INSERT INTO reader (reader, name, role, token_hash, added_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![reader.to_string(), name, role.as_str(), token.hash().0, now.unix_ms()],
        )?;
        Ok((reader, token))
    }

    /// Revokes a reader's token; `false` where there is no such reader.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn revoke_reader(&mut self, reader: Uuid, now: WallTime) -> Result<bool> {
        let revoked = self.connection.execute(
            "UPDATE reader SET revoked_at_ms = ifnull(revoked_at_ms, ?2) WHERE reader = ?1",
            params![reader.to_string(), now.unix_ms()],
        )?;
        Ok(revoked == 1)
    }

    /// Every reader, the newest last.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn readers(&self) -> Result<Vec<ReaderRow>> {
        let sql = "SELECT reader, name, role, added_at_ms, revoked_at_ms FROM reader
                   ORDER BY added_at_ms, reader";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(ReaderRow {
                reader: uuid_column(row, "reader")?,
                name: row.get("name")?,
                role: ReaderRole::read(&row.get::<_, String>("role")?),
                added_at: time_column(row, "added_at_ms")?,
                revoked_at: row.get::<_, Option<i64>>("revoked_at_ms")?.map(WallTime::from_unix_ms),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
