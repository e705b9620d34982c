//! The event id: a producer's stable id, and the idempotency key.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Game, Kind, SessionKey, id_story};

/// The first field of every id: another way of making ids is another version.
pub const EVENT_ID_VERSION: &str = "ringside.event-id.v1";

/// UUIDv8 (RFC 9562) of SHA-256 over native values of the game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub Uuid);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for EventId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(Self)
    }
}

/// Everything that an id may depend on, all of it the game's own word.
///
/// Our clocks, our device, the order of arrival and optional side channels have
/// no place here, so they cannot get in.
#[derive(Debug, Clone, Copy)]
pub struct EventIdFields<'a> {
    /// The game.
    pub game: &'a Game,
    /// The play.
    pub session: &'a SessionKey,
    /// The account whose client the frame came from; empty where the game
    /// names none.
    pub observer: &'a str,
    /// How many resets (renumbering, counters falling) came before.
    pub epoch: u32,
    /// What happened.
    pub kind: Kind,
    /// The game's own counter or index of it.
    pub native_key: &'a str,
}

impl EventIdFields<'_> {
    /// The id. Test vectors: `tests/contract/event-ids.json`.
    #[must_use]
    pub fn event_id(&self) -> EventId {
        let mut hash = Sha256::new();
        hash_fields(
            &mut hash,
            &[
                EVENT_ID_VERSION,
                self.game.as_str(),
                self.session.as_str(),
                self.observer,
                &self.epoch.to_string(),
                self.kind.as_str(),
                self.native_key,
            ],
        );
        let id = EventId(uuid_v8(hash));
        id_story::note(self, id);
        id
    }
}

/// Each field as its length in bytes (32-bit big-endian) and its UTF-8 bytes,
/// so that no two lists of fields hash the same bytes.
pub(crate) fn hash_fields(hash: &mut Sha256, fields: &[&str]) {
    for field in fields {
        let length = u32::try_from(field.len()).expect("a field is far shorter than 4 GiB");
        hash.update(length.to_be_bytes());
        hash.update(field.as_bytes());
    }
}

pub(crate) fn uuid_v8(hash: Sha256) -> Uuid {
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(session: &SessionKey, observer: &str, epoch: u32, kind: Kind, key: &str) -> EventId {
        let game = Game::league();
        EventIdFields { game: &game, session, observer, epoch, kind, native_key: key }.event_id()
    }

    #[test]
    fn an_id_is_a_version_8_uuid_of_the_rfc_variant() {
        let id = id(&SessionKey::from_values(["a"]), "Ana", 0, Kind::Kill, "7");
        assert_eq!(id.0.get_version_num(), 8);
        assert_eq!(id.0.get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn every_field_tells_ids_apart() {
        let (a, b) = (SessionKey::from_values(["a"]), SessionKey::from_values(["b"]));
        let ids = [
            id(&a, "Ana", 0, Kind::Kill, "7"),
            id(&b, "Ana", 0, Kind::Kill, "7"),
            id(&a, "Bo", 0, Kind::Kill, "7"),
            id(&a, "Ana", 1, Kind::Kill, "7"),
            id(&a, "Ana", 0, Kind::Death, "7"),
            id(&a, "Ana", 0, Kind::Kill, "8"),
        ];
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }
}
