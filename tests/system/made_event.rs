//! Events that no game sent, for the tests that bring their own clock.

use std::collections::BTreeMap;

use event_model::{
    Actors, Event, EventData, EventId, Game, Identity, Kind, MatchKey, MatchOrigin, MatchRef,
    Moment, Origin,
};
use outbox::NewEvent;

/// A kill of which nothing matters but its id, its match and when it was seen.
pub(crate) fn kill(id: EventId, match_id: &str, now: Moment) -> NewEvent {
    let game = Game::cs2();
    let key = MatchKey::native(&game, match_id);
    let data = EventData {
        game,
        match_ref: MatchRef { key, origin: MatchOrigin::Native },
        observer: None,
        actors: Actors::default(),
        actor_ids: None,
        round: None,
        ordinal: None,
        identity: Identity::Native,
        match_clock_ms: None,
        details: BTreeMap::new(),
    };
    let event = Event { id, kind: Kind::Kill, data };
    NewEvent { event, origin: Origin::Live, time: now.wall, observed: now.clock }
}
