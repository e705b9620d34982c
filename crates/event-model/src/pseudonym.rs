//! Pseudonyms: what stands in a name's place where names do not leave a machine.
//!
//! A pseudonym is an HMAC-SHA256 of the name under a key that one server and its
//! devices share, so that all of them write the same one. Whoever has the key can
//! test guesses: it hides names from who reads the events, and not from who runs
//! the server.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes that HMAC-SHA256 fills its key up to (RFC 2104's B).
const BLOCK_BYTES: usize = 64;
/// Bytes of a pseudonym, of the 32 that the HMAC has: 80 bits, of which a million names
/// collide with a chance of one in a trillion.
const PSEUDONYM_BYTES: usize = 10;
/// What a pseudonym begins with.
const MARK: char = '~';
/// RFC 4648's base 32, in lower case.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Characters behind the mark: five bits each.
const CHARACTERS: usize = PSEUDONYM_BYTES * 8 / 5;

/// The key that pseudonyms are made under, in hex where it is written.
#[derive(Clone, PartialEq, Eq)]
pub struct NamesKey([u8; Self::BYTES]);

/// The text is no key: expected 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a key of 64 hex digits")]
pub struct InvalidNamesKey;

/// Makes pseudonyms under one key. The key's blocks are hashed once.
#[derive(Clone)]
pub struct Pseudonyms {
    inner: Sha256,
    outer: Sha256,
}

impl NamesKey {
    /// Bytes of a key: as many as the hash has.
    pub const BYTES: usize = 32;

    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hex digits.
    ///
    /// # Errors
    /// Where the text is something else.
    pub fn from_hex(text: &str) -> Result<Self, InvalidNamesKey> {
        let mut bytes = [0; Self::BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidNamesKey)?;
        Ok(Self(bytes))
    }

    /// The key in hex, for the two places that may have it: the server's answer to a
    /// device, and the device's identity file.
    #[must_use]
    pub fn reveal(&self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Debug for NamesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NamesKey(…)")
    }
}

impl Serialize for NamesKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.reveal())
    }
}

impl<'de> Deserialize<'de> for NamesKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).map_err(serde::de::Error::custom)
    }
}

impl Pseudonyms {
    /// The pseudonyms under `key`.
    #[must_use]
    pub fn under(key: &NamesKey) -> Self {
        Self::keyed(&key.0)
    }

    /// The pseudonym of a name; an empty one has none, since it says nothing.
    #[must_use]
    pub fn of(&self, name: &str) -> String {
        if name.is_empty() {
            return String::new();
        }
        let mac = self.mac(name.as_bytes());
        let mut text = String::with_capacity(1 + CHARACTERS);
        text.push(MARK);
        for chunk in mac[..PSEUDONYM_BYTES].chunks(5) {
            let bits = chunk.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                let five = usize::try_from((bits >> (place * 5)) & 31).expect("five bits fit");
                text.push(char::from(ALPHABET[five]));
            }
        }
        text
    }

    fn keyed(key: &[u8]) -> Self {
        let mut block = [0; BLOCK_BYTES];
        if key.len() > BLOCK_BYTES {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let with = |pad: u8| Sha256::new_with_prefix(block.map(|byte| byte ^ pad));
        Self { inner: with(0x36), outer: with(0x5c) }
    }

    fn mac(&self, message: &[u8]) -> [u8; 32] {
        let inner = self.inner.clone().chain_update(message).finalize();
        self.outer.clone().chain_update(inner).finalize().into()
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}

/// Whether a text has a pseudonym's form.
#[must_use]
pub fn is_pseudonym(text: &str) -> bool {
    text.strip_prefix(MARK).is_some_and(|rest| {
        rest.len() == CHARACTERS && rest.bytes().all(|byte| ALPHABET.contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_rfc_4231() {
        let cases: [(&[u8], &[u8], &str); 5] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                &[0xaa; 131],
                b"This is a test using a larger than block-size key and a larger than \
                  block-size data. The key needs to be hashed before being used by the HMAC \
                  algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ];
        for (key, message, expected) in cases {
            assert_eq!(hex::encode(Pseudonyms::keyed(key).mac(message)), expected);
        }
    }

    #[test]
    fn a_pseudonym_is_a_mark_and_sixteen_characters_of_base_32() {
        // RFC 4231's second case, its first ten bytes in base 32.
        let pseudonym = Pseudonyms::keyed(b"Jefe").of("what do ya want for nothing?");
        assert_eq!(pseudonym, "~lpomcrv7mb2u42qe");
        assert!(is_pseudonym(&pseudonym));
    }

    #[test]
    fn a_pseudonym_depends_on_the_name_and_the_key() {
        let key = |byte| Pseudonyms::under(&NamesKey::new([byte; 32]));
        assert_eq!(key(1).of("Ana"), key(1).of("Ana"));
        assert_ne!(key(1).of("Ana"), key(2).of("Ana"));
        assert_ne!(key(1).of("Ana"), key(1).of("ana"));
        assert_eq!(key(1).of(""), "");
    }

    #[test]
    fn what_has_another_form_is_no_pseudonym() {
        for other in ["", "~", "Ana", "~aaaaaaaaaaaaaaa", "~aaaaaaaaaaaaaaaaa", "~AAAAAAAAAAAAAAAA"]
        {
            assert!(!is_pseudonym(other), "{other}");
        }
    }

    #[test]
    fn a_key_is_read_back_and_not_shown() {
        let key = NamesKey::new([0xab; 32]);
        assert_eq!(NamesKey::from_hex(&key.reveal()), Ok(key.clone()));
        assert_eq!(NamesKey::from_hex("ab"), Err(InvalidNamesKey));
        assert!(!format!("{key:?}").contains("ab"));
    }
}
