//! Matches as an outbox keeps them.

use std::collections::BTreeMap;

use event_model::{
    ActorIds, Actors, ClockEpoch, ClockReading, CloudEvent, DeviceId, Envelope, Event, EventData,
    EventId, Game, Kind, MatchKey, MatchOrigin, MatchRef, Origin, WallTime,
};
use match_story::{ByteOrderMark, Separator, Sheet, Story, read};
use serde_json::{Value, json};
use uuid::Uuid;

/// 2026-11-20, 19:00 in UTC.
pub(crate) const SEVEN_PM: i64 = 1_795_201_200_000;

/// The account of Ana, whose PC it is.
pub(crate) const ANA: &str = "76561190000000001";

/// An event and its envelope, to be changed where a test cares.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) event: Event,
    pub(crate) envelope: Envelope,
}

/// An event of Ana's Counter-Strike match, the `number`th that was kept, seen
/// `seconds` after seven.
pub(crate) fn cs2(number: u64, seconds: i64, kind: Kind) -> Kept {
    let mut kept = kept(Game::cs2(), number, seconds, kind);
    kept.event.data.observer = Some(ANA.to_owned());
    kept
}

/// An event of Ana's League match, at `seconds` of its clock.
pub(crate) fn league(number: u64, seconds: i64, kind: Kind) -> Kept {
    let mut kept = kept(Game::league(), number, seconds + 1, kind);
    kept.event.data.observer = Some("Ana#EUW".to_owned());
    kept.event.data.match_clock_ms = Some(seconds * 1_000);
    kept
}

fn kept(game: Game, number: u64, seconds: i64, kind: Kind) -> Kept {
    let match_ref = MatchRef { key: key(&game), origin: MatchOrigin::Native };
    let mono_ms = u64::try_from(1_000_000 + seconds * 1_000).expect("not so early");
    Kept {
        event: Event { id: id(number), kind, data: EventData::of_match(game, match_ref) },
        envelope: Envelope {
            device: DeviceId(Uuid::nil()),
            sequence: number,
            origin: Origin::Live,
            time: WallTime::from_unix_ms(SEVEN_PM + seconds * 1_000),
            observed: ClockReading { epoch: ClockEpoch(Uuid::nil()), mono_ms },
        },
    }
}

pub(crate) fn id(number: u64) -> EventId {
    EventId(Uuid::from_u128(u128::from(number)))
}

pub(crate) fn key(game: &Game) -> MatchKey {
    MatchKey::native(game, "1")
}

impl Kept {
    pub(crate) fn round(mut self, number: u32) -> Self {
        self.event.data.round = Some(number);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.event.data.details.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn by(mut self, attacker: &str) -> Self {
        self.event.data.actors.attacker = Some(attacker.to_owned());
        self
    }

    pub(crate) fn of(mut self, victim: &str) -> Self {
        self.event.data.actors.victim = Some(victim.to_owned());
        self
    }

    pub(crate) fn helped_by(mut self, names: &[&str]) -> Self {
        self.event.data.actors.assists = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Ana's own kill, as her counters tell it.
    pub(crate) fn own_kill(mut self) -> Self {
        self.event.data.actors = Actors { attacker: Some("Ana".to_owned()), ..Actors::default() };
        self.event.data.actor_ids =
            Some(ActorIds { attacker: Some(ANA.to_owned()), ..ActorIds::default() });
        self
    }

    /// The end of a round.
    pub(crate) fn won(self, round: u32, winner: &str, ct: u32, t: u32) -> Self {
        self.round(round).with("winner", winner).with("score", json!({ "ct": ct, "t": t }))
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        CloudEvent::json_of(&self.event, &self.envelope).into_bytes()
    }
}

/// The story of these, which are of one match.
pub(crate) fn story(kept: &[Kept]) -> Story {
    let key = kept[0].event.subject().clone();
    let bodies: Vec<_> = kept.iter().map(Kept::body).collect();
    of_bodies(&key, &bodies)
}

pub(crate) fn of_bodies(key: &MatchKey, bodies: &[Vec<u8>]) -> Story {
    let reading = read(key, bodies.iter().map(Vec::as_slice));
    reading.story.expect("there is an event of the match")
}

/// A spreadsheet for programs.
pub(crate) fn plain() -> Sheet<'static> {
    static NOTHING: BTreeMap<EventId, String> = BTreeMap::new();
    Sheet {
        mark: ByteOrderMark::Without,
        separator: Separator::Comma,
        utc_offset_min: 0,
        labels: &NOTHING,
    }
}
