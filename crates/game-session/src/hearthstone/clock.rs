//! The time of day that stands in each line, as time since the first one.

use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A step back of more is midnight; of less, somebody set the clock back.
const MIDNIGHT_MS: i64 = DAY_MS / 2;

/// Time since a line of a log whose lines have the time of day alone, over midnight.
///
/// Two readings must not lie further apart than half a day: no turn takes so long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogClock {
    last_of_day_ms: Option<i64>,
    now_ms: i64,
}

impl LogClock {
    /// Beginning at a line's time of day, `HH:MM:SS.fff…`.
    #[must_use]
    pub fn begun_at(time: &str) -> Self {
        Self { last_of_day_ms: of_day_ms(time), now_ms: 0 }
    }

    /// The time at a line, in milliseconds since the first. It never falls; a line whose
    /// time cannot be read has that of the one before.
    pub fn at(&mut self, time: &str) -> i64 {
        let Some(of_day_ms) = of_day_ms(time) else { return self.now_ms };
        let gone = of_day_ms - self.last_of_day_ms.unwrap_or(of_day_ms);
        let gone = if gone < -MIDNIGHT_MS { gone + DAY_MS } else { gone };
        self.last_of_day_ms = Some(of_day_ms);
        self.now_ms = self.now_ms.saturating_add(gone.max(0));
        self.now_ms
    }
}

/// `HH:MM:SS.fffffff`, as milliseconds since midnight.
fn of_day_ms(time: &str) -> Option<i64> {
    let mut parts = time.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let below = |text: &str, limit: i64| -> Option<i64> {
        text.parse::<u8>().ok().map(i64::from).filter(|number| *number < limit)
    };
    let ms: String = fraction.chars().chain("000".chars()).take(3).collect();
    // A leap second is none of a PC's clock.
    let seconds_of_day = (below(hours, 24)? * 60 + below(minutes, 60)?) * 60 + below(seconds, 60)?;
    Some(seconds_of_day * 1_000 + ms.parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_is_a_step_like_any_other() {
        let mut clock = LogClock::begun_at("23:59:58.5000000");
        assert_eq!(clock.at("23:59:59.7500000"), 1_250);
        assert_eq!(clock.at("00:00:01.0000000"), 2_500);
        assert_eq!(clock.at("00:00:01.0010000"), 2_501);
    }

    #[test]
    fn a_clock_that_is_set_back_stands_still_for_a_moment() {
        let mut clock = LogClock::begun_at("02:59:59.0000000");
        assert_eq!(clock.at("02:00:00.0000000"), 0, "summer time ends");
        assert_eq!(clock.at("02:00:05.0000000"), 5_000);
    }

    #[test]
    fn what_is_no_time_is_the_time_before() {
        let mut clock = LogClock::begun_at("1:00:00.5");
        for time in ["25:00:00.0", "1:60:00.0", "1:00", "", "1:00:00.é", "::.", "1:00:-1.0"] {
            assert_eq!(clock.at(time), 0, "{time}");
        }
        assert_eq!(clock.at("1:00:01.75"), 1_250);
    }
}
