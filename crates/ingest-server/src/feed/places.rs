//! How many feeds may be open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ingest_api::ProblemKind;
use ingest_store::TokenHash;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Bounds, rejection::Rejection};

use super::Hub;

/// When somebody may come back who has as many feeds as one may have: another
/// one of theirs has to end first.
const RETRY_AFTER_S: u64 = 10;

/// Feeds that read at a time: a quarter of the connections that only read. All of
/// them read at once where a match that all watch changes, and others read too.
const READING_MAX: usize = 2;

/// The open feeds, and what wakes them.
pub(crate) struct Feeds {
    pub(super) hub: Arc<Hub>,
    open: Arc<Mutex<Open>>,
    turns: Semaphore,
    all_max: u32,
    principal_max: u32,
}

#[derive(Default)]
struct Open {
    all: u32,
    of: HashMap<TokenHash, u32>,
}

/// One of them, until it is dropped.
pub(crate) struct FeedPlace {
    open: Arc<Mutex<Open>>,
    owner: TokenHash,
}

impl Feeds {
    pub(crate) fn new(hub: Arc<Hub>, bounds: &Bounds) -> Self {
        Self {
            hub,
            open: Arc::default(),
            turns: Semaphore::new(READING_MAX),
            all_max: bounds.feeds_max,
            principal_max: bounds.principal_feeds_max,
        }
    }

    /// How many are open.
    pub(crate) fn open(&self) -> u64 {
        lock(&self.open).all.into()
    }

    /// Wakes those of matches that changed otherwise than by following the log.
    pub(crate) fn changed(&self, matches: &[(String, u64)]) {
        self.hub.changed(matches.iter().map(|(key, _)| key.as_str()));
    }

    /// A feed's turn to read. It waits as long as it takes: who opens one has a
    /// patience, and one that is open has time.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Rejection> {
        self.turns.acquire().await.map_err(|_| Rejection::stopped())
    }

    /// One more for the owner of a token, or when to come back.
    pub(crate) fn take(&self, owner: TokenHash) -> Result<FeedPlace, Rejection> {
        let mut open = lock(&self.open);
        if open.of.get(&owner).copied().unwrap_or(0) >= self.principal_max {
            let detail = format!("a token may have {} feeds open", self.principal_max);
            let limited = Rejection::new(ProblemKind::RateLimited, detail);
            return Err(limited.retry_after_s(RETRY_AFTER_S));
        }
        if open.all >= self.all_max {
            let detail = "as many feeds are open as this server has at a time";
            return Err(Rejection::overloaded(detail));
        }
        open.all += 1;
        *open.of.entry(owner).or_default() += 1;
        drop(open);
        Ok(FeedPlace { open: self.open.clone(), owner })
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for FeedPlace {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.all = open.all.saturating_sub(1);
        if let Some(count) = open.of.get_mut(&self.owner) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.of.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ingest_store::Token;

    use super::*;

    #[test]
    fn one_token_cannot_take_every_place_and_what_ends_makes_room() {
        let bounds = Bounds { feeds_max: 3, principal_feeds_max: 2, ..Bounds::default() };
        let feeds = Feeds::new(Arc::default(), &bounds);
        let [one, other, third] = ["1", "2", "3"].map(|text| Token::from_text(text).hash());
        let (first, _second) = (feeds.take(one).unwrap(), feeds.take(one).unwrap());
        assert_eq!(feeds.take(one).err().unwrap().status(), 429);
        let _third = feeds.take(other).unwrap();
        assert_eq!(feeds.take(third).err().unwrap().status(), 503);
        assert_eq!(feeds.open(), 3);
        drop(first);
        let last = feeds.take(third).unwrap();
        drop(last);
        assert!(!lock(&feeds.open).of.contains_key(&third), "nobody without a feed is kept");
    }
}
