//! `Idempotency-Key`: names one request, so that its answer can be repeated.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A key. Ours is made of the decoded body, so no batch has to be remembered:
/// the same events in the same order have the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(pub Uuid);

/// The header is not a UUID, quoted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidIdempotencyKey;

impl fmt::Display for InvalidIdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a UUID in double quotes")
    }
}

impl std::error::Error for InvalidIdempotencyKey {}

impl IdempotencyKey {
    /// UUIDv8 of SHA-256 of the body before compression.
    #[must_use]
    pub fn of_body(decoded_body: &[u8]) -> Self {
        let digest = Sha256::digest(decoded_body);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for IdempotencyKey {
    /// The header's value: a structured-field string, so in quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidIdempotencyKey;

    fn from_str(header: &str) -> Result<Self, InvalidIdempotencyKey> {
        let text = header.trim();
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Uuid::try_parse(quoted.unwrap_or(text)).map(Self).map_err(|_| InvalidIdempotencyKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_body_has_the_same_key_and_another_another() {
        let key = IdempotencyKey::of_body(b"[]");
        assert_eq!(key, IdempotencyKey::of_body(b"[]"));
        assert_ne!(key, IdempotencyKey::of_body(b"[ ]"));
        assert_eq!(key.0.get_version_num(), 8);
        assert_eq!(key.to_string().parse(), Ok(key));
    }
}
