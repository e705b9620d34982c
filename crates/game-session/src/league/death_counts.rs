//! Numbers a player's deaths with the scoreboard's own counter.
//!
//! The n-th listed death of a player is the (n + baseline)-th of the match,
//! where the baseline is what the list cannot show: deaths before this client
//! joined. Scores may lag behind the list by a poll, so a player's baseline is
//! read off a poll that lists no death of theirs within the last seconds.

use std::collections::BTreeMap;

use event_model::Ordinal;
use serde::{Deserialize, Serialize};

/// Name of the counter in an ordinal.
const VICTIM_DEATHS: &str = "victim deaths";

/// How long after a listed death its score is certain to show it. Scores lag
/// by about one poll, a second; three are generous.
const SCORE_LAG_MS: i64 = 3_000;

/// A client whose list begins earlier has seen the match from its start.
/// Seen in recordings: 0.02 to 0.04 s from the start, 480 s and more later on.
pub(super) const FROM_THE_START_MS: i64 = 60_000;

/// Deaths listed and deaths scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct DeathCounts {
    /// Which run of the counter: time going back sets it back.
    run: u32,
    listed: BTreeMap<String, i64>,
    baseline: Baseline,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Baseline {
    /// Every listed death is one of the match, from the first.
    Zero,
    /// What the list cannot show, for the players it is known of so far.
    Settling(BTreeMap<String, i64>),
    /// The same; the others' deaths are never numbered.
    Settled(BTreeMap<String, i64>),
}

/// What a poll says of the players' deaths, by the names that events use.
pub(super) struct DeathPoll<'p> {
    pub(super) game_time_ms: i64,
    /// The scoreboard's counters.
    pub(super) scored: &'p BTreeMap<String, i64>,
    /// When each player's latest listed death was.
    pub(super) latest_ms: &'p BTreeMap<String, i64>,
    /// Listed deaths that were not counted yet.
    pub(super) held: &'p BTreeMap<String, i64>,
}

impl DeathCounts {
    /// Counts of a client whose list begins at `start_ms` of the game's clock.
    pub(super) fn begin(start_ms: i64) -> Self {
        let baseline = if start_ms < FROM_THE_START_MS {
            Baseline::Zero
        } else {
            Baseline::Settling(BTreeMap::new())
        };
        Self { run: 0, listed: BTreeMap::new(), baseline }
    }

    /// Whether a death can be numbered now, or never.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self.baseline, Baseline::Settling(_))
    }

    /// The list began anew: what lies between is not in it.
    pub(super) fn renumbered(&mut self) {
        self.baseline = Baseline::Settling(BTreeMap::new());
    }

    /// Time went back: the counter was set back with it.
    pub(super) fn rewound(&mut self) {
        self.run = self.run.saturating_add(1);
        self.baseline = Baseline::Settling(BTreeMap::new());
    }

    /// Nothing further will come: deaths of players whose score may lag go out
    /// without a number.
    pub(super) fn give_up(&mut self) {
        if let Baseline::Settling(known) = &mut self.baseline {
            self.baseline = Baseline::Settled(std::mem::take(known));
        }
    }

    /// Reads off the scoreboard what it certainly shows.
    pub(super) fn poll(&mut self, poll: &DeathPoll<'_>) {
        let Baseline::Settling(known) = &mut self.baseline else { return };
        for (name, deaths) in poll.scored {
            let latest_ms = poll.latest_ms.get(name);
            let certain = latest_ms.is_none_or(|latest_ms| {
                poll.game_time_ms.saturating_sub(*latest_ms) >= SCORE_LAG_MS
            });
            if certain && !known.contains_key(name) {
                let listed = self.listed.get(name).unwrap_or(&0);
                let held = poll.held.get(name).unwrap_or(&0);
                known.insert(name.clone(), deaths.saturating_sub(listed.saturating_add(*held)));
            }
        }
        if poll.scored.keys().all(|name| known.contains_key(name)) {
            self.give_up();
        }
    }

    /// Counts a listed death of `victim`, a name that one player has.
    pub(super) fn count(&mut self, victim: &str) -> Option<Ordinal> {
        let listed = self.listed.entry(victim.to_owned()).or_default();
        *listed = listed.saturating_add(1);
        let missing = match &self.baseline {
            Baseline::Zero => 0,
            Baseline::Settled(missing) => *missing.get(victim)?,
            Baseline::Settling(_) => return None,
        };
        let value =
            u64::try_from(listed.saturating_add(missing)).ok().filter(|value| *value > 0)?;
        Some(Ordinal { of: VICTIM_DEATHS.to_owned(), run: self.run, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ana(number: i64) -> BTreeMap<String, i64> {
        BTreeMap::from([("Ana".to_owned(), number)])
    }

    /// A poll that lists one death of Ana at 499 s, not counted yet.
    fn poll(counts: &mut DeathCounts, game_time_ms: i64, deaths: i64) {
        counts.poll(&DeathPoll {
            game_time_ms,
            scored: &of_ana(deaths),
            latest_ms: &of_ana(499_000),
            held: &of_ana(1),
        });
    }

    fn value(counts: &mut DeathCounts) -> Option<u64> {
        counts.count("Ana").map(|ordinal| ordinal.value)
    }

    #[test]
    fn from_the_start_every_listed_death_counts_from_one() {
        let mut counts = DeathCounts::begin(20);
        assert!(counts.is_settled());
        assert_eq!((value(&mut counts), value(&mut counts)), (Some(1), Some(2)));
    }

    #[test]
    fn a_late_client_adds_the_deaths_it_did_not_see() {
        let mut counts = DeathCounts::begin(480_000);
        poll(&mut counts, 502_000, 4);
        assert!(counts.is_settled(), "the death is older than any lag");
        assert_eq!(value(&mut counts), Some(4), "three unseen, and this one");
    }

    #[test]
    fn a_score_that_may_lag_is_waited_for() {
        let mut counts = DeathCounts::begin(480_000);
        poll(&mut counts, 499_200, 3);
        poll(&mut counts, 500_000, 3);
        poll(&mut counts, 501_000, 4);
        assert!(!counts.is_settled());
        poll(&mut counts, 502_000, 4);
        assert_eq!(value(&mut counts), Some(4));
    }

    #[test]
    fn at_the_end_only_a_score_that_may_lag_gives_no_number() {
        let mut counts = DeathCounts::begin(480_000);
        counts.poll(&DeathPoll {
            game_time_ms: 500_000,
            scored: &BTreeMap::from([("Ana".to_owned(), 3), ("Bo".to_owned(), 7)]),
            latest_ms: &of_ana(499_000),
            held: &BTreeMap::from([("Ana".to_owned(), 1), ("Bo".to_owned(), 1)]),
        });
        counts.give_up();
        assert_eq!(value(&mut counts), None);
        assert_eq!(counts.count("Bo").map(|ordinal| ordinal.value), Some(7));
    }

    #[test]
    fn absurd_scores_overflow_nothing() {
        for deaths in [i64::MIN, i64::MAX] {
            let mut counts = DeathCounts::begin(480_000);
            poll(&mut counts, 510_000, deaths);
            value(&mut counts);
        }
    }

    #[test]
    fn a_rewind_begins_another_run() {
        let mut counts = DeathCounts::begin(20);
        value(&mut counts);
        counts.rewound();
        let none = BTreeMap::new();
        let scored = of_ana(0);
        counts.poll(&DeathPoll { game_time_ms: 1, scored: &scored, latest_ms: &none, held: &none });
        let ordinal = counts.count("Ana").unwrap();
        assert_eq!((ordinal.run, ordinal.value), (1, 1), "the undone death does not count");
    }
}
