//! The part of the page's address that nobody can guess.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Error;

/// Bytes of randomness: 128 bits.
const RANDOM_BYTES: usize = 16;

/// Lets its bearer read the stream's page. It has no `Display`, and a `Debug`
/// that hides it, so that it reaches no log by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StreamToken(String);

/// What stands where a token should is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stream page's token has {} digits from 0 to f", RANDOM_BYTES * 2)]
pub struct InvalidToken;

impl StreamToken {
    /// A new token.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn generate() -> Result<Self, Error> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
        Ok(Self(hex::encode(bytes)))
    }

    /// The text, for the address and the file it is kept in.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is this token. Digests are compared, so that the time
    /// it takes says nothing about the token.
    #[must_use]
    pub(crate) fn matches(&self, text: &str) -> bool {
        Sha256::digest(self.0.as_bytes()) == Sha256::digest(text.as_bytes())
    }
}

impl TryFrom<String> for StreamToken {
    type Error = InvalidToken;

    fn try_from(text: String) -> Result<Self, InvalidToken> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (digits && text.len() == RANDOM_BYTES * 2).then_some(Self(text)).ok_or(InvalidToken)
    }
}

impl From<StreamToken> for String {
    fn from(token: StreamToken) -> Self {
        token.0
    }
}

impl fmt::Debug for StreamToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_alike_and_each_can_be_kept() {
        let (one, other) = (StreamToken::generate().unwrap(), StreamToken::generate().unwrap());
        assert_ne!(one, other);
        assert_eq!(StreamToken::try_from(one.expose().to_owned()), Ok(one.clone()));
        assert!(one.matches(one.expose()) && !one.matches(other.expose()));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", "abc", &"g".repeat(32), &"A".repeat(32), &"0".repeat(33)] {
            assert_eq!(StreamToken::try_from(text.to_owned()), Err(InvalidToken), "{text}");
        }
    }

    #[test]
    fn a_log_shows_no_token() {
        assert_eq!(format!("{:?}", StreamToken::generate().unwrap()), "StreamToken(..)");
    }
}
