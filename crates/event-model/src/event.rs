//! Events, and the envelopes they are sent in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ClockReading, DeviceId, EventId, Game, Kind, MatchKey, MatchOrigin, WallTime};

/// An immutable record of something that happened in a match, as one stream
/// saw it. The same frames from the same state give the same events.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its stable id.
    pub id: EventId,
    /// What happened.
    pub kind: Kind,
    /// The rest; `data.match_ref.key` is the CloudEvents subject.
    pub data: EventData,
}

impl Event {
    /// The CloudEvents subject: the match.
    #[must_use]
    pub fn subject(&self) -> &MatchKey {
        &self.data.match_ref.key
    }
}

/// The `data` of one of our own events, without `observed`: that is envelope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventData {
    /// The game.
    pub game: Game,
    /// The match.
    #[serde(rename = "match")]
    pub match_ref: MatchRef,
    /// The account whose client the frame came from, where the game names it.
    pub observer: Option<String>,
    /// Who did it, to whom, with whose help.
    pub actors: Actors,
    /// The game's stable account ids of the actors, where it gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_ids: Option<ActorIds>,
    /// Counted from 1.
    pub round: Option<u32>,
    /// Where a game counter numbers repeats.
    pub ordinal: Option<Ordinal>,
    /// How much the id can be trusted.
    pub identity: Identity,
    /// The game's own clock, in milliseconds since the match began.
    pub match_clock_ms: Option<i64>,
    /// What else the game said; never part of id or fingerprint.
    #[serde(default)]
    pub details: BTreeMap<String, Value>,
}

impl EventData {
    /// Of a match, under the game's own identity, and nothing else known.
    #[must_use]
    pub fn of_match(game: Game, match_ref: MatchRef) -> Self {
        Self {
            game,
            match_ref,
            observer: None,
            actors: Actors::default(),
            actor_ids: None,
            round: None,
            ordinal: None,
            identity: Identity::Native,
            match_clock_ms: None,
            details: BTreeMap::new(),
        }
    }
}

/// The match an event belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchRef {
    /// Its key.
    pub key: MatchKey,
    /// Who named it.
    pub origin: MatchOrigin,
}

/// Names as the game writes them, never trimmed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actors {
    /// Who did it.
    pub attacker: Option<String>,
    /// To whom.
    pub victim: Option<String>,
    /// With whose help.
    #[serde(default)]
    pub assists: Vec<String>,
}

/// The same as [`Actors`], in account ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorIds {
    /// Who did it.
    pub attacker: Option<String>,
    /// To whom.
    pub victim: Option<String>,
    /// With whose help.
    #[serde(default)]
    pub assists: Vec<String>,
}

/// A game counter's value after the event: tells repeats apart.
///
/// Ordinals with another `of` or `run` are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordinal {
    /// Which counter: `victim deaths`.
    pub of: String,
    /// Which run of it: a counter that was set back starts another.
    pub run: u32,
    /// Its value after the event.
    pub value: u64,
}

/// How an event's native key was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Identity {
    /// The game's own counter or index.
    Native,
    /// An ordinal counted here: a late joiner would count otherwise.
    Counted,
}

/// Whether an event was captured beside the game or replayed from a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Captured as it happened.
    Live,
    /// Replayed: times are the recording's.
    Replay,
}

/// What belongs to the sending and not to the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The sender.
    pub device: DeviceId,
    /// Gap-free from 1 per outbox.
    pub sequence: u64,
    /// Live or replayed.
    pub origin: Origin,
    /// The wall clock when the frame was received.
    pub time: WallTime,
    /// The monotonic clock when the frame was received.
    pub observed: ClockReading,
}
