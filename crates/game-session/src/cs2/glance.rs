//! A frame of Counter-Strike at a glance.

use event_model::MatchKey;

use super::frame::{GsiFrame, Map, MapPhase, OwnPlayer, RoundPhase, Score, Side};
use crate::{Glance, Phase, glance};

/// What the frame says of the match.
///
/// There is no clock in it: the game tells one (`phase_countdowns`) to observers
/// alone. While the player watches others the frame holds no numbers of theirs.
pub(super) fn glance(match_key: MatchKey, gsi: &GsiFrame, map: &Map) -> Glance {
    let own = gsi.own.as_ref();
    Glance {
        match_key: match_key.as_str().to_owned(),
        map: Some(map.name.clone()),
        match_clock_ms: None,
        round: map.round_number(),
        score: map.score.zip(own.and_then(|own| own.side)).map(seen_from),
        you: own.and_then(|own| own.tally),
        phase: phase(own, map),
    }
}

fn seen_from((score, side): (Score, Side)) -> glance::Score {
    match side {
        Side::Ct => glance::Score { own: score.ct, other: score.t },
        Side::T => glance::Score { own: score.t, other: score.ct },
    }
}

fn phase(own: Option<&OwnPlayer>, map: &Map) -> Phase {
    match (map.phase, map.round_phase) {
        (MapPhase::Warmup | MapPhase::Intermission | MapPhase::GameOver, _) => Phase::OutOfPlay,
        (_, Some(RoundPhase::Freezetime)) => Phase::Buying,
        (_, Some(RoundPhase::Over)) => Phase::BetweenRounds,
        _ if own.is_none_or(|own| own.health == Some(0)) => Phase::Dead,
        _ => Phase::Playing,
    }
}
