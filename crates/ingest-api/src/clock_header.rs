//! `Ringside-Clock`: when, on the sender's own clock, a request was sent.

use std::{fmt, str::FromStr};

use event_model::{ClockEpoch, ClockReading, WallTime};
use uuid::Uuid;

/// `<epoch>;<mono ms>[;<wall clock RFC 3339>]`. With it the server knows how
/// old each event is to within a round trip, whatever the wall clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentClock {
    /// The monotonic clock at the moment of sending.
    pub clock: ClockReading,
    /// The wall clock at the same moment.
    pub wall: Option<WallTime>,
}

/// The header is not of that form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidClockHeader;

impl fmt::Display for InvalidClockHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected <clock epoch UUID>;<milliseconds>[;<RFC 3339 time>]")
    }
}

impl std::error::Error for InvalidClockHeader {}

impl fmt::Display for SentClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", self.clock.epoch, self.clock.mono_ms)?;
        self.wall.map_or(Ok(()), |wall| write!(f, ";{wall}"))
    }
}

impl FromStr for SentClock {
    type Err = InvalidClockHeader;

    fn from_str(text: &str) -> Result<Self, InvalidClockHeader> {
        let mut parts = text.split(';').map(str::trim);
        let epoch = parts.next().and_then(|part| Uuid::try_parse(part).ok());
        let mono_ms = parts.next().and_then(|part| part.parse().ok());
        let wall = parts.next().map(str::parse).transpose().map_err(|_| InvalidClockHeader)?;
        match (epoch, mono_ms, parts.next()) {
            (Some(epoch), Some(mono_ms), None) => {
                Ok(Self { clock: ClockReading { epoch: ClockEpoch(epoch), mono_ms }, wall })
            }
            _ => Err(InvalidClockHeader),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_back_as_it_was_written() {
        let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms: 17 };
        for wall in [None, Some(WallTime::from_unix_ms(1))] {
            let sent = SentClock { clock, wall };
            assert_eq!(sent.to_string().parse(), Ok(sent));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "1;2", "00000000-0000-0000-0000-000000000001", "x;y;z"] {
            assert_eq!(text.parse::<SentClock>(), Err(InvalidClockHeader), "{text}");
        }
    }
}
