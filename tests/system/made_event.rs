//! Events that no game sent, for the tests that bring their own clock.

use event_model::{
    Event, EventData, EventId, Game, Kind, MatchKey, MatchOrigin, MatchRef, Moment, Origin,
};
use outbox::NewEvent;

/// A kill of which nothing matters but its id, its match and when it was seen.
pub(crate) fn kill(id: EventId, match_id: &str, now: Moment) -> NewEvent {
    let game = Game::cs2();
    let key = MatchKey::native(&game, match_id);
    let match_ref = MatchRef { key, origin: MatchOrigin::Native };
    let data = EventData::of_match(game, match_ref);
    let event = Event { id, kind: Kind::Kill, data };
    NewEvent { event, origin: Origin::Live, time: now.wall, observed: now.clock }
}
