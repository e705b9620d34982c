//! Who may do what: devices, readers and enrolment keys.

mod device;
mod enrolment_key;
mod reader;

use event_model::{DeviceId, NamesKey};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Result, Store, Token, TokenHash, columns::uuid_column};

pub use device::{DeviceRow, EnrolOutcome};
pub use enrolment_key::{EnrolmentKeyRow, KeyFault, NewEnrolmentKey};
pub use reader::{ReaderRole, ReaderRow};

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// A device's.
    Device(DeviceId),
    /// A reader's or operator's.
    Reader(ReaderRole),
}

/// Whether a token still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// It does.
    Valid,
    /// It was revoked.
    Revoked,
}

/// What pseudonyms of names are made under at this log.
pub(crate) fn read_names_key(log: &Connection) -> Result<NamesKey> {
    let mut statement = log.prepare_cached("SELECT names_key FROM store")?;
    Ok(NamesKey::new(statement.query_row([], |row| row.get(0))?))
}

impl Validity {
    fn of_revoked(revoked: bool) -> Self {
        if revoked { Self::Revoked } else { Self::Valid }
    }
}

impl Store {
    /// Changes whenever another connection has written, and never by this one's
    /// own writes: accounts may have been changed from a shell.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// What pseudonyms of names are made under at this database.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn names_key(&self) -> Result<NamesKey> {
        read_names_key(&self.connection)
    }

    /// The tokens of devices, of the newest where there are more than `count_max`.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn device_principals(
        &self,
        count_max: usize,
    ) -> Result<Vec<(TokenHash, (Principal, Validity))>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT token_hash, device, revoked_at_ms IS NOT NULL AS revoked FROM device
             ORDER BY device_no DESC LIMIT ?1",
        )?;
        let rows = statement.query_map([i64::try_from(count_max).unwrap_or(i64::MAX)], |row| {
            let device = Principal::Device(DeviceId(uuid_column(row, "device")?));
            let validity = Validity::of_revoked(row.get("revoked")?);
            Ok((TokenHash(row.get("token_hash")?), (device, validity)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whose token this is; `None` where nobody's.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn principal(&self, token: &Token) -> Result<Option<(Principal, Validity)>> {
        let hash = token.hash().0;
        let device = self
            .connection
            .prepare_cached(
                "SELECT device, revoked_at_ms IS NOT NULL AS revoked FROM device
                 WHERE token_hash = ?1",
            )?
            .query_row(params![hash], |row| {
                let device = DeviceId(uuid_column(row, "device")?);
                Ok((Principal::Device(device), Validity::of_revoked(row.get("revoked")?)))
            })
            .optional()?;
        if device.is_some() {
            return Ok(device);
        }
        let reader = self
            .connection
            .prepare_cached(
                "SELECT role, revoked_at_ms IS NOT NULL AS revoked FROM reader
                 WHERE token_hash = ?1",
            )?
            .query_row(params![hash], |row| {
                let role = ReaderRole::read(&row.get::<_, String>("role")?);
                Ok((Principal::Reader(role), Validity::of_revoked(row.get("revoked")?)))
            })
            .optional()?;
        Ok(reader)
    }
}
