//! Tells a repeated event from another event under the same id.

use std::fmt;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{canonical::canonical_json, event_id::hash_fields};

/// SHA-256 over the canonical bytes of an event's type, subject and data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// Members of `data` that may differ between two sendings of one event.
const OUTSIDE_THE_FINGERPRINT: [&str; 3] = ["observed", "identity", "details"];

impl Fingerprint {
    /// The fingerprint of an event as it stands on the wire.
    ///
    /// Only our own kinds have the three members that may differ; the data of a
    /// type outside `ringside.` counts whole.
    #[must_use]
    pub fn of(event_type: &str, subject: Option<&str>, data: &Value) -> Self {
        Self::of_canonical(event_type, subject, &canonical_json(&covered(event_type, data)))
    }

    /// The same, where the caller made the canonical bytes of what counts
    /// without a [`Value`] in between.
    #[must_use]
    pub fn of_canonical(event_type: &str, subject: Option<&str>, covered: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash_fields(&mut hash, &["ringside.fingerprint.v1", event_type, subject.unwrap_or("")]);
        hash.update(covered);
        Self(hash.finalize().into())
    }

    /// Whether a member of the data of one of our own kinds counts.
    #[must_use]
    pub fn covers(member: &str) -> bool {
        !OUTSIDE_THE_FINGERPRINT.contains(&member)
    }
}

fn covered(event_type: &str, data: &Value) -> Value {
    let mut covered = data.clone();
    if let Some(members) = covered.as_object_mut()
        && event_type.starts_with(crate::Kind::NAMESPACE)
    {
        for name in OUTSIDE_THE_FINGERPRINT {
            members.remove(name);
        }
    }
    covered
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KILL: &str = "ringside.kill.v1";

    fn of(data: &Value) -> Fingerprint {
        Fingerprint::of(KILL, Some("league:1"), data)
    }

    #[test]
    fn what_may_differ_between_two_sendings_does_not_count() {
        let first = json!({"round": 1, "observed": {"mono_ms": 1}, "identity": "native"});
        let second = json!({"details": {"weapon": "Vandal"}, "round": 1, "identity": "counted"});
        assert_eq!(of(&first), of(&second));
    }

    #[test]
    fn everything_else_counts() {
        let data = json!({"round": 1});
        assert_ne!(of(&data), of(&json!({"round": 2})));
        assert_ne!(of(&data), Fingerprint::of(KILL, Some("league:2"), &data));
        assert_ne!(of(&data), Fingerprint::of("ringside.death.v1", Some("league:1"), &data));
    }

    #[test]
    fn a_foreign_type_counts_whole() {
        let of = |data: &Value| Fingerprint::of("com.example.lap", Some("race"), data);
        assert_ne!(of(&json!({"details": 1})), of(&json!({"details": 2})));
    }
}
