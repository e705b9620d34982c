//! What can be done of several matches at once, on as many threads.
//!
//! Matches are dealt out by the hash of their keys, so that one is written by
//! one thread alone. What comes of it does not depend on how many there are:
//! only the order of the log counts, and within a match it stays.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    num::NonZero,
    thread,
};

use super::open_match::OpenMatch;

/// Threads at most: what they prepare one thread writes, since SQLite has one
/// writer, and more of them would only wait for it.
const SHARDS_MAX: usize = 4;

/// Events for which another thread is begun: that costs as much as to fold in
/// a few of them.
pub(super) const EVENTS_A_SHARD: usize = 64;

/// As many as the machine has room for.
pub(super) fn fitting() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(SHARDS_MAX)
}

/// Does something with each of these matches, which have so many events in all;
/// what came of each, in no order.
pub(super) fn each<'m, T: Send>(
    matches: Vec<&'m mut OpenMatch>,
    events: usize,
    shards: usize,
    work: impl Fn(&mut OpenMatch) -> T + Sync,
) -> Vec<(&'m mut OpenMatch, T)> {
    let done = |of: &'m mut OpenMatch| {
        let came = work(of);
        (of, came)
    };
    let mut dealt: Vec<Vec<&mut OpenMatch>> = Vec::new();
    dealt.resize_with(worth(events, shards), Vec::new);
    for of in matches {
        let shard = shard_of(&of.key, dealt.len());
        dealt[shard].push(of);
    }
    at_once(dealt, |part| part.into_iter().map(done).collect())
}

/// Does something with each of these in parts that follow each other; what came
/// of each, in their order.
pub(super) fn in_parts<'a, A: Sync, T: Send>(
    all: &'a [A],
    events: usize,
    shards: usize,
    work: impl Fn(&'a A) -> Vec<T> + Sync,
) -> Vec<T> {
    let size = all.len().div_ceil(worth(events, shards)).max(1);
    at_once(all.chunks(size).collect(), |part| part.iter().flat_map(&work).collect())
}

/// So many threads are worth their beginning.
fn worth(events: usize, shards: usize) -> usize {
    shards.min(events / EVENTS_A_SHARD).max(1)
}

fn shard_of(key: &str, shards: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    usize::try_from(hasher.finish() % (shards as u64)).unwrap_or(0)
}

/// Each part on a thread of its own, the first one on this.
fn at_once<P: Send, T: Send>(parts: Vec<P>, work: impl Fn(P) -> Vec<T> + Sync) -> Vec<T> {
    let mut parts = parts.into_iter();
    let Some(own) = parts.next() else { return Vec::new() };
    thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        let mut all = work(own);
        for other in others {
            match other.join() {
                Ok(came) => all.extend(came),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}
