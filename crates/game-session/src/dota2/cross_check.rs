//! The player's own counters beside what the list told of the player.

use serde::{Deserialize, Serialize};

/// How long a counter may be ahead of the list, in seconds of the engine's clock: a
/// kill was listed in the frame after its count at the latest, and frames came one or
/// two seconds apart.
const AHEAD_MAX_S: i64 = 5;

/// One counter, and how much of it the list told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct CrossCheck {
    /// The counter when nothing was told of it; absent before such a frame was seen.
    base: Option<i64>,
    told: i64,
    /// What was found missing, and counted.
    missing: i64,
    ahead_since: Option<i64>,
}

impl CrossCheck {
    /// The list told another one.
    pub(super) fn tell(&mut self) {
        if self.base.is_some() {
            self.told = self.told.saturating_add(1);
        }
    }

    /// How many more the counter has than the list told, for so long that the list
    /// will not tell them any more. `quiet`: the frame lists nothing that it counts.
    pub(super) fn missing(&mut self, counter: i64, quiet: bool, game_time: i64) -> u64 {
        let Some(base) = self.base else {
            self.base = quiet.then_some(counter);
            return 0;
        };
        let ahead =
            counter.saturating_sub(base).saturating_sub(self.told.saturating_add(self.missing));
        if ahead <= 0 {
            // Counters fall where a lobby begins anew.
            if ahead < 0 && quiet {
                *self = Self { base: Some(counter), ..Self::default() };
            }
            self.ahead_since = None;
            return 0;
        }
        let since = *self.ahead_since.get_or_insert(game_time);
        if game_time.saturating_sub(since) <= AHEAD_MAX_S {
            return 0;
        }
        self.missing = self.missing.saturating_add(ahead);
        self.ahead_since = None;
        u64::try_from(ahead).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_list_told_is_not_missing() {
        let mut deaths = CrossCheck::default();
        assert_eq!(deaths.missing(3, true, 100), 0);
        deaths.tell();
        assert_eq!(deaths.missing(3, false, 101), 0, "the counter may lag");
        assert_eq!(deaths.missing(4, false, 102), 0);
        assert_eq!(deaths.missing(4, true, 200), 0);
    }

    #[test]
    fn what_the_list_never_told_is_missing_once() {
        let mut deaths = CrossCheck::default();
        deaths.missing(0, true, 100);
        assert_eq!(deaths.missing(2, true, 101), 0, "the list may lag");
        assert_eq!(deaths.missing(2, true, 110), 2);
        assert_eq!(deaths.missing(2, true, 120), 0);
    }

    #[test]
    fn what_was_listed_before_the_first_look_is_not_expected() {
        let mut kills = CrossCheck::default();
        kills.tell();
        assert_eq!(kills.missing(7, false, 100), 0);
        assert_eq!(kills.missing(7, true, 140), 0);
        assert_eq!(kills.missing(7, true, 150), 0);
    }
}
