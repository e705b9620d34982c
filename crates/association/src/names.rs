//! Names as numbers: what is compared is a hash, what is shown is kept apart.

use std::collections::HashMap;

/// A name, an account or a word of a game, as 64 bits of FNV-1a.
///
/// A hash and not a number given on arrival, so that the same reports compare
/// alike in any order. Who makes two of his own names collide only sends the
/// same name twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NameKey(pub u64);

impl NameKey {
    /// What stands where no name was given.
    pub const NONE: Self = Self(0);

    /// The key of a name; an empty one says nothing.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if text.is_empty() { Self::NONE } else { Self(hash_bytes(OFFSET, text.as_bytes()) | 1) }
    }

    pub(crate) fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::of)
    }

    /// Whether there is a name at all.
    #[must_use]
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }
}

crate::row::number_row!(NameKey(u64));

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

fn hash_bytes(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// One number of several, each weighed by where it stands.
pub(crate) fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(OFFSET, |hash, part| hash_bytes(hash, &part.to_le_bytes()))
}

/// The names as they are shown, as far as they are kept.
///
/// No decision reads them: two servers that keep others decide alike.
#[derive(Debug, Clone, Default)]
pub struct Names(HashMap<NameKey, Box<str>>);

impl Names {
    /// Most names of one match that are kept: a match names 64 players and 200
    /// structures at most, and a sender of garbage must not fill the memory.
    const NAMES_MAX: usize = 4_096;
    /// Longest text that is kept, in bytes; no game allows a longer name.
    const LENGTH_MAX: usize = 64;

    /// Remembers how another match's names are written too.
    pub(crate) fn extend(&mut self, other: &Self) {
        let mut names: Vec<(&NameKey, &Box<str>)> = other.0.iter().collect();
        names.sort_unstable();
        for (key, text) in names {
            if self.0.len() < Self::NAMES_MAX {
                self.0.entry(*key).or_insert_with(|| text.clone());
            }
        }
    }

    /// Remembers how one name is written.
    pub(crate) fn insert(&mut self, key: NameKey, text: &str) {
        if self.0.len() < Self::NAMES_MAX {
            self.0.entry(key).or_insert_with(|| {
                let end = text.floor_char_boundary(Self::LENGTH_MAX);
                text[..end].into()
            });
        }
    }

    /// How each name is written.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (NameKey, Box<str>)> {
        self.0.iter().map(|(key, text)| (*key, text.clone()))
    }

    /// How a name is written, where it was kept.
    #[must_use]
    pub fn text(&self, key: NameKey) -> Option<&str> {
        self.0.get(&key).map(AsRef::as_ref)
    }

    /// Bytes on the heap, nearly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let entry = size_of::<(NameKey, Box<str>)>() + 1;
        self.0.capacity() * entry + self.0.values().map(|text| text.len()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_up_to_its_longest_and_known_by_the_whole() {
        let mut names = Names::default();
        let long = "ä".repeat(100);
        let key = NameKey::of(&long);
        names.insert(key, &long);
        assert_eq!(names.text(key), Some("ä".repeat(32).as_str()));
        assert_ne!(key, NameKey::of(&"ä".repeat(101)));
    }

    #[test]
    fn an_empty_name_is_none() {
        assert_eq!(NameKey::of(""), NameKey::NONE);
        assert!(NameKey::of("Ana").is_some());
    }

    #[test]
    fn what_is_mixed_depends_on_where_it_stands() {
        assert_ne!(mix(&[1, 2]), mix(&[2, 1]));
    }
}
