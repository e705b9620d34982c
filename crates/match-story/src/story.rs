//! The events of one match, each once, in one order.

use std::collections::{BTreeMap, btree_map::Entry};

use event_model::{EventId, Game, Kind, MatchKey, Origin, WallTime};
use serde::{Deserialize, Serialize};

use crate::{
    Part, UnusedBodies,
    body::Event,
    details,
    order::{Scale, TimeLine},
    rounds::{Round, Rounds},
};

/// The phase before a match, in which kills are for practice.
const WARM_UP: &str = "warmup";

/// What came of a match's bodies.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The story; none where no body was an event of the match.
    pub story: Option<Story>,
    /// What it has no use for.
    pub unused: UnusedBodies,
}

/// The events of one match: at least one, each once, in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    key: MatchKey,
    events: Vec<Placed>,
    rounds: Vec<Round>,
    scale: Scale,
}

/// An event and its place in the match.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) event: Event,
    /// Milliseconds on the story's scale.
    pub(crate) at_ms: i64,
    /// When this PC saw it, on one line of this PC's clock.
    pub(crate) seen_ms: i64,
    pub(crate) part: Part,
    pub(crate) stage: Stage,
    /// Index of the round it belongs to.
    pub(crate) round: Option<usize>,
}

/// Whether an event counts for the match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before the match, for practice.
    WarmUp,
    /// In rounds that were played and then begun anew.
    StartedOver,
    /// In the match.
    Match,
}

/// Which telling of an event is kept: live before replayed, then the first one.
/// The bytes decide last, so that the order of arrival never does.
type Rank<'b> = (bool, u64, &'b [u8]);

/// Reads the bodies (CloudEvents in JSON) that were kept of the match `key`.
pub fn read<'b>(key: &MatchKey, bodies: impl IntoIterator<Item = &'b [u8]>) -> Reading {
    let mut unused = UnusedBodies::default();
    let mut told: BTreeMap<EventId, (Rank<'b>, Event)> = BTreeMap::new();
    for body in bodies {
        let event = match Event::read(key, body) {
            Ok(event) => event,
            Err(fault) => {
                unused.count(fault);
                continue;
            }
        };
        let rank = (event.origin == Origin::Replay, event.sequence.unwrap_or(u64::MAX), body);
        match told.entry(event.id) {
            Entry::Vacant(first) => {
                first.insert((rank, event));
            }
            Entry::Occupied(mut other) => {
                unused.repeated += 1;
                if rank < other.get().0 {
                    other.insert((rank, event));
                }
            }
        }
    }
    let events: Vec<_> = told.into_values().map(|(_, event)| event).collect();
    let story = (!events.is_empty()).then(|| Story::of(key, events));
    Reading { story, unused }
}

impl Story {
    fn of(key: &MatchKey, events: Vec<Event>) -> Self {
        let line = TimeLine::of(&events);
        let mut events: Vec<_> =
            events.into_iter().map(|event| (line.place(&event), event)).collect();
        // What one frame told has one time, and follows in the outbox's order.
        events.sort_by_key(|(at_ms, event)| (*at_ms, event.sequence.unwrap_or(u64::MAX), event.id));
        let (rounds, belongs) = Rounds::of(&events);
        let anew = rounds.last().map_or(0, |last| first_of_run(&rounds, last.run));
        let placed = events.into_iter().zip(belongs).enumerate();
        let events = placed
            .map(|(index, ((at_ms, event), round))| Placed {
                at_ms,
                seen_ms: line.instant(&event),
                part: Part::of(event.kind, &event.data),
                stage: Stage::of(&event, index, round, anew, &rounds),
                round,
                event,
            })
            .collect();
        Self { key: key.clone(), events, rounds, scale: line.scale() }
    }

    /// The match.
    #[must_use]
    pub fn key(&self) -> &MatchKey {
        &self.key
    }

    /// The ids of all its events, in order.
    pub fn event_ids(&self) -> impl Iterator<Item = EventId> {
        self.events.iter().map(|placed| placed.event.id)
    }

    pub(crate) fn game(&self) -> &Game {
        &self.first().event.data.game
    }

    pub(crate) fn events(&self) -> &[Placed] {
        &self.events
    }

    /// The events that tell something that happened.
    pub(crate) fn happenings(&self) -> impl Iterator<Item = &Placed> {
        self.events.iter().filter(|placed| placed.event.kind.is_occurrence())
    }

    pub(crate) fn rounds(&self) -> &[Round] {
        &self.rounds
    }

    pub(crate) fn scale(&self) -> Scale {
        self.scale
    }

    pub(crate) fn first(&self) -> &Placed {
        self.events.first().expect("a story has an event")
    }

    /// The first telling that the match began.
    pub(crate) fn start(&self) -> Option<&Placed> {
        self.events.iter().find(|placed| placed.event.kind == Kind::MatchStarted)
    }

    /// The last telling that it ended.
    pub(crate) fn end(&self) -> Option<&Placed> {
        self.events.iter().rfind(|placed| placed.event.kind == Kind::MatchEnded)
    }

    /// When the first and the last frame that told of it were received.
    pub(crate) fn seen(&self) -> (WallTime, WallTime) {
        let times = || self.events.iter().map(|placed| placed.event.seen);
        let first = times().min().expect("a story has an event");
        (first, times().max().unwrap_or(first))
    }
}

/// Index of the event that a run of rounds began with.
fn first_of_run(rounds: &[Round], run: u32) -> usize {
    rounds.iter().find(|round| round.run == run).map_or(0, |round| round.first)
}

impl Stage {
    /// The stage's word, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WarmUp => "warm_up",
            Self::StartedOver => "started_over",
            Self::Match => "match",
        }
    }

    /// `anew` is the event that the last run of rounds began with.
    fn of(
        event: &Event,
        index: usize,
        round: Option<usize>,
        anew: usize,
        rounds: &[Round],
    ) -> Self {
        let is_about_match =
            matches!(event.kind, Kind::MatchStarted | Kind::MatchEnded | Kind::SessionEvidence);
        let last_run = rounds.last().map_or(0, |last| last.run);
        if details::word(&event.data, "phase") == Some(WARM_UP) {
            return Self::WarmUp;
        }
        let is_former = match round {
            Some(round) => rounds[round].run < last_run,
            None => last_run > 0 && index < anew && !is_about_match,
        };
        if is_former { Self::StartedOver } else { Self::Match }
    }
}
