//! Numbers a player's deaths with the scoreboard's own counter.
//!
//! The n-th listed death of a player is the (n + baseline)-th of the match,
//! where the baseline is what the list cannot show: deaths before this client
//! joined. Scores may lag behind the list by a poll, so a baseline counts only
//! once two polls agree on it.

use std::collections::BTreeMap;

use event_model::Ordinal;
use serde::{Deserialize, Serialize};

/// Name of the counter in an ordinal.
const VICTIM_DEATHS: &str = "victim deaths";

/// Polls to wait for agreement; then kills go out without an ordinal. Scores
/// lag by about one poll, so five are generous.
const SETTLING_POLLS_MAX: u32 = 5;

/// Game time between two polls that count as two: shorter ones may both lie
/// within one lag of the scoreboard.
const SETTLING_MS: i64 = 1_500;

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
    /// Two polls do not agree yet.
    Settling { candidate: Option<Candidate>, polls: u32 },
    /// What the list cannot show, per player; a player without one has none
    /// that can be trusted.
    Settled(BTreeMap<String, i64>),
    /// Every listed death is one of the match, from the first.
    Zero,
    /// No agreement came.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Candidate {
    game_time_ms: i64,
    differences: BTreeMap<String, i64>,
}

impl DeathCounts {
    /// Counts of a client whose list begins at `start_ms` of the game's clock.
    pub(super) fn begin(start_ms: i64) -> Self {
        let baseline =
            if start_ms < FROM_THE_START_MS { Baseline::Zero } else { Baseline::settling() };
        Self { run: 0, listed: BTreeMap::new(), baseline }
    }

    /// Whether a death can be numbered now, or never.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self.baseline, Baseline::Settling { .. })
    }

    /// The list began anew: what lies between is not in it.
    pub(super) fn renumbered(&mut self) {
        self.baseline = Baseline::settling();
    }

    /// Time went back: the counter was set back with it.
    pub(super) fn rewound(&mut self) {
        self.run = self.run.saturating_add(1);
        self.baseline = Baseline::settling();
    }

    /// Nothing further will come: kills go out as they are.
    pub(super) fn give_up(&mut self) {
        if !self.is_settled() {
            self.baseline = Baseline::Unknown;
        }
    }

    /// Compares the scoreboard with the list, of which `held` deaths are not
    /// counted yet.
    pub(super) fn poll(
        &mut self,
        game_time_ms: i64,
        scored: &BTreeMap<String, i64>,
        held: &BTreeMap<String, i64>,
    ) {
        let Baseline::Settling { candidate, polls } = &mut self.baseline else { return };
        let differences: BTreeMap<_, _> = scored
            .iter()
            .map(|(name, deaths)| {
                let listed = self.listed.get(name).unwrap_or(&0) + held.get(name).unwrap_or(&0);
                (name.clone(), deaths.saturating_sub(listed))
            })
            .collect();
        match candidate {
            Some(before) if before.differences == differences => {
                if before.is_confirmed_at(game_time_ms) {
                    self.baseline = Baseline::Settled(differences);
                }
            }
            Some(before) if before.game_time_ms == game_time_ms => {}
            Some(_) | None if *polls >= SETTLING_POLLS_MAX => self.baseline = Baseline::Unknown,
            Some(_) | None => {
                *polls += 1;
                *candidate = Some(Candidate { game_time_ms, differences });
            }
        }
    }

    /// Counts a listed death of `victim`, a name that one player has.
    pub(super) fn count(&mut self, victim: &str) -> Option<Ordinal> {
        let listed = self.listed.entry(victim.to_owned()).or_default();
        *listed += 1;
        let missing = match &self.baseline {
            Baseline::Zero => 0,
            Baseline::Settled(missing) => *missing.get(victim)?,
            Baseline::Settling { .. } | Baseline::Unknown => return None,
        };
        let value =
            u64::try_from(listed.saturating_add(missing)).ok().filter(|value| *value > 0)?;
        Some(Ordinal { of: VICTIM_DEATHS.to_owned(), run: self.run, value })
    }
}

impl Candidate {
    fn is_confirmed_at(&self, game_time_ms: i64) -> bool {
        game_time_ms.saturating_sub(self.game_time_ms) >= SETTLING_MS
    }
}

impl Baseline {
    fn settling() -> Self {
        Self::Settling { candidate: None, polls: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(deaths: i64) -> BTreeMap<String, i64> {
        BTreeMap::from([("Ana".to_owned(), deaths)])
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
        let held = BTreeMap::from([("Ana".to_owned(), 1)]);
        counts.poll(500_000, &scores(4), &held);
        assert!(!counts.is_settled(), "one poll is not enough");
        counts.poll(502_000, &scores(4), &held);
        assert!(counts.is_settled());
        assert_eq!(value(&mut counts), Some(4), "three unseen, and this one");
    }

    #[test]
    fn a_lagging_score_does_not_settle() {
        let mut counts = DeathCounts::begin(480_000);
        let held = BTreeMap::from([("Ana".to_owned(), 1)]);
        counts.poll(500_000, &scores(3), &held);
        counts.poll(501_000, &scores(4), &held);
        assert!(!counts.is_settled(), "the score caught up in between");
        counts.poll(502_500, &scores(4), &held);
        assert!(counts.is_settled());
    }

    #[test]
    fn two_polls_within_one_lag_do_not_settle() {
        let mut counts = DeathCounts::begin(480_000);
        let held = BTreeMap::from([("Ana".to_owned(), 1)]);
        counts.poll(500_000, &scores(3), &held);
        counts.poll(500_200, &scores(3), &held);
        counts.poll(501_000, &scores(4), &held);
        counts.poll(502_500, &scores(4), &held);
        assert_eq!(value(&mut counts), Some(4));
    }

    #[test]
    fn absurd_scores_overflow_nothing() {
        for deaths in [i64::MIN, i64::MAX] {
            let mut counts = DeathCounts::begin(480_000);
            let held = BTreeMap::from([("Ana".to_owned(), 1)]);
            counts.poll(500_000, &scores(deaths), &held);
            counts.poll(502_000, &scores(deaths), &held);
            value(&mut counts);
        }
    }

    #[test]
    fn the_same_poll_twice_is_no_agreement() {
        let mut counts = DeathCounts::begin(480_000);
        counts.poll(500_000, &scores(3), &BTreeMap::new());
        counts.poll(500_000, &scores(3), &BTreeMap::new());
        assert!(!counts.is_settled());
    }

    #[test]
    fn waiting_ends_without_agreement() {
        let mut counts = DeathCounts::begin(480_000);
        for poll in 0..=i64::from(SETTLING_POLLS_MAX) {
            counts.poll(500_000 + 1_000 * poll, &scores(poll), &BTreeMap::new());
        }
        assert!(counts.is_settled());
        assert_eq!(value(&mut counts), None);
    }

    #[test]
    fn a_rewind_begins_another_run() {
        let mut counts = DeathCounts::begin(20);
        value(&mut counts);
        counts.rewound();
        counts.poll(1, &scores(0), &BTreeMap::new());
        counts.poll(2_000, &scores(0), &BTreeMap::new());
        let ordinal = counts.count("Ana").unwrap();
        assert_eq!((ordinal.run, ordinal.value), (1, 1), "the undone death does not count");
    }
}
