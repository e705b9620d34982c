//! A match as a picture: lanes of marks over its rounds.

use event_model::{EventId, Kind, WallTime};
use serde::{Deserialize, Serialize};

use crate::{
    KindCount, KindWord, MatchScore, Part, RoundResult, Said, Stage, Story, details, film,
    placement::Placement, rounds::Round, story::Placed, tally::kinds,
};

/// What is drawn of a match, and said by the table behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Timeline {
    /// What positions count.
    pub axis: TimelineAxis,
    /// The lanes that have marks, from the top.
    pub lanes: Vec<LaneCount>,
    /// The rounds in the order they were played.
    pub rounds: Vec<RoundSpan>,
    /// What happened, in the order of time. Marks of one time stand in the order
    /// in which this PC kept them.
    pub marks: Vec<Mark>,
    /// The kinds that have marks, for filters.
    pub kinds: Vec<KindCount>,
}

/// What positions along a match count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "counts", rename_all = "snake_case")]
pub enum TimelineAxis {
    /// Time on the game's own clock.
    MatchClock {
        /// At position 0.
        from_ms: i64,
        /// At position 1.
        to_ms: i64,
    },
    /// Rounds, all equally wide, and time within each of them.
    Rounds,
    /// Time on this PC's clock.
    Observed {
        /// At position 0, RFC 3339.
        #[cfg_attr(feature = "specta", specta(type = String))]
        from: WallTime,
        /// At position 1, RFC 3339.
        #[cfg_attr(feature = "specta", specta(type = String))]
        to: WallTime,
    },
}

/// A row of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Fights in which the player had a part.
    You,
    /// Everybody else's fights.
    Kills,
    /// Objectives, structures, bombs and goals, whoever took them.
    Objectives,
    /// Anything else.
    Other,
    /// Starts and ends of rounds and of the match.
    Rounds,
}

/// How many marks a lane has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct LaneCount {
    /// The lane.
    pub lane: Lane,
    /// How many.
    pub count: u32,
}

/// A round as it is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RoundSpan {
    /// As the game numbers it, from 1. A match that began anew has two of it.
    pub number: u32,
    /// Where it begins, from 0 to 1.
    // Always finite: a number in JSON, where another float may be null.
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub from: f64,
    /// Where it ends, from 0 to 1.
    // Always finite: a number in JSON, where another float may be null.
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub to: f64,
    /// Whether it counts for the match.
    pub stage: Stage,
    /// The side that won it, in the game's word.
    pub winner: Option<String>,
    /// Whether the player's side won it, where both are known.
    pub result: Option<RoundResult>,
    /// The score when it ended, where it was told.
    pub score: Option<MatchScore>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Mark {
    /// The event; a row of the table has the same id.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub event_id: EventId,
    /// Its kind.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub kind: KindWord,
    /// The row it is drawn in.
    pub lane: Lane,
    /// The player's part in it.
    pub part: Part,
    /// Whether it counts for the match.
    pub stage: Stage,
    /// Where it is drawn, from 0 to 1.
    // Always finite: a number in JSON, where another float may be null.
    #[cfg_attr(feature = "specta", specta(type = u32))]
    pub position: f64,
    /// Time since the first mark: on the game's clock where there is one, which
    /// stands still in a pause, else on this PC's.
    pub elapsed_ms: u64,
    /// Time since the first mark in a video, which runs on in a pause. The pages have no
    /// use for it.
    #[serde(skip)]
    pub filmed_ms: u64,
    /// Who did it.
    pub attacker: Option<String>,
    /// To whom, or to what.
    pub victim: Option<String>,
    /// With whose help.
    pub assists: Vec<String>,
    /// The account whose client saw it.
    pub observer: Option<String>,
    /// Counted from 1.
    pub round: Option<u32>,
    /// The game's own clock.
    pub match_clock_ms: Option<i64>,
    /// When this PC saw it, RFC 3339.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub seen: WallTime,
    /// The game's own word for the objective that was taken, such as `dragon`, or
    /// for what no kind has a word for.
    pub named: Option<String>,
    /// Kills in a row, where the game counts them.
    pub streak: Option<u32>,
    /// The game's own word for the weapon.
    pub weapon: Option<String>,
    /// Whether it was a shot at the head.
    pub headshot: Option<bool>,
    /// Whether the game showed it only as a part of several at once.
    pub inferred: bool,
}

/// Draws a story.
#[must_use]
pub fn timeline(story: &Story) -> Timeline {
    let placement = Placement::of(story);
    let first_ms = story.happenings().map(|placed| placed.at_ms).min().unwrap_or(0);
    let filmed = film::filmed(story);
    let marks: Vec<_> = story
        .happenings()
        .zip(filmed)
        .map(|(placed, filmed_ms)| Mark { filmed_ms, ..mark(placed, &placement, first_ms) })
        .collect();
    let last_run = story.rounds().last().map_or(0, |last| last.run);
    let rounds = story.rounds().iter().enumerate().map(|(index, round)| {
        let (from, to) = placement.of_round(story, index);
        span(round, last_run, from, to)
    });
    Timeline {
        axis: placement.axis(story),
        lanes: lanes(&marks),
        rounds: rounds.collect(),
        kinds: kinds(story.happenings()),
        marks,
    }
}

fn mark(placed: &Placed, placement: &Placement, first_ms: i64) -> Mark {
    let (event, data) = (&placed.event, &placed.event.data);
    let Said { named, streak, weapon, headshot } = Said::of(event.kind, data);
    Mark {
        event_id: event.id,
        kind: KindWord(event.kind),
        lane: Lane::of(event.kind, placed.part),
        part: placed.part,
        stage: placed.stage,
        position: placement.position(placed),
        elapsed_ms: u64::try_from(placed.at_ms.saturating_sub(first_ms)).unwrap_or(0),
        filmed_ms: 0,
        attacker: data.actors.attacker.clone(),
        victim: data.actors.victim.clone(),
        assists: data.actors.assists.clone(),
        observer: data.observer.clone(),
        round: data.round,
        match_clock_ms: data.match_clock_ms,
        seen: event.seen,
        named,
        streak,
        weapon,
        headshot,
        inferred: details::truth(data, "inferred") == Some(true),
    }
}

fn span(round: &Round, last_run: u32, from: f64, to: f64) -> RoundSpan {
    let stage = if round.run < last_run { Stage::StartedOver } else { Stage::Match };
    RoundSpan {
        number: round.number,
        from,
        to,
        stage,
        winner: round.winner.clone(),
        result: round.result(),
        score: round.score(),
    }
}

fn lanes(marks: &[Mark]) -> Vec<LaneCount> {
    let counted = Lane::ALL.into_iter().map(|lane| {
        let count = marks.iter().filter(|mark| mark.lane == lane).count();
        LaneCount { lane, count: u32::try_from(count).unwrap_or(u32::MAX) }
    });
    counted.filter(|lane| lane.count > 0).collect()
}

impl Lane {
    /// Every lane, from the top.
    pub const ALL: [Self; 5] =
        [Self::You, Self::Kills, Self::Objectives, Self::Other, Self::Rounds];

    fn of(kind: Kind, part: Part) -> Self {
        match (Self::of_kind(kind), part) {
            (Self::Kills | Self::Other, Part::Did | Part::Suffered | Part::Helped) => Self::You,
            (lane, _) => lane,
        }
    }

    fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Kill
            | Kind::Death
            | Kind::Knock
            | Kind::Revive
            | Kind::FirstBlood
            | Kind::MultiKill
            | Kind::Ace
            | Kind::Demolition => Self::Kills,
            Kind::ObjectiveTaken
            | Kind::StructureDestroyed
            | Kind::BombPlanted
            | Kind::BombDefused
            | Kind::BombExploded
            | Kind::Goal => Self::Objectives,
            Kind::MatchStarted | Kind::MatchEnded | Kind::RoundStarted | Kind::RoundEnded => {
                Self::Rounds
            }
            Kind::Shot | Kind::Save | Kind::Other | Kind::SessionEvidence | Kind::SequenceGap => {
                Self::Other
            }
        }
    }
}
