//! Event ids against the committed vectors, which a second language recomputes
//! (`tests/contract/event_ids.py`).

use event_model::{EventIdFields, Game, Kind, MatchKey, SessionKey};
use serde::Deserialize;

const VECTORS: &str = include_str!("../../../../tests/contract/event-ids.json");

#[derive(Deserialize)]
struct Vector {
    game: Game,
    session_values: Vec<String>,
    observer: String,
    epoch: u32,
    kind: String,
    native_key: String,
    session_key: String,
    match_key: String,
    event_id: String,
}

#[test]
fn ids_and_keys_are_those_of_the_committed_vectors() {
    let vectors: Vec<Vector> = serde_json::from_str(VECTORS).unwrap();
    assert!(vectors.len() >= 8, "the vectors cover names, epochs, kinds and empty fields");
    for vector in vectors {
        let session = SessionKey::from_values(vector.session_values.iter().map(String::as_str));
        assert_eq!(session.as_str(), vector.session_key);
        assert_eq!(MatchKey::session(&vector.game, &session).as_str(), vector.match_key);
        let fields = EventIdFields {
            game: &vector.game,
            session: &session,
            observer: &vector.observer,
            epoch: vector.epoch,
            kind: Kind::from_event_type(&format!("ringside.{}.v1", vector.kind)).unwrap(),
            native_key: &vector.native_key,
        };
        assert_eq!(fields.event_id().to_string(), vector.event_id, "{}", vector.native_key);
    }
}
