//! A match in one line of the history.

use std::collections::BTreeSet;

use event_model::{EventData, Game, Kind, MatchKey, WallTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    KindCount, MatchDuration, MatchOutcome, MatchScore, Observer, Story, details,
    duration::duration,
    part::bare,
    score::{outcome, score},
    story::Placed,
    tally::{kinds, observers},
};

/// Names that are kept of one match: more than any lobby holds. What a damaged
/// archive says beyond is not carried around with every search.
const PLAYERS_MAX: usize = 128;

/// No player's name.
const UNCONNECTED: &str = "unconnected";

/// A match in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Summary {
    /// The match.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub key: MatchKey,
    /// The game.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub game: Game,
    /// The game's own word for where it was played.
    pub map: Option<String>,
    /// The game's own word for how.
    pub mode: Option<String>,
    /// When this PC saw the first of it.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub first_seen: WallTime,
    /// When this PC saw the last of it.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub last_seen: WallTime,
    /// Its start, where it was told.
    pub started: Option<ToldAt>,
    /// Whether the game was joined when the match was under way.
    pub joined_late: bool,
    /// Its end, where it was told: then the match is complete.
    pub ended: Option<ToldAt>,
    /// The highest number of a round that ended; absent where the game is not
    /// played in rounds.
    pub rounds: Option<u32>,
    /// The latest score, where one was told.
    pub score: Option<MatchScore>,
    /// How it ended, where that is known.
    pub outcome: Option<MatchOutcome>,
    /// How long it took.
    pub duration: MatchDuration,
    /// Whose clients saw it, and what they did.
    pub observers: Vec<Observer>,
    /// Names of players that it tells of, in their order, for a search.
    pub players: Vec<String>,
    /// Its events by kind, each of them counted once.
    pub kinds: Vec<KindCount>,
    /// All of its events.
    pub events: u32,
}

/// When something was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ToldAt {
    /// When this PC saw it, RFC 3339.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub seen: WallTime,
    /// The game's own clock, in milliseconds since the match began.
    pub match_clock_ms: Option<i64>,
}

impl ToldAt {
    pub(crate) fn of(placed: &Placed) -> Self {
        Self { seen: placed.event.seen, match_clock_ms: placed.event.data.match_clock_ms }
    }
}

impl Story {
    /// The match in short.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let (first_seen, last_seen) = self.seen();
        Summary {
            key: self.key().clone(),
            game: self.game().clone(),
            map: self.told("map"),
            mode: self.told("mode"),
            first_seen,
            last_seen,
            started: self.start().map(ToldAt::of),
            joined_late: self.start().is_some_and(joined_late),
            ended: self.end().map(ToldAt::of),
            rounds: rounds_played(self),
            score: score(self),
            outcome: outcome(self),
            duration: duration(self),
            observers: observers(self),
            players: players(self),
            kinds: kinds(self.events().iter()),
            events: u32::try_from(self.events().len()).unwrap_or(u32::MAX),
        }
    }

    /// The first that an event says under this name.
    pub(crate) fn told(&self, name: &str) -> Option<String> {
        let told = self.events().iter().find_map(|placed| details::word(&placed.event.data, name));
        told.map(str::to_owned)
    }
}

impl Summary {
    /// Whether the match was seen to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.ended.is_some()
    }
}

pub(crate) fn joined_late(start: &Placed) -> bool {
    details::truth(&start.event.data, "joined_late") == Some(true)
}

/// The highest number of a round of the last run that ended.
pub(crate) fn rounds_played(story: &Story) -> Option<u32> {
    let last_run = story.rounds().last()?.run;
    let run = story.rounds().iter().filter(|round| round.run == last_run);
    Some(run.filter(|round| round.has_ended()).map(|round| round.number).max().unwrap_or(0))
}

/// Names of the roster and of whoever did something, without the short form of
/// a name whose long form (`Ana#EUW`) is there as well.
fn players(story: &Story) -> Vec<String> {
    let names: BTreeSet<&str> =
        story.events().iter().flat_map(|placed| named(placed)).filter(|n| !n.is_empty()).collect();
    let long: BTreeSet<&str> =
        names.iter().filter(|name| bare(name) != **name).map(|name| bare(name).trim()).collect();
    let is_told = |name: &&&str| bare(name) != **name || !long.contains(name.trim());
    names.iter().filter(is_told).take(PLAYERS_MAX).map(|name| (*name).to_owned()).collect()
}

fn named(placed: &Placed) -> Vec<&str> {
    let data = &placed.event.data;
    if placed.event.kind == Kind::SessionEvidence {
        return roster(data);
    }
    // Minions and turrets act too, and turrets fall.
    let by_player = details::word(data, "attacker_kind").is_none_or(|kind| kind == "player");
    let attacker = data.actors.attacker.as_deref().filter(|_| by_player);
    let of_player = placed.event.kind != Kind::StructureDestroyed;
    let victim = data.actors.victim.as_deref().filter(|_| of_player);
    let assists = data.actors.assists.iter().map(String::as_str);
    attacker.into_iter().chain(victim).chain(assists).collect()
}

/// A list of accounts, or names by account.
///
/// Counter-Strike calls a player by [`UNCONNECTED`] who is not there yet.
fn roster(data: &EventData) -> Vec<&str> {
    match data.details.get("roster") {
        Some(Value::Array(accounts)) => accounts.iter().filter_map(Value::as_str).collect(),
        Some(Value::Object(names)) => {
            names.values().filter_map(Value::as_str).filter(|name| *name != UNCONNECTED).collect()
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
            Vec::new()
        }
    }
}
