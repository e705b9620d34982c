//! Clock evidence: when something was seen, on which clock.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One unbroken run of a device's monotonic clock, which counts through sleep.
///
/// It survives process restarts and steps of the wall clock, and ends at a
/// reboot. Two readings can be compared only within one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClockEpoch(pub Uuid);

impl fmt::Display for ClockEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An instant on a device's monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClockReading {
    /// The run of the clock that `mono_ms` counts in.
    pub epoch: ClockEpoch,
    /// Milliseconds since that run's own origin.
    pub mono_ms: u64,
}

/// A wall-clock instant in whole milliseconds since the Unix epoch.
///
/// Written as RFC 3339 in UTC with three decimals: `2026-11-20T19:00:00.123Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(i64);

/// First and last instant that RFC 3339 can write (year 0000) and the date
/// library can hold (in 9999).
const UNIX_MS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_207_199_999;

/// The text is not an RFC 3339 instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an RFC 3339 time such as 2026-11-20T19:00:00.123Z")]
pub struct InvalidTime(pub String);

impl WallTime {
    /// An instant, clamped to the years that RFC 3339 can write.
    #[must_use]
    pub fn from_unix_ms(unix_ms: i64) -> Self {
        Self(unix_ms.clamp(*UNIX_MS.start(), *UNIX_MS.end()))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        self.0
    }

    /// The instant `ms` milliseconds later.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self::from_unix_ms(self.0.saturating_add(ms))
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{instant:.3}")
    }
}

impl FromStr for WallTime {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| InvalidTime(text.to_owned()))?;
        Ok(Self::from_unix_ms(instant.as_millisecond()))
    }
}

impl Serialize for WallTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One instant on both clocks of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The monotonic clock: for intervals.
    pub clock: ClockReading,
    /// The wall clock: for people, and across reboots.
    pub wall: WallTime,
}

/// Where the edges of the program ask for the time.
///
/// Pure code takes a [`Moment`] instead; tests pass a clock that they move.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Moment;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_time_is_written_in_utc_with_milliseconds() {
        let time = WallTime::from_unix_ms(1_795_201_200_123);
        assert_eq!(time.to_string(), "2026-11-20T19:00:00.123Z");
        assert_eq!("2026-11-20T20:00:00.123+01:00".parse(), Ok(time), "another zone, same instant");
    }

    #[test]
    fn whole_seconds_keep_their_three_decimals() {
        assert_eq!(WallTime::from_unix_ms(0).to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_wrong_time_is_refused_with_its_text() {
        assert_eq!("yesterday".parse::<WallTime>(), Err(InvalidTime("yesterday".into())));
    }

    #[test]
    fn the_ends_of_the_range_can_be_written_and_read_back() {
        for ms in [i64::MIN, i64::MAX] {
            let time = WallTime::from_unix_ms(ms);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
    }
}
