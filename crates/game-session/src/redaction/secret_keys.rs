//! Finds where in a JSON document a secret may stand.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

/// The member that the game writes its token under.
pub(super) const AUTH: &str = "auth";

/// Words that name a secret, wherever they stand.
const SECRET_WORDS: [&str; 2] = [AUTH, "token"];

/// Members named like a secret, repeated ones included.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SecretKeys {
    /// How often `auth` is a member of the document itself.
    pub(super) at_the_top: usize,
    /// Whether anything else is named, or quotes, a secret.
    pub(super) elsewhere: bool,
}

/// Whether bytes that are no JSON may hold a secret, in any encoding that keeps
/// the letters in order.
pub(super) fn looks_secret(bytes: &[u8]) -> bool {
    let letters: Vec<u8> =
        bytes.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    let holds = |word: &[u8]| letters.windows(word.len()).any(|window| window == word);
    SECRET_WORDS.iter().any(|word| holds(word.as_bytes())) || holds(b"\\u00")
}

impl<'de> Deserialize<'de> for SecretKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut keys = Self::default();
        Walk { keys: &mut keys, place: Place::Top }.deserialize(deserializer)?;
        Ok(keys)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    InsideAuth,
    Elsewhere,
}

/// Walks one value and notes what it meets.
struct Walk<'k> {
    keys: &'k mut SecretKeys,
    place: Place,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            let inside = match self.place {
                Place::InsideAuth => Place::InsideAuth,
                Place::Top if name == AUTH => {
                    self.keys.at_the_top += 1;
                    Place::InsideAuth
                }
                Place::Top | Place::Elsewhere => {
                    let word = name.trim().to_lowercase();
                    self.keys.elsewhere |= SECRET_WORDS.contains(&word.as_str());
                    Place::Elsewhere
                }
            };
            members.next_value_seed(Walk { keys: &mut *self.keys, place: inside })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let place = match self.place {
            Place::InsideAuth => Place::InsideAuth,
            Place::Top | Place::Elsewhere => Place::Elsewhere,
        };
        while items.next_element_seed(Walk { keys: &mut *self.keys, place })?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        // JSON within a text.
        if self.place != Place::InsideAuth {
            let text = text.to_lowercase();
            let quoted = |word: &&str| text.contains(&format!("\"{word}\""));
            self.keys.elsewhere |= SECRET_WORDS.iter().any(quoted);
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
