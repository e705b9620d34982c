//! Numbered events: made by the client, recognised by the server.

use std::collections::BTreeMap;

use event_model::{
    Actors, Event, EventData, EventIdFields, Game, Kind, MatchKey, MatchOrigin, MatchRef, Moment,
    Origin, SessionKey,
};
use outbox::NewEvent;
use serde_json::Value;

/// Where an event carries its number.
const NUMBER: &str = "number";

/// Event `number` of the run, seen at `now`. Its id is made of its number
/// alone, as a game's own counter would give it.
pub(crate) fn numbered(number: u64, now: Moment) -> NewEvent {
    let game = Game::cs2();
    let session = SessionKey::from_values(["faults"]);
    let id = EventIdFields {
        game: &game,
        session: &session,
        observer: "Ana",
        epoch: 0,
        kind: Kind::Kill,
        native_key: &number.to_string(),
    }
    .event_id();
    let key = MatchKey::session(&game, &session);
    let data = EventData {
        observer: Some("Ana".to_owned()),
        actors: Actors { attacker: Some("Ana".to_owned()), ..Actors::default() },
        round: Some(1),
        details: BTreeMap::from([(NUMBER.to_owned(), Value::from(number))]),
        ..EventData::of_match(game, MatchRef { key, origin: MatchOrigin::Session })
    };
    let event = Event { id, kind: Kind::Kill, data };
    NewEvent { event, origin: Origin::Live, time: now.wall, observed: now.clock }
}

/// The number of an event on the wire; none where it is not one of these.
pub(crate) fn number_of(event: &Value) -> Option<u64> {
    event["data"]["details"][NUMBER].as_u64()
}
