//! Where a page ends.

use std::{fmt, str::FromStr};

use ingest_api::OccurrenceView;

/// The place of the last item of a page: the values that lists are ordered by.
/// Opaque to clients, who get it inside of `next`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// When the item happened.
    pub(super) at_ms: i64,
    /// The game's own clock; 0 where it has none.
    pub(super) match_clock_ms: i64,
    /// Tells items of the same time apart.
    pub(super) id: String,
}

impl Cursor {
    /// The place of an occurrence in the list of its match.
    #[must_use]
    pub fn of(occurrence: &OccurrenceView) -> Self {
        Self {
            at_ms: occurrence.at.map_or(0, |time| time.unix_ms()),
            match_clock_ms: occurrence.match_clock_ms.unwrap_or(0),
            id: occurrence.id.to_string(),
        }
    }
}

/// The text is no cursor of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor that this server gave out")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.at_ms, self.match_clock_ms, self.id)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let mut parts = text.splitn(3, '.');
        let mut number = || parts.next()?.parse().ok();
        let (at_ms, match_clock_ms) = number().zip(number()).ok_or(InvalidCursor)?;
        let id = parts.next().ok_or(InvalidCursor)?.to_owned();
        Ok(Self { at_ms, match_clock_ms, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_written() {
        let cursor = Cursor { at_ms: -7, match_clock_ms: 3, id: "a.b".to_owned() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("1.2".parse::<Cursor>(), Err(InvalidCursor));
    }
}
