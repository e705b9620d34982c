//! The clocks of the matches: as much faster than the PC's as was asked for.

use std::{ops::RangeInclusive, str::FromStr, sync::Arc, time::Duration};

use event_model::Clock;

/// How much faster than real time a show is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed(f64);

impl Speed {
    /// As fast as it happens.
    pub const REAL_TIME: Self = Self(1.0);

    /// Slower is no show; faster, and a beat of the match is shorter than a
    /// request takes.
    const TIMES: RangeInclusive<f64> = 0.1..=50.0;

    /// So many times as fast; `None` beyond 0.1 to 50.
    #[must_use]
    pub fn times(times: f64) -> Option<Self> {
        Self::TIMES.contains(&times).then_some(Self(times))
    }
}

impl FromStr for Speed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let times = text.parse().ok().and_then(Self::times);
        times.ok_or("expected a number from 0.1 to 50")
    }
}

/// How fast the matches run.
#[derive(Clone)]
pub struct Pace {
    clock: Arc<dyn Clock>,
    speed: Speed,
}

/// A match's own clock, from its beginning on.
#[derive(Clone)]
pub struct StageClock {
    pace: Pace,
    began_ms: u64,
}

impl Pace {
    /// As much faster than the PC's clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, speed: Speed) -> Self {
        Self { clock, speed }
    }

    /// A clock that begins now.
    #[must_use]
    pub fn begin(&self) -> StageClock {
        StageClock { pace: self.clone(), began_ms: self.clock.now().clock.mono_ms }
    }

    /// How long a pause of the match lasts by the PC's clock.
    #[must_use]
    pub fn shortened(&self, ms: u64) -> Duration {
        Duration::from_millis(scaled(ms, 1.0 / self.speed.0))
    }
}

impl StageClock {
    /// Milliseconds since the beginning, by the match's clock.
    #[must_use]
    pub fn ms(&self) -> u64 {
        let passed = self.pace.clock.now().clock.mono_ms.saturating_sub(self.began_ms);
        scaled(passed, self.pace.speed.0)
    }

    /// How long to sleep until an instant of the match's clock.
    #[must_use]
    pub fn until(&self, ms: u64) -> Duration {
        let left = scaled(ms.saturating_sub(self.ms()), 1.0 / self.pace.speed.0);
        // Never quite awake too early: the clock counts whole milliseconds.
        Duration::from_millis(left + 1)
    }

    /// The PC's wall clock in whole seconds, as `provider.timestamp` has it.
    #[must_use]
    pub fn wall_s(&self) -> i64 {
        self.pace.clock.now().wall.unix_ms().div_euclid(1_000)
    }
}

fn scaled(ms: u64, factor: f64) -> u64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds of a show are far below 2^52, and never negative"
    )]
    let scaled = (ms as f64 * factor) as u64;
    scaled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_without_progress_is_refused() {
        for text in ["0", "-1", "NaN", "inf", "51", "fast"] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
        assert_eq!("1".parse(), Ok(Speed::REAL_TIME));
    }
}
