//! A time and a place in a recording, as a person writes them: the same everywhere.

use std::{str::FromStr, time::Duration};

/// A time since the beginning, or a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// Milliseconds since the beginning.
    Ms(u64),
    /// Where this word was put in.
    Mark(String),
}

/// The text names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 90, 1:30 or 500ms, or the text of a mark")]
pub struct NoPlace;

/// The text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a time such as 90, 90.5s, 1:30, 1:02:03.5 or 500ms")]
pub struct NoTime;

impl FromStr for At {
    type Err = NoPlace;

    /// A time as [`read_time`] has it, else the text of a mark. A mark that looks like a
    /// time is `mark:1:30`.
    fn from_str(text: &str) -> Result<Self, NoPlace> {
        if let Some(mark) = text.strip_prefix("mark:").filter(|mark| !mark.is_empty()) {
            return Ok(Self::Mark(mark.to_owned()));
        }
        match milliseconds(text) {
            Some(ms) => Ok(Self::Ms(ms)),
            None if text.is_empty() => Err(NoPlace),
            None => Ok(Self::Mark(text.to_owned())),
        }
    }
}

/// Reads a time: `500ms`, `90`, `90.5s`, `1:30` or `1:02:03.5`.
///
/// # Errors
/// Where it is none.
pub fn read_time(text: &str) -> Result<Duration, NoTime> {
    milliseconds(text).map(Duration::from_millis).ok_or(NoTime)
}

fn milliseconds(text: &str) -> Option<u64> {
    if let Some(ms) = text.strip_suffix("ms") {
        return digits(ms);
    }
    let text = text.strip_suffix('s').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut seconds: u64 = 0;
    let mut parts = 0;
    for part in whole.split(':') {
        parts += 1;
        seconds = seconds.checked_mul(60)?.checked_add(digits(part)?)?;
    }
    if parts > 3 {
        return None;
    }
    digits(fraction)?;
    seconds.checked_mul(1_000)?.checked_add(digits(&format!("{fraction:0<3.3}"))?)
}

fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_with_minutes_and_hours_before_them_or_milliseconds() {
        for (text, ms) in [
            ("90", 90_000),
            ("90s", 90_000),
            ("1:30", 90_000),
            ("1:02:03.5", 3_723_500),
            ("1:30.5s", 90_500),
            ("0.25", 250),
            ("0.1239", 123),
            ("500ms", 500),
        ] {
            assert_eq!(text.parse(), Ok(At::Ms(ms)), "{text}");
            assert_eq!(read_time(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_a_mark_and_no_time() {
        let too_large = "99999999999999999999";
        for text in ["round 3", "1:2:3:4", "1.", "-1", "+1", too_large, "1.x", "ms", "s", "a:b"] {
            assert_eq!(text.parse(), Ok(At::Mark(text.to_owned())), "{text}");
            assert_eq!(read_time(text), Err(NoTime), "{text}");
        }
        assert_eq!("mark:90".parse(), Ok(At::Mark("90".to_owned())));
        assert_eq!("".parse::<At>(), Err(NoPlace));
    }
}
