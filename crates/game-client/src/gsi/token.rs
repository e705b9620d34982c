//! The shared secret between a game's config file and our listener.

use std::{fmt, ops::RangeInclusive};

use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};

use crate::Error;

/// What the game copies into every body. It has no `Display` and a `Debug`
/// that hides it, so that it reaches no log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct GsiToken(String);

impl GsiToken {
    /// How long a token may be: long enough not to be guessed by another
    /// program on this machine, short enough for a line of the config.
    pub const LENGTH: RangeInclusive<usize> = 16..=64;

    /// Bytes of randomness in a token of our own: 128 bits.
    const RANDOM_BYTES: usize = 16;

    /// A token from the settings. Letters and digits only: it is written into
    /// a quoted string of a config file, which has no safe escapes.
    ///
    /// # Errors
    /// Where the text is too short, too long or has other characters.
    pub fn new(text: &str) -> Result<Self, Error> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if plain && Self::LENGTH.contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::Token)
        }
    }

    /// A new token that nobody can guess.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = [0; Self::RANDOM_BYTES];
        SystemRandom::new().fill(&mut bytes).map_err(|_| Error::Random)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The text, for the settings file and the game's config.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is this token. Digests are compared, so that the time
    /// it takes says nothing about the token.
    pub(crate) fn matches(&self, text: &str) -> bool {
        digest(&SHA256, self.0.as_bytes()).as_ref() == digest(&SHA256, text.as_bytes()).as_ref()
    }
}

impl fmt::Debug for GsiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GsiToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_token_is_one_that_can_be_read_back() {
        let token = GsiToken::generate().unwrap();
        assert_eq!(GsiToken::new(token.expose()).unwrap(), token);
        assert_ne!(GsiToken::generate().unwrap(), token, "128 random bits do not repeat");
    }

    #[test]
    fn a_token_that_could_end_the_string_it_stands_in_is_refused() {
        for text in ["short", "has \"quotes\" in it", "has\nlines in it....", &"a".repeat(65)] {
            assert!(GsiToken::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn debug_output_hides_the_token() {
        let token = GsiToken::new("abcdefghijklmnop").unwrap();
        assert_eq!(format!("{token:?}"), "GsiToken(..)");
    }
}
