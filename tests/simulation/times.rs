//! How right the time of an event has to be, as a reader sees it.
//!
//! The server places all that one clock saw of a match by one offset: the median
//! of what the requests said of it. Where the game itself has a clock, that one
//! counts, and an event that was seen late is told at the moment when it happened.

use std::collections::BTreeMap;

use event_model::{MatchKey, WallTime};

use crate::{
    clock::true_time,
    device::Device,
    game::LEAGUE_POLL_MS,
    ledger::{Key, Ledger, Made, Stored},
};

/// Rounding to milliseconds, and what a slice runs over its end.
const ROUNDING_MS: i64 = 10;

/// What is known of the matches that were played.
pub(crate) struct Times<'a> {
    ledger: &'a Ledger,
    matches: BTreeMap<MatchKey, Played>,
}

#[derive(Debug, Default)]
struct Played {
    /// When it began, by device: the matches are made once, and two devices that
    /// play the same one play it at times of their own.
    began: BTreeMap<usize, i64>,
    /// The latest sight after the moment when one who misses nothing sees it.
    late_ms: i64,
    /// The longest way of a request.
    way_ms: i64,
}

impl<'a> Times<'a> {
    pub(crate) fn of(ledger: &'a Ledger, devices: &[Device]) -> Self {
        let moment = |key: &Key| devices[key.0].evening.moments.get(&key.1).copied();
        let mut times = Self { ledger, matches: BTreeMap::new() };
        for (key, made) in &ledger.made {
            let (Some(moment), Some(stored)) = (moment(key), times.stored(key)) else { continue };
            let played = times.matches.entry(match_of(made)).or_default();
            let began = earliest(made) - millis(moment);
            let known = played.began.entry(key.0).or_insert(began);
            *known = began.min(*known);
            if is_timed(made, stored) {
                played.way_ms = played.way_ms.max(stored.way_ms());
            }
        }
        for (key, made) in &ledger.made {
            let Some(played) = times.matches.get_mut(&match_of(made)) else { continue };
            if let (Some(moment), Some(began)) = (moment(key), played.began.get(&key.0)) {
                let late = latest(made) - millis(moment) - began;
                played.late_ms = played.late_ms.max(late);
            }
        }
        times
    }

    /// Whether an event may be told at this time.
    pub(crate) fn check(&self, key: &Key, at: WallTime) -> Result<(), String> {
        let (Some(made), Some(stored)) = (self.ledger.made.get(key), self.stored(key)) else {
            return Ok(());
        };
        // Across a reboot only the wall clock is left.
        let Some(played) = self.matches.get(&match_of(made)).filter(|_| is_timed(made, stored))
        else {
            return Ok(());
        };
        let by_game_ms = match made.new.event.data.match_clock_ms {
            Some(_) => millis(LEAGUE_POLL_MS) + played.late_ms,
            None => 0,
        };
        let slack_ms = played.spread_ms() + by_game_ms + ROUNDING_MS;
        let bound = -slack_ms..=played.way_ms + slack_ms;
        let off_ms = |seen_ms: u64| at.unix_ms() - true_time(seen_ms).unix_ms();
        let offs_ms: Vec<i64> = made.seen.iter().map(|(seen_ms, _)| off_ms(*seen_ms)).collect();
        if offs_ms.iter().any(|off_ms| bound.contains(off_ms)) {
            return Ok(());
        }
        Err(format!("{key:?} is {offs_ms:?} ms off, {bound:?} may be: {played:?}, {stored:?}"))
    }

    fn stored(&self, key: &Key) -> Option<&'a Stored> {
        self.ledger.server.events.get(key)
    }
}

impl Played {
    fn spread_ms(&self) -> i64 {
        let (first, last) = (self.began.values().min(), self.began.values().max());
        first.zip(last).map_or(0, |(first, last)| last - first)
    }
}

fn match_of(made: &Made) -> MatchKey {
    made.new.event.data.match_ref.key.clone()
}

/// Whether the server has more than the wall clock's word for its time.
fn is_timed(made: &Made, stored: &Stored) -> bool {
    made.seen.iter().any(|(_, epoch)| stored.sent_epoch == Some(*epoch))
}

fn earliest(made: &Made) -> i64 {
    millis(made.seen.iter().map(|(seen_ms, _)| *seen_ms).min().unwrap_or(0))
}

fn latest(made: &Made) -> i64 {
    millis(made.seen.iter().map(|(seen_ms, _)| *seen_ms).max().unwrap_or(0))
}

fn millis(ms: u64) -> i64 {
    i64::try_from(ms).expect("a simulation is short")
}
