//! A place in a recording, as a person names it.

/// A time since the beginning, or a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// Milliseconds since the beginning.
    Ms(u64),
    /// Where the first mark with this text stands.
    Mark(String),
}

impl At {
    /// `90`, `1:30` and `1:02:03.5` are times; anything else is the text of a mark.
    #[must_use]
    pub fn read(text: &str) -> Self {
        milliseconds(text).map_or_else(|| Self::Mark(text.to_owned()), Self::Ms)
    }
}

fn milliseconds(text: &str) -> Option<u64> {
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
    let milli: String = fraction.chars().chain("00".chars()).take(3).collect();
    digits(fraction)?;
    seconds.checked_mul(1_000)?.checked_add(digits(&milli)?)
}

fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_with_minutes_and_hours_before_them() {
        for (text, ms) in
            [("90", 90_000), ("1:30", 90_000), ("1:02:03.5", 3_723_500), ("0.25", 250)]
        {
            assert_eq!(At::read(text), At::Ms(ms), "{text}");
        }
    }

    #[test]
    fn anything_else_is_a_mark() {
        for text in ["round 3", "", "1:2:3:4", "1.", "-1", "99999999999999999999", "1.x"] {
            assert_eq!(At::read(text), At::Mark(text.to_owned()));
        }
    }
}
