//! Events such as a match makes: bodies of 600 bytes and more.

use std::collections::BTreeMap;

use event_model::{
    ActorIds, Actors, ClockEpoch, ClockReading, DeviceId, Event, EventData, EventId, Game,
    Identity, Kind, MatchKey, MatchOrigin, MatchRef, Moment, Ordinal, Origin, Source, WallTime,
};
use outbox::{Append, NewEvent, StreamKey};
use uuid::Uuid;

pub(crate) const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0xD));
/// As many as a long match makes.
const EVENTS_PER_MATCH: u64 = 500;
/// A session state in the midst of a match.
pub(crate) const STATE: [u8; 2_048] = [b's'; 2_048];

pub(crate) fn at(ms: u64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(0x1234_5678)), mono_ms: ms };
    let wall = WallTime::from_unix_ms(1_795_201_200_000_i64.saturating_add_unsigned(ms));
    Moment { clock, wall }
}

/// The next `count` events of a stream of matches, as one group.
pub(crate) fn group(from: u64, count: u64) -> Append {
    Append {
        stream: StreamKey { source: Source::Cs2, stream: "live".to_owned() },
        state: STATE.to_vec(),
        events: (from..from + count).map(event).collect(),
    }
}

fn event(n: u64) -> NewEvent {
    let game = Game::cs2();
    let key = MatchKey::from_text(format!("cs2:session-{:032x}", mixed(n / EVENTS_PER_MATCH)));
    let data = EventData {
        game,
        match_ref: MatchRef { key, origin: MatchOrigin::Session },
        observer: Some("76561198000000001".to_owned()),
        actors: Actors {
            attacker: Some("Ana #EU".to_owned()),
            victim: Some("Bo #EU".to_owned()),
            assists: vec!["Cleo #EU".to_owned()],
        },
        actor_ids: Some(ActorIds {
            attacker: Some("76561198000000001".to_owned()),
            victim: None,
            assists: Vec::new(),
        }),
        round: u32::try_from(n % 24).ok(),
        ordinal: Some(Ordinal { of: "match_stats.kills".to_owned(), run: 0, value: n }),
        identity: Identity::Native,
        match_clock_ms: i64::try_from(n * 700).ok(),
        details: BTreeMap::from([
            ("weapon".to_owned(), "weapon_ak47".into()),
            ("headshot".to_owned(), n.is_multiple_of(3).into()),
            ("team".to_owned(), "CT".into()),
        ]),
    };
    let now = at(n * 700);
    // As a hash: no order in it.
    let id = EventId(Uuid::from_u128(mixed(n)));
    let event = Event { id, kind: Kind::Kill, data };
    NewEvent { event, origin: Origin::Live, time: now.wall, observed: now.clock }
}

/// Two rounds of splitmix64.
fn mixed(n: u64) -> u128 {
    let half = |seed: u64| {
        let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    u128::from(half(2 * n + 1)) << 64 | u128::from(half(2 * n + 2))
}
