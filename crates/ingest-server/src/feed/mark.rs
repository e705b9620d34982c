//! How far a consumer of a feed has come.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// The id of a feed's event: of which index, of which match, which revision.
/// Opaque to consumers, who send it back as `Last-Event-ID`.
///
/// Revisions count in a match, and a feed leads from one match to another where
/// they are joined (308, with the same header): a mark of the one must not count
/// in the other. So the match is mixed into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    mixed: u64,
    revision: u64,
}

/// The text is no mark of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of an event of this server's feeds")]
pub(crate) struct InvalidMark;

impl Mark {
    pub(crate) fn new(generation: u64, key: &str, revision: u64) -> Self {
        Self { mixed: generation ^ mixing(key), revision }
    }

    /// The generation of the index, and the revision; another generation than
    /// any that was where it is another match's.
    pub(crate) fn of(self, key: &str) -> (u64, u64) {
        (self.mixed ^ mixing(key), self.revision)
    }
}

fn mixing(key: &str) -> u64 {
    let hash = Sha256::digest(key);
    hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.mixed, self.revision)
    }
}

impl FromStr for Mark {
    type Err = InvalidMark;

    fn from_str(text: &str) -> Result<Self, InvalidMark> {
        let (mixed, revision) = text.split_once('-').ok_or(InvalidMark)?;
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if mixed.len() != 16 || !is_digits(mixed) || !is_digits(revision) {
            return Err(InvalidMark);
        }
        Ok(Self {
            mixed: u64::from_str_radix(mixed, 16).map_err(|_| InvalidMark)?,
            revision: revision.parse().map_err(|_| InvalidMark)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_as_it_was_written() {
        let mark = Mark::new(7, "cs2:1", 12);
        let read: Mark = mark.to_string().parse().unwrap();
        assert_eq!(read.of("cs2:1"), (7, 12));
        for text in ["", "1-2", "0000000000000001-", "0000000000000001-+1", "000000000000000g-1"] {
            assert_eq!(text.parse::<Mark>(), Err(InvalidMark), "{text}");
        }
    }

    #[test]
    fn a_mark_of_one_match_is_of_no_index_in_another() {
        assert_ne!(Mark::new(7, "cs2:1", 12).of("cs2:2").0, 7);
    }
}
