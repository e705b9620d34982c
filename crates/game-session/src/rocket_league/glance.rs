//! A state of Rocket League at a glance.

use event_model::MatchKey;

use super::state::MatchState;
use crate::{Glance, Phase, Score};

/// What the state says of the match: the clock that the player sees, which falls.
pub(super) fn glance(match_key: MatchKey, state: &MatchState) -> Glance {
    let own = state.own();
    Glance {
        match_key: match_key.as_str().to_owned(),
        map: Some(state.arena.clone()).filter(|arena| !arena.is_empty()),
        match_clock_ms: Some(state.time_s.saturating_mul(1_000)),
        round: None,
        score: own.and_then(|own| own.team).and_then(|team| score(team, state)),
        you: None,
        phase: match own {
            _ if state.has_winner => Phase::OutOfPlay,
            _ if state.is_replay => Phase::BetweenRounds,
            Some(own) if own.has_car => Phase::Playing,
            Some(_) | None => Phase::Dead,
        },
    }
}

fn score(own: i64, state: &MatchState) -> Option<Score> {
    let goals = |is_own: bool| {
        let team = state.scores.iter().find(|(team, _)| (*team == own) == is_own);
        team.and_then(|(_, score)| u32::try_from(*score).ok())
    };
    Some(Score { own: goals(true)?, other: goals(false)? })
}
