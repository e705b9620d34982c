//! What a player is told when a match has ended.

use std::collections::BTreeMap;

use event_model::{EventId, Game, Kind, MatchKey};
use serde::{Deserialize, Serialize};

use crate::{
    KindWord, MatchDuration, MatchOutcome, MatchScore, Observer, Part, Stage, Story, ToldAt,
    details,
    duration::duration,
    score::{outcome, score},
    story::Placed,
    summary::rounds_played,
    tally::observers,
};

/// A match that ended, in a few numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Recap {
    /// The match.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub key: MatchKey,
    /// The game.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub game: Game,
    /// The game's own word for where it was played.
    pub map: Option<String>,
    /// How it ended: as the game says, else by the last score where the player's
    /// side is known.
    pub outcome: Option<MatchOutcome>,
    /// The last score.
    pub score: Option<MatchScore>,
    /// The highest number of a round that ended.
    pub rounds: Option<u32>,
    /// What the player did, by account.
    pub observers: Vec<Observer>,
    /// The player's kills in a row that the game itself announced, the longest
    /// first.
    pub multi_kills: Vec<MultiKills>,
    /// How long it took.
    pub duration: MatchDuration,
    /// The first thing that this PC saw.
    pub first: RecapEvent,
    /// The last one.
    pub last: RecapEvent,
    /// Events of the match.
    pub events: u32,
    /// How many of them are on the server.
    pub uploads: Uploads,
}

/// How often the game announced so many kills in a row. It announces three after
/// it announced two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MultiKills {
    /// Kills in a row; absent where the game does not say how many.
    pub kills: Option<u32>,
    /// How often.
    pub times: u32,
}

/// An event of a recap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RecapEvent {
    /// The event.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub event_id: EventId,
    /// Its kind.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub kind: KindWord,
    /// When.
    pub when: ToldAt,
}

/// Where the events of a match are; the outbox knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Uploads {
    /// On the server's disk.
    pub sent: u32,
    /// Waiting on this PC, or in a request at the moment.
    pub waiting: u32,
    /// Refused by the server.
    pub refused: u32,
}

/// The recap of a match; none before it has ended.
#[must_use]
pub fn recap(story: &Story, uploads: Uploads) -> Option<Recap> {
    story.end()?;
    // What helps to join sessions is not what happened.
    let first = story.happenings().next()?;
    let last = story.happenings().last()?;
    Some(Recap {
        key: story.key().clone(),
        game: story.game().clone(),
        map: story.told("map"),
        outcome: outcome(story),
        score: score(story),
        rounds: rounds_played(story),
        observers: observers(story),
        multi_kills: multi_kills(story),
        duration: duration(story),
        first: RecapEvent::of(first),
        last: RecapEvent::of(last),
        events: u32::try_from(story.events().len()).unwrap_or(u32::MAX),
        uploads,
    })
}

impl RecapEvent {
    fn of(placed: &Placed) -> Self {
        Self {
            event_id: placed.event.id,
            kind: KindWord(placed.event.kind),
            when: ToldAt::of(placed),
        }
    }
}

fn multi_kills(story: &Story) -> Vec<MultiKills> {
    let mut times: BTreeMap<Option<u32>, u32> = BTreeMap::new();
    for placed in story.happenings() {
        let is_own = placed.event.kind == Kind::MultiKill && placed.part == Part::Did;
        if is_own && placed.stage == Stage::Match {
            *times.entry(details::count(&placed.event.data, "kill_streak")).or_default() += 1;
        }
    }
    let longest_first = times.into_iter().rev();
    longest_first.map(|(kills, times)| MultiKills { kills, times }).collect()
}
