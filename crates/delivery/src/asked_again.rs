//! Events that the server asks for again: each waits by itself.
//!
//! A server that cannot take one event now says so of that event alone, and may
//! say so for ever. So the event steps aside: others, of its match too, go on
//! as if it were not there, and it comes up again after a wait that doubles, in
//! a batch of its own kind. Nothing gives it up but its age.

use std::collections::BTreeMap;

use event_model::{ClockReading, Moment};

use crate::backoff_ms;

/// Events that can wait by themselves: 1 MiB of memory, and some hundredths of
/// a second where a claim passes over all of them. With more the server takes
/// hardly anything, and is waited for as a whole.
const WAITING_MAX: usize = 10_000;

/// The events that wait, by their place in the outbox.
///
/// Not kept over a restart: a new run asks once more, and is told again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedAgain {
    /// How often each was asked for again.
    times: BTreeMap<u64, u32>,
    next: Option<ClockReading>,
}

/// Whether there was room to let all of them wait by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// There was.
    ForAll,
    /// Some stay in the queue as they were.
    ForSome,
}

impl AskedAgain {
    /// The server asks for these again. The next try is as near as the one that
    /// was asked for least often needs it: who is new neither waits for the
    /// others nor keeps them waiting, and all go together.
    pub fn keep(
        &mut self,
        sequences: impl IntoIterator<Item = u64>,
        now: Moment,
        random: u64,
    ) -> Room {
        let (before, mut tried) = (self.wait_ms(now), false);
        let mut room = Room::ForAll;
        for sequence in sequences {
            tried |= self.holds(sequence);
            if self.times.len() >= WAITING_MAX && !self.holds(sequence) {
                room = Room::ForSome;
                continue;
            }
            let times = self.times.entry(sequence).or_default();
            *times = times.saturating_add(1);
        }
        if let Some(least) = self.times.values().min() {
            let own = backoff_ms(*least, None, random);
            let wait = before.filter(|_| !tried).map_or(own, |left| left.min(own));
            let mono_ms = now.clock.mono_ms.saturating_add(wait);
            self.next = Some(ClockReading { mono_ms, ..now.clock });
        }
        room
    }

    /// It does not wait any more, whatever became of it.
    pub fn forget(&mut self, sequence: u64) {
        self.times.remove(&sequence);
    }

    /// Whether the event waits by itself.
    #[must_use]
    pub fn holds(&self, sequence: u64) -> bool {
        self.times.contains_key(&sequence)
    }

    /// How long until they are sent again; `None` where none waits.
    #[must_use]
    pub fn wait_ms(&self, now: Moment) -> Option<u64> {
        if self.times.is_empty() {
            return None;
        }
        let left = self.next.filter(|next| next.epoch == now.clock.epoch);
        Some(left.map_or(0, |next| next.mono_ms.saturating_sub(now.clock.mono_ms)))
    }

    /// Those to send again now, in the order of their turns: who was asked for
    /// least often, then who is oldest.
    #[must_use]
    pub fn due(&self, now: Moment) -> Vec<u64> {
        if self.wait_ms(now) != Some(0) {
            return Vec::new();
        }
        let mut due: Vec<(u32, u64)> =
            self.times.iter().map(|(sequence, times)| (*times, *sequence)).collect();
        due.sort_unstable();
        due.into_iter().map(|(_, sequence)| sequence).collect()
    }
}
