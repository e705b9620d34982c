//! A frame of Dota 2 at a glance.

use event_model::MatchKey;

use super::{
    course::{Course, Side},
    frame::{GsiFrame, Match, OwnPlayer},
};
use crate::{Glance, Phase, Score};

/// What the frame says of the match; the clock is the one that the player sees.
pub(super) fn glance(match_key: MatchKey, gsi: &GsiFrame, shown: &Match) -> Glance {
    let own = gsi.own.as_ref();
    Glance {
        match_key: match_key.as_str().to_owned(),
        map: Some(shown.map.clone()).filter(|map| !map.is_empty()),
        match_clock_ms: shown.clock_time.map(|seconds| seconds.saturating_mul(1_000)),
        round: None,
        score: own.and_then(|own| own.side).and_then(|side| score(side, shown)),
        you: own.and_then(|own| own.tally),
        phase: phase(own, shown),
    }
}

fn score(side: Side, shown: &Match) -> Option<Score> {
    let (radiant, dire) = (shown.radiant_score?, shown.dire_score?);
    Some(match side {
        Side::Radiant => Score { own: radiant, other: dire },
        Side::Dire => Score { own: dire, other: radiant },
    })
}

fn phase(own: Option<&OwnPlayer>, shown: &Match) -> Phase {
    match shown.course {
        Course::Before | Course::Over | Course::Unknown => Phase::OutOfPlay,
        Course::Preparing => Phase::Buying,
        Course::Running if own.is_some_and(|own| own.alive != Some(false)) => Phase::Playing,
        Course::Running => Phase::Dead,
    }
}
