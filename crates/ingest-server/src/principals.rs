//! Whose token it is, remembered.
//!
//! A token is looked up in the database once and then known, so that a request
//! costs no read. The accounts can be changed from a shell while the server
//! runs: the writer's connection tells whether another one has written, and
//! when it has, everything is forgotten. What is remembered is believed for
//! [`TRUST_MS`] after such a look began.
//!
//! Then all devices are read at once: after a start or an outage everybody comes
//! back within moments, and to look each of them up costs far more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ingest_store::{Principal, Token, TokenHash, Validity};

use crate::{app::App, rejection::Rejection};

/// How long what is remembered is believed without a look at the database.
pub(crate) const TRUST_MS: u64 = 500;
/// How often that look is made while requests come.
const LOOK_INTERVAL_MS: u64 = 200;
/// Between two such readings, however often the accounts are changed.
const READ_ALL_INTERVAL_MS: u64 = 10_000;
/// Tokens remembered, in some ten megabytes; all are forgotten when there are
/// more.
const TOKENS_MAX: usize = 131_072;
/// Devices read at once: the newest, with room left for the others that come.
const DEVICES_READ_MAX: usize = TOKENS_MAX / 4 * 3;
/// Of these, noted at a time: requests wait for it, so a fraction of a
/// millisecond.
const NOTED_AT_ONCE: usize = 1_000;

type Known = (Principal, Validity);

/// The tokens that were looked up.
#[derive(Default)]
pub(crate) struct Principals(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    known: HashMap<TokenHash, Known>,
    /// What the database said when it was last looked at.
    version: Option<i64>,
    /// Rises when everything is forgotten, so that an older answer does not
    /// come in afterwards.
    generation: u64,
    looked_at_ms: Option<u64>,
    read_all_at_ms: Option<u64>,
    looking: Looking,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Looking {
    #[default]
    No,
    Yes,
}

/// Whose token this is; `None` where nobody's.
pub(crate) async fn principal(app: &Arc<App>, token: Token) -> Result<Option<Known>, Rejection> {
    let (hash, now_ms) = (token.hash(), app.clock.now().clock.mono_ms);
    let (known, generation, due) = app.principals.lock().ask(&hash, now_ms);
    if due {
        tokio::spawn(look(app.clone(), now_ms));
    }
    if known.is_some() {
        return Ok(known);
    }
    let found = app.readers.read(move |store| store.principal(&token)).await?;
    if let Some(found) = found {
        app.principals.lock().learn(hash, found, generation);
    }
    Ok(found)
}

/// Asks the database whether somebody else has written.
async fn look(app: Arc<App>, began_ms: u64) {
    let version = app.writer.write(|store| store.data_version()).await;
    let forgotten = app.principals.lock().looked(version.ok(), began_ms);
    if let Some(generation) = forgotten {
        read_all(&app, generation).await;
    }
}

/// Reads as many devices as are remembered, the newest of them.
async fn read_all(app: &App, generation: u64) {
    let Ok(all) = app.readers.read(|store| store.device_principals(DEVICES_READ_MAX)).await else {
        // Each is looked up when it comes.
        return;
    };
    for some in all.chunks(NOTED_AT_ONCE) {
        let mut remembered = app.principals.lock();
        some.iter().for_each(|(hash, found)| remembered.learn(*hash, *found, generation));
    }
}

impl Principals {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    /// What is known and may be believed, and whether a look is due, which the
    /// caller then makes.
    fn ask(&mut self, hash: &TokenHash, now_ms: u64) -> (Option<Known>, u64, bool) {
        let age_ms = self.looked_at_ms.map(|then| now_ms.saturating_sub(then));
        let believed = age_ms.is_some_and(|age_ms| age_ms < TRUST_MS);
        let known = if believed { self.known.get(hash).copied() } else { None };
        let due = self.looking == Looking::No && age_ms.is_none_or(|age| age >= LOOK_INTERVAL_MS);
        if due {
            self.looking = Looking::Yes;
        }
        (known, self.generation, due)
    }

    fn learn(&mut self, hash: TokenHash, found: Known, generation: u64) {
        if generation != self.generation {
            return;
        }
        if self.known.len() >= TOKENS_MAX {
            self.known.clear();
        }
        self.known.insert(hash, found);
    }

    /// Notes what a look found. Gives the generation for which all devices are
    /// to be read now.
    fn looked(&mut self, version: Option<i64>, began_ms: u64) -> Option<u64> {
        self.looking = Looking::No;
        if version.is_none() || version != self.version {
            self.known.clear();
            self.generation += 1;
        }
        let has_changed = version.is_some() && version != self.version;
        self.version = version;
        self.looked_at_ms = version.map(|_| began_ms);
        let age_ms = self.read_all_at_ms.map(|then| began_ms.saturating_sub(then));
        if !has_changed || age_ms.is_some_and(|age_ms| age_ms < READ_ALL_INTERVAL_MS) {
            return None;
        }
        self.read_all_at_ms = Some(began_ms);
        Some(self.generation)
    }
}

#[cfg(test)]
mod tests {
    use event_model::DeviceId;
    use uuid::Uuid;

    use super::*;

    fn one() -> (TokenHash, Known) {
        let principal = Principal::Device(DeviceId(Uuid::from_u128(1)));
        (Token::from_text("one").hash(), (principal, Validity::Valid))
    }

    #[test]
    fn nothing_is_believed_before_a_look_or_long_after_it() {
        let (hash, found) = one();
        let mut remembered = Remembered::default();
        let (known, generation, due) = remembered.ask(&hash, 0);
        assert_eq!((known, due), (None, true));
        remembered.looked(Some(7), 0);
        assert_eq!(remembered.ask(&hash, 0).0, None);
        remembered.learn(hash, found, generation);
        assert_eq!(remembered.ask(&hash, 1).0, None, "it was read before the look");
        remembered.learn(hash, found, remembered.generation);
        assert_eq!(remembered.ask(&hash, TRUST_MS - 1).0, Some(found));
        assert_eq!(remembered.ask(&hash, TRUST_MS).0, None);
    }

    #[test]
    fn a_write_from_elsewhere_forgets_everything() {
        let (hash, found) = one();
        let mut remembered = Remembered::default();
        remembered.looked(Some(7), 0);
        remembered.learn(hash, found, remembered.generation);
        remembered.looked(Some(7), 100);
        assert_eq!(remembered.ask(&hash, 101).0, Some(found), "nobody wrote");
        remembered.looked(Some(8), 200);
        assert_eq!(remembered.ask(&hash, 201).0, None);
    }

    #[test]
    fn all_are_read_when_they_were_forgotten_and_not_too_often() {
        let mut remembered = Remembered::default();
        assert_eq!(remembered.looked(Some(7), 0), Some(1), "at the start");
        assert_eq!(remembered.looked(Some(7), READ_ALL_INTERVAL_MS), None, "all are known");
        assert_eq!(remembered.looked(None, READ_ALL_INTERVAL_MS), None, "the look failed");
        assert_eq!(remembered.looked(Some(7), READ_ALL_INTERVAL_MS), Some(3));
        assert_eq!(remembered.looked(Some(8), READ_ALL_INTERVAL_MS + 1), None, "so soon again");
        let (hash, found) = one();
        remembered.learn(hash, found, 3);
        assert_eq!(remembered.ask(&hash, READ_ALL_INTERVAL_MS + 2).0, None, "read before");
    }

    #[test]
    fn one_looks_while_the_others_do_not() {
        let (hash, _) = one();
        let mut remembered = Remembered::default();
        assert!(remembered.ask(&hash, 0).2);
        assert!(!remembered.ask(&hash, 0).2, "somebody looks already");
        remembered.looked(None, 0);
        assert!(remembered.ask(&hash, 0).2, "the look failed");
    }
}
