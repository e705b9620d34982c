//! What the traced program does: seeded steps on an outbox.

use delivery::QuarantineReason;
use event_model::{
    ClockEpoch, ClockReading, DeviceId, Event, EventData, EventId, Game, Kind, MatchKey,
    MatchOrigin, MatchRef, Moment, Origin, Source, WallTime,
};
use outbox::{Append, NewEvent, StreamKey};
use uuid::Uuid;

use crate::random::Random;

pub(crate) const DEVICE: DeviceId = DeviceId(Uuid::from_u128(0xD));

/// Streams of the plans.
pub(crate) const STREAMS: [&str; 2] = ["live", "replay:1"];

/// Events in one append: a frame seldom makes more.
const GROUP_EVENTS_MAX: u64 = 6;

/// A state may take several pages of the file.
const STATE_BYTES_MAX: u64 = 6_000;

/// What a server says of a batch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Stored,
    /// Every second one is refused.
    HalfQuarantined(QuarantineReason),
    /// Nothing that counts.
    Silence,
    /// It takes none of them.
    Refused,
    /// It was not sent at all.
    Released,
}

/// How the log goes into the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checkpoint {
    Passive,
    Restart,
    Truncate,
}

/// One step; each is one change that is there whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Append(Vec<Append>),
    Send(usize, Answer),
    Delete(Vec<EventId>),
    Prune,
    CountLost(u64),
    Checkpoint(Checkpoint),
    Reopen,
    /// Somebody takes files of the outbox that is open.
    Take(Taken),
}

/// What somebody does to the files of an outbox that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Everything,
    Database,
    Log,
    /// An older copy of the database stands in the place of all.
    OlderCopy,
}

impl Taken {
    pub(crate) const ALL: [Self; 4] =
        [Self::Everything, Self::Database, Self::Log, Self::OlderCopy];

    /// How the names of those end that are gone.
    pub(crate) fn endings(self) -> &'static [&'static str] {
        match self {
            // Whoever deletes the log's index alone changes nothing that a crash
            // could leave.
            Self::Everything | Self::OlderCopy => &["", "-wal", "-shm"],
            Self::Database => &[""],
            Self::Log => &["-wal"],
        }
    }
}

impl Step {
    fn events(&mut self) -> Option<impl Iterator<Item = &mut NewEvent>> {
        let Self::Append(group) = self else { return None };
        Some(group.iter_mut().flat_map(|part| &mut part.events))
    }
}

/// The steps of one seed.
pub(crate) fn of(seed: u64, length: usize) -> Vec<Step> {
    let mut planner = Planner { random: Random::new(seed), events: 0 };
    (0..length).map(|_| planner.step()).collect()
}

/// Steps that come to the same where one failed at first and was tried again:
/// of one match, so that it makes no difference which batch is whose turn.
pub(crate) fn repeatable(seed: u64, length: usize) -> Vec<Step> {
    let mut planner = Planner { random: Random::new(seed), events: 0 };
    let step = |nth| match nth % 4 {
        1 => Step::Send(2, Answer::Released),
        3 => Step::Send(3, Answer::Stored),
        _ => planner.append(),
    };
    let mut steps: Vec<Step> = (0..length).map(step).collect();
    for event in steps.iter_mut().filter_map(Step::events).flatten() {
        event.event.data.match_ref.key = MatchKey::native(&event.event.data.game, "m");
    }
    steps
}

/// The same, and twice between two of them somebody takes files, if they do: what
/// comes next is an append, and the other time a claim.
pub(crate) fn with_taken(seed: u64, length: usize, taken: Option<Taken>) -> Vec<Step> {
    let mut steps = repeatable(seed, length);
    // What an older copy has.
    steps.insert(1, Step::Checkpoint(Checkpoint::Truncate));
    // As many steps either way: each takes its time.
    let take = taken.map_or(Step::Checkpoint(Checkpoint::Passive), Step::Take);
    takes(length).iter().for_each(|nth| steps.insert(*nth, take.clone()));
    steps
}

/// Which steps these are.
pub(crate) fn takes(length: usize) -> [usize; 2] {
    // Every fourth is an append, and the next a claim.
    let append = length / 8 * 4 + 1;
    [append, append + 2]
}

struct Planner {
    random: Random,
    events: u64,
}

impl Planner {
    fn step(&mut self) -> Step {
        match self.random.below(100) {
            0..60 => self.append(),
            60..78 => Step::Send(1 + self.random.below(12) as usize, self.answer()),
            78..84 => self.delete(),
            84..88 => Step::Prune,
            88..90 => Step::CountLost(1 + self.random.below(3)),
            90..96 => Step::Checkpoint(self.checkpoint()),
            _ => Step::Reopen,
        }
    }

    fn append(&mut self) -> Step {
        let streams = if self.random.chance(20) { &STREAMS[..] } else { &STREAMS[..1] };
        Step::Append(streams.iter().map(|stream| self.part(stream)).collect())
    }

    fn part(&mut self, stream: &str) -> Append {
        let events = (0..self.random.below(GROUP_EVENTS_MAX + 1)).map(|_| self.event()).collect();
        let bytes = 1 + self.random.below(STATE_BYTES_MAX);
        let state = (0..bytes).map(|_| self.random.next() as u8).collect();
        Append { stream: stream_key(stream), state, events }
    }

    /// Mostly a new one; a frame may also show what was appended before.
    fn event(&mut self) -> NewEvent {
        if self.events > 0 && self.random.chance(8) {
            return event(self.random.below(self.events));
        }
        self.events += 1;
        event(self.events - 1)
    }

    fn answer(&mut self) -> Answer {
        match self.random.below(10) {
            0..6 => Answer::Stored,
            6..8 => Answer::HalfQuarantined(QuarantineReason::Invalid),
            8 if self.random.chance(50) => Answer::Silence,
            8 => Answer::Refused,
            _ => Answer::Released,
        }
    }

    fn delete(&mut self) -> Step {
        let count = 1 + self.random.below(4);
        Step::Delete((0..count).map(|_| id(self.random.below(self.events + 1))).collect())
    }

    fn checkpoint(&mut self) -> Checkpoint {
        match self.random.below(3) {
            0 => Checkpoint::Passive,
            1 => Checkpoint::Restart,
            _ => Checkpoint::Truncate,
        }
    }
}

pub(crate) fn stream_key(stream: &str) -> StreamKey {
    StreamKey { source: Source::Cs2, stream: stream.to_owned() }
}

fn id(n: u64) -> EventId {
    EventId(Uuid::from_u128(u128::from(n)))
}

/// Event `n`, one of three matches.
pub(crate) fn event(n: u64) -> NewEvent {
    let game = Game::cs2();
    let key = MatchKey::native(&game, &format!("m{}", n % 3));
    let match_ref = MatchRef { key, origin: MatchOrigin::Native };
    let data = EventData {
        observer: Some("Ana".to_owned()),
        round: u32::try_from(n).ok(),
        ..EventData::of_match(game, match_ref)
    };
    let now = at(n);
    let event = Event { id: id(n), kind: Kind::Kill, data };
    NewEvent { event, origin: Origin::Live, time: now.wall, observed: now.clock }
}

/// `ms` after some evening's start, on one boot.
pub(crate) fn at(ms: u64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms: 1_000 + ms };
    let wall = WallTime::from_unix_ms(1_795_201_200_000_i64.saturating_add_unsigned(ms));
    Moment { clock, wall }
}
