//! The public id of an occurrence.

use std::fmt;

use event_model::{DeviceId, Kind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// UUIDv8 (RFC 9562) of SHA-256 over what founded the occurrence, so that a
/// database built anew from the same events gives the same ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OccurrenceId(pub Uuid);

impl OccurrenceId {
    /// The id of the occurrence that this event founds, should it ever found
    /// one. The match it says it belongs to is part of it: who sends another's
    /// event id under another match does not draw it away from its own.
    #[must_use]
    pub fn of_event(subject: &str, kind: Kind, event_id: &str) -> Self {
        Self::of_fields(&["ringside.occurrence.v1", subject, kind.as_str(), event_id])
    }

    /// The same of a type of somebody else's, which is shared with no other
    /// device.
    #[must_use]
    pub fn of_foreign(device: DeviceId, subject: &str, event_id: &str) -> Self {
        Self::of_fields(&["ringside.alone.v1", &device.to_string(), subject, event_id])
    }

    /// The id made of `fields`, each with its length in front, so that no two
    /// lists of fields hash the same bytes.
    pub(crate) fn of_fields(fields: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for field in fields {
            let length = u64::try_from(field.len()).expect("a length in memory fits 64 bits");
            hash.update(length.to_be_bytes());
            hash.update(field.as_bytes());
        }
        let digest = hash.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for OccurrenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
