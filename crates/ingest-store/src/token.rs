//! Tokens and enrolment keys, and what of them is kept.

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Random bytes in a token: nobody guesses 256 bits.
const RANDOM_BYTES: usize = 32;

/// What a token is for; its first letters say so, to people and to scanners
/// that look for leaked secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A device's.
    Device,
    /// A reader's or operator's.
    Reader,
    /// An enrolment key.
    EnrolmentKey,
}

impl TokenKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Device => "rsd_",
            Self::Reader => "rsr_",
            Self::EnrolmentKey => "rse_",
        }
    }
}

/// A secret that its owner shows. Deliberately without `Display`, and `Debug`
/// hides it: it must not reach a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new secret of the operating system's randomness.
    #[must_use]
    pub fn generate(kind: TokenKind) -> Self {
        Self(format!("{}{}", kind.prefix(), hex::encode(random_bytes::<RANDOM_BYTES>())))
    }

    /// A secret that somebody showed, or that the operator chose.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret, for the one answer that gives it to its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// SHA-256 of a token.
///
/// No slow hash and no salt: those protect secrets that people choose and
/// reuse. Ours are 256 random bits, which no dictionary has, and every request
/// pays for the check. Looking the hash up in an index takes no time that
/// depends on how much of a token was guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub(crate) [u8; 32]);

/// A version 4 UUID.
pub(crate) fn random_uuid() -> Uuid {
    uuid::Builder::from_random_bytes(random_bytes()).into_uuid()
}

pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_the_same() {
        let token = Token::generate(TokenKind::Device);
        assert_ne!(token, Token::generate(TokenKind::Device));
        assert!(token.reveal().starts_with("rsd_"));
    }

    #[test]
    fn a_token_cannot_be_printed_by_accident() {
        let token = Token::from_text("secret");
        assert!(!format!("{token:?}").contains("secret"));
    }
}
