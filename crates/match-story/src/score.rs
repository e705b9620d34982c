//! Scores, as the game tells them by side.

use std::collections::BTreeMap;

use event_model::EventData;
use serde::{Deserialize, Serialize};

use crate::{Story, details, rounds::Round};

/// Points by side, the sides in small letters: `ct` 13, `t` 9.
pub(crate) type Points = BTreeMap<String, u32>;

/// The score of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum MatchScore {
    /// From the player's own side.
    Own {
        /// Its points.
        own: u32,
        /// The other side's.
        other: u32,
    },
    /// The game did not tell for certain which side the player was on.
    Side {
        /// In the order of their names.
        sides: Vec<SidePoints>,
    },
}

/// The points of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SidePoints {
    /// The game's word for it, in small letters: `ct`.
    pub side: String,
    /// Its points.
    pub points: u32,
}

/// How a match ended for the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MatchOutcome {
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// Nobody won.
    Drawn,
}

/// The score that an event tells, where it is one of two sides.
pub(crate) fn points(data: &EventData) -> Option<Points> {
    let told = data.details.get("score")?.as_object()?;
    let side = |(side, points): (&String, &serde_json::Value)| {
        Some((side.to_lowercase(), u32::try_from(points.as_u64()?).ok()?))
    };
    let points: Points = told.iter().map(side).collect::<Option<_>>()?;
    (points.len() == 2).then_some(points)
}

/// The latest score of a match that is played in rounds.
pub(crate) fn score(story: &Story) -> Option<MatchScore> {
    let last_run = story.rounds().last()?.run;
    let run = story.rounds().iter().filter(|round| round.run == last_run);
    let scored = run.rev().find(|round| round.points.is_some());
    let at_end = story.end().and_then(|end| points(&end.event.data));
    match (scored, at_end) {
        // Of a score that no round ended with, the side is not known.
        (Some(round), Some(points)) if round.points.as_ref() != Some(&points) => {
            Some(by_side(&points))
        }
        (Some(round), _) => round.score(),
        (None, at_end) => at_end.as_ref().map(by_side),
    }
}

impl Round {
    /// The score that it ended with.
    pub(crate) fn score(&self) -> Option<MatchScore> {
        let points = self.points.as_ref()?;
        let own = self.own_side.as_ref().and_then(|side| points.get(side)).copied();
        let all = points.values().fold(0_u32, |sum, points| sum.saturating_add(*points));
        Some(match own {
            // Else some of it was not seen, and sides may have been changed there.
            Some(own) if all == self.number => MatchScore::Own { own, other: all - own },
            Some(_) | None => by_side(points),
        })
    }
}

fn by_side(points: &Points) -> MatchScore {
    let sides =
        points.iter().map(|(side, points)| SidePoints { side: side.clone(), points: *points });
    MatchScore::Side { sides: sides.collect() }
}

/// How the match ended: the game's own word, else the last score.
pub(crate) fn outcome(story: &Story) -> Option<MatchOutcome> {
    let end = story.end()?;
    if let Some(word) = details::word(&end.event.data, "result") {
        return outcome_of(word);
    }
    points(&end.event.data)?;
    match score(story)? {
        MatchScore::Own { own, other } if own == other => Some(MatchOutcome::Drawn),
        MatchScore::Own { own, other } if own > other => Some(MatchOutcome::Won),
        MatchScore::Own { .. } => Some(MatchOutcome::Lost),
        MatchScore::Side { .. } => None,
    }
}

/// League's words; what another game says is not guessed at.
fn outcome_of(word: &str) -> Option<MatchOutcome> {
    match word {
        "Win" => Some(MatchOutcome::Won),
        "Lose" => Some(MatchOutcome::Lost),
        _ => None,
    }
}
