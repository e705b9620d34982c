//! `t_ms` from the times that documents carry.

use super::draft::Stamp;

/// Counts from the first stamp and never falls.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    now_ms: u64,
    /// The first wall time, or the latest game time.
    anchor: Option<Stamp>,
}

impl Timeline {
    pub(super) fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// The time of the next frame; one without a stamp comes at once.
    pub(super) fn advance(&mut self, stamp: Option<Stamp>) -> u64 {
        let reached = match (self.anchor, stamp) {
            (Some(Stamp::Wall(first)), Some(Stamp::Wall(at))) => {
                at.unix_ms().saturating_sub(first.unix_ms())
            }
            (Some(Stamp::Game(last)), Some(Stamp::Game(now))) => {
                self.anchor = stamp;
                // A game clock that falls is the next match, or a rewind: real
                // time went on in both.
                let gone = now.saturating_sub(last).max(0);
                i64::try_from(self.now_ms).unwrap_or(i64::MAX).saturating_add(gone)
            }
            (_, Some(_)) => {
                self.anchor = stamp;
                0
            }
            (_, None) => 0,
        };
        self.now_ms = self.now_ms.max(u64::try_from(reached).unwrap_or(0));
        self.now_ms
    }
}

#[cfg(test)]
mod tests {
    use event_model::WallTime;

    use super::*;

    fn times(stamps: &[Option<Stamp>]) -> Vec<u64> {
        let mut timeline = Timeline::default();
        stamps.iter().map(|stamp| timeline.advance(*stamp)).collect()
    }

    fn wall(unix_ms: i64) -> Option<Stamp> {
        Some(Stamp::Wall(WallTime::from_unix_ms(unix_ms)))
    }

    #[test]
    fn wall_time_counts_from_the_first_and_never_falls() {
        let stamps = [None, wall(5_000), wall(7_500), wall(7_000), None, wall(8_000)];
        assert_eq!(times(&stamps), [0, 0, 2_500, 2_500, 2_500, 3_000]);
    }

    #[test]
    fn a_second_match_follows_the_first() {
        let game = |ms| Some(Stamp::Game(ms));
        let stamps = [game(60_000), game(61_000), game(500), game(1_500)];
        assert_eq!(times(&stamps), [0, 1_000, 1_000, 2_000], "its clock starts anew");
    }

    #[test]
    fn the_ends_of_all_clocks_are_survived() {
        let game = |ms| Some(Stamp::Game(ms));
        times(&[game(i64::MIN), game(i64::MAX), game(i64::MIN), game(i64::MAX)]);
        times(&[wall(i64::MIN), wall(i64::MAX), wall(i64::MIN)]);
    }
}
