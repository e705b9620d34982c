//! A game of Hearthstone at a glance.

use event_model::MatchKey;

use super::names::Players;
use crate::{Glance, Phase};

/// What the player sees of it. The game tells no clock and no score.
pub(super) fn glance(
    match_key: &MatchKey,
    mode: Option<&str>,
    turn: u32,
    own: Option<u32>,
    players: &Players,
    is_over: bool,
) -> Glance {
    let is_own_turn = own.and_then(|seat| players.of_seat(seat)).is_none_or(|own| own.is_current);
    Glance {
        match_key: match_key.as_str().to_owned(),
        map: mode.map(str::to_owned),
        match_clock_ms: None,
        round: Some(turn).filter(|turn| *turn > 0),
        score: None,
        you: None,
        phase: match (is_over, is_own_turn) {
            (true, _) => Phase::OutOfPlay,
            (false, true) => Phase::Playing,
            (false, false) => Phase::BetweenRounds,
        },
    }
}
