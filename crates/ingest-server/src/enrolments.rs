//! The places of those who enrol, few of them for each credential: a key is
//! shared by many, and who drips with it keeps only its own holders waiting.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ingest_store::{Token, TokenHash};

use crate::{Config, rejection::Rejection};

/// Who enrols at this moment.
#[derive(Default)]
pub(crate) struct Enrolments(Mutex<HashMap<TokenHash, usize>>);

/// A place, until it is dropped.
pub(crate) struct Enrolling<'e> {
    enrolments: &'e Enrolments,
    credential: TokenHash,
}

impl Enrolments {
    /// A place for one more, or when to come again.
    pub(crate) fn begin(&self, credential: &Token) -> Result<Enrolling<'_>, Rejection> {
        let credential = credential.hash();
        let mut held = self.held();
        if held.values().sum::<usize>() >= Config::ENROLMENTS_MAX {
            let detail = "as many devices enrol as this server takes at a time";
            return Err(Rejection::overloaded(detail));
        }
        let own = held.entry(credential).or_default();
        if *own >= Config::CREDENTIAL_ENROLMENTS_MAX {
            let detail = "as many devices enrol with this key as may at a time";
            return Err(Rejection::overloaded(detail));
        }
        *own += 1;
        drop(held);
        Ok(Enrolling { enrolments: self, credential })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<TokenHash, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Enrolling<'_> {
    fn drop(&mut self) {
        let mut held = self.enrolments.held();
        if let Some(own) = held.get_mut(&self.credential) {
            *own -= 1;
            if *own == 0 {
                held.remove(&self.credential);
            }
        }
    }
}
