//! The fixed-size key under which the gate knows an event id.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Length of a UUID in its canonical text.
const UUID_TEXT_BYTES: usize = 36;

/// Sixteen bytes for any id: a canonical UUID is its own key, any other text
/// the first half of its SHA-256, which nobody brings to collide by accident
/// (and who does it on purpose spoils only events of their own device).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EventKey(pub(crate) [u8; Self::BYTES]);

impl EventKey {
    pub(crate) const BYTES: usize = 16;

    pub(crate) fn of(id: &str) -> Self {
        match canonical_uuid(id) {
            Some(uuid) => Self(uuid.into_bytes()),
            None => Self(half_of(&Sha256::digest(id.as_bytes()).into())),
        }
    }

    /// The key of a replayed event that is kept apart: its live twin has another one, so
    /// that neither hides the other.
    pub(crate) fn of_replayed(id: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(association::REPLAYED.as_bytes());
        hash.update(id.as_bytes());
        Self(half_of(&hash.finalize().into()))
    }
}

/// CloudEvents ids are compared as text, so upper-case letters or another way
/// to write a UUID make another id.
fn canonical_uuid(id: &str) -> Option<Uuid> {
    if id.len() != UUID_TEXT_BYTES || id.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    Uuid::try_parse(id).ok()
}

/// 128 bits of a hash: as many as an event id has.
pub(crate) fn half_of(digest: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_way_to_write_a_uuid_is_another_id() {
        let canonical = "0192b2a4-7c1e-8a4b-9f00-0123456789ab";
        let ways = [
            canonical.to_owned(),
            canonical.to_uppercase(),
            canonical.replace('-', ""),
            format!("{{{canonical}}}"),
            String::from("a"),
            String::new(),
        ];
        let keys: std::collections::BTreeSet<_> = ways.iter().map(|id| EventKey::of(id)).collect();
        assert_eq!(keys.len(), ways.len());
        assert_eq!(EventKey::of(canonical).0[0], 0x01, "a UUID is its own key");
    }
}
