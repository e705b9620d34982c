//! Devices and their enrolment.

use event_model::{DeviceId, WallTime};
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;

use super::{KeyFault, enrolment_key};
use crate::{
    Result, Store, Token, TokenKind,
    columns::{time_column, uuid_column},
};

/// What became of a wish to enrol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrolOutcome {
    /// This is the device's token: a new one, or the one that it showed.
    Enrolled(Token),
    /// The device is enrolled, and the request did not show its token.
    AlreadyEnrolled,
    /// Another device has the token that this one wishes for.
    TokenTaken,
    /// The device showed its own token, which was revoked.
    Revoked,
    /// The enrolment key does not open.
    Refused(KeyFault),
}

/// A device, for an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceRow {
    /// The device.
    pub device: DeviceId,
    /// What it calls itself.
    pub name: String,
    /// When it enrolled.
    pub enrolled_at: WallTime,
    /// When its token was revoked, if it was.
    pub revoked_at: Option<WallTime>,
}

impl Store {
    /// Enrols a device by an enrolment key, or by the token it has already:
    /// shown as its credential, or as the token it wishes for.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn enrol(
        &mut self,
        device: DeviceId,
        name: &str,
        credential: &Token,
        wished: Option<Token>,
        now: WallTime,
    ) -> Result<EnrolOutcome> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = match known(&transaction, device)? {
            Some(known) => match known.answer(credential, wished.as_ref()) {
                Some(outcome) => outcome,
                // Only who holds a key is told which devices there are.
                None => match enrolment_key::check(&transaction, credential, now)? {
                    Err(KeyFault::Unknown) => EnrolOutcome::Refused(KeyFault::Unknown),
                    Ok(()) | Err(KeyFault::Expired | KeyFault::UsedUp) => {
                        EnrolOutcome::AlreadyEnrolled
                    }
                },
            },
            None if is_taken(&transaction, wished.as_ref())? => {
                match enrolment_key::check(&transaction, credential, now)? {
                    Err(fault) => EnrolOutcome::Refused(fault),
                    Ok(()) => EnrolOutcome::TokenTaken,
                }
            }
            None => match enrolment_key::spend(&transaction, credential, now)? {
                Err(fault) => EnrolOutcome::Refused(fault),
                Ok(()) => EnrolOutcome::Enrolled(insert(&transaction, device, name, wished, now)?),
            },
        };
        transaction.commit()?;
        Ok(outcome)
    }

    /// Enrols a device from the shell; `None` where it is enrolled already.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn add_device(
        &mut self,
        device: DeviceId,
        name: &str,
        now: WallTime,
    ) -> Result<Option<Token>> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if known(&transaction, device)?.is_some() {
            return Ok(None);
        }
        let token = insert(&transaction, device, name, None, now)?;
        transaction.commit()?;
        Ok(Some(token))
    }

    /// Enrols many devices in one commit, which is what benches prepare their
    /// data directories with.
    ///
    /// # Errors
    /// Where SQLite fails; one that is enrolled already is such a failure.
    pub fn add_devices(
        &mut self,
        devices: &[DeviceId],
        name: &str,
        now: WallTime,
    ) -> Result<Vec<Token>> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let add = |device: &DeviceId| insert(&transaction, *device, name, None, now);
        let tokens = devices.iter().map(add).collect::<Result<Vec<_>>>()?;
        transaction.commit()?;
        Ok(tokens)
    }

    /// Revokes a device's token; `false` where there is no such device. What it
    /// sent stays.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn revoke_device(&mut self, device: DeviceId, now: WallTime) -> Result<bool> {
        let revoked = self.connection.execute(
            "UPDATE device SET revoked_at_ms = ifnull(revoked_at_ms, ?2) WHERE device = ?1",
            params![device.to_string(), now.unix_ms()],
        )?;
        Ok(revoked == 1)
    }

    /// Every device, the newest last.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn devices(&self) -> Result<Vec<DeviceRow>> {
        let sql = "SELECT device, name, enrolled_at_ms, revoked_at_ms FROM device
                   ORDER BY enrolled_at_ms, device";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(DeviceRow {
                device: DeviceId(uuid_column(row, "device")?),
                name: row.get("name")?,
                enrolled_at: time_column(row, "enrolled_at_ms")?,
                revoked_at: row.get::<_, Option<i64>>("revoked_at_ms")?.map(WallTime::from_unix_ms),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

struct Known {
    token_hash: [u8; 32],
    revoked: bool,
}

impl Known {
    /// The answer to who shows the device's own token; `None` to anybody else.
    fn answer(&self, credential: &Token, wished: Option<&Token>) -> Option<EnrolOutcome> {
        let shown = [Some(credential), wished];
        let own = shown.into_iter().flatten().find(|token| token.hash().0 == self.token_hash)?;
        Some(if self.revoked { EnrolOutcome::Revoked } else { EnrolOutcome::Enrolled(own.clone()) })
    }
}

fn known(transaction: &Transaction<'_>, device: DeviceId) -> Result<Option<Known>> {
    let sql = "SELECT token_hash, revoked_at_ms IS NOT NULL FROM device WHERE device = ?1";
    let known = transaction
        .prepare_cached(sql)?
        .query_row(params![device.to_string()], |row| {
            Ok(Known { token_hash: row.get(0)?, revoked: row.get(1)? })
        })
        .optional()?;
    Ok(known)
}

fn is_taken(transaction: &Transaction<'_>, wished: Option<&Token>) -> Result<bool> {
    let Some(wished) = wished else { return Ok(false) };
    let sql = "SELECT EXISTS (SELECT 1 FROM device WHERE token_hash = ?1)";
    let taken = transaction.prepare_cached(sql)?.query_row([wished.hash().0], |row| row.get(0))?;
    Ok(taken)
}

fn insert(
    transaction: &Transaction<'_>,
    device: DeviceId,
    name: &str,
    wished: Option<Token>,
    now: WallTime,
) -> Result<Token> {
    let token = wished.unwrap_or_else(|| Token::generate(TokenKind::Device));
    transaction
        .prepare_cached(
            "INSERT INTO device (device, name, token_hash, enrolled_at_ms) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![device.to_string(), name, token.hash().0, now.unix_ms()])?;
    Ok(token)
}
