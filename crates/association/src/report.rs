//! One device's word that something happened in a match.

use event_model::{
    ActorIds, Actors, ClockReading, DeviceId, Identity, Kind, Ordinal, Origin, OutboxId, WallTime,
};

use crate::Sighting;

/// A stored event, in the parts that association rests on.
///
/// Borrowed from whatever holds the event: the log's bytes at the server, a
/// generated match at the simulator. Texts are as they were sent; whoever keeps
/// them bounds their length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report<'a> {
    /// Who sent it.
    pub device: DeviceId,
    /// Its id.
    pub event_id: &'a str,
    /// The match that it says it belongs to.
    pub subject: &'a str,
    /// Where it stands in the server's log; later is greater.
    pub position: u64,
    /// Its kind; `None` for a type of somebody else's.
    pub kind: Option<Kind>,
    /// How its id was come by; `None` for a type of somebody else's.
    pub identity: Option<Identity>,
    /// Whether the game was watched or a recording was read again.
    pub origin: Option<Origin>,
    /// The account of the player whose game was watched.
    pub observer: Option<&'a str>,
    /// Who did what to whom, by name.
    pub actors: &'a Actors,
    /// The same by the game's stable account ids, where it gives them.
    pub actor_ids: Option<&'a ActorIds>,
    /// The round, as the source or its clock counted it.
    pub round: Option<u32>,
    /// The game's own counter behind it.
    pub ordinal: Option<&'a Ordinal>,
    /// Milliseconds on the match's own clock.
    pub match_clock_ms: Option<i64>,
    /// The device's monotonic clock when it saw it.
    pub observed: Option<ClockReading>,
    /// The device's wall clock when it saw it, right or wrong.
    pub time: Option<WallTime>,
    /// The time as the server corrected it by the event's age.
    pub corrected: Sighting,
    /// The outbox that sent it.
    pub outbox: Option<OutboxId>,
    /// Its number there.
    pub sequence: Option<u64>,
    /// What its details say that helps to tell it from others.
    pub hints: Hints<'a>,
}

/// The few details that association reads; the others are only shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints<'a> {
    /// The game's own word for what happened, or the object it happened to.
    pub name: Option<&'a str>,
    /// The side of whoever acted.
    pub team: Option<&'a str>,
    /// Who won a round.
    pub winner: Option<&'a str>,
    /// The score after a round or a goal, as the source writes it.
    pub score: Option<&'a str>,
    /// How many kills a multikill counts.
    pub streak: Option<u32>,
}
