//! Texts as eight bytes.

use serde::{Deserialize, Serialize};

/// A name as eight bytes: enough to tell the names of a day apart, and no text
/// has to be kept.
///
/// FNV-1a with a last mixing step. It withstands nobody who looks for two names
/// with one hash, and need not: whoever wants to be taken for another can send
/// the other's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShortHash(u64);

/// FNV's own numbers for 64 bits.
const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Ends a text: no byte of UTF-8 has this value.
const END_OF_TEXT: u8 = 0xff;

impl ShortHash {
    /// The hash of some texts, in this order.
    #[must_use]
    pub fn of(texts: &[&str]) -> Self {
        let bytes = texts.iter().flat_map(|text| text.bytes().chain([END_OF_TEXT]));
        Self::of_bytes(bytes)
    }

    /// The hash of bytes that need no end.
    pub(super) fn of_bytes(bytes: impl IntoIterator<Item = u8>) -> Self {
        let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        Self(mixed(bytes.into_iter().fold(OFFSET_BASIS, step)))
    }

    /// As a key of a table.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

/// FNV's upper bits know little of the last bytes; the smallest hashes are a
/// fair choice only once every bit knows of every byte.
fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn texts_cannot_run_into_each_other() {
        assert_ne!(ShortHash::of(&["ab", "c"]), ShortHash::of(&["a", "bc"]));
        assert_ne!(ShortHash::of(&["a", ""]), ShortHash::of(&["a"]));
    }

    #[test]
    fn a_hundred_thousand_names_have_as_many_hashes() {
        let names = (0..100_000).map(|number| format!("player {number}#EU"));
        let hashes: BTreeSet<_> = names.map(|name| ShortHash::of(&[&name])).collect();
        assert_eq!(hashes.len(), 100_000);
    }
}
