//! A match of a shooter at a glance.

use super::{
    news::{Phase as RoundPhase, Score as Rounds},
    session::Session,
};
use crate::{Glance, Phase, Score};

/// What the messages so far say of the match; the games tell no clock.
pub(super) fn glance(session: &Session) -> Glance {
    let own = session.board.own(session.of.observer.as_deref());
    Glance {
        match_key: session.of.match_ref().key.as_str().to_owned(),
        map: session.map().map(str::to_owned),
        match_clock_ms: None,
        round: session.round,
        score: session.score.map(|Rounds { won, lost }| Score { own: won, other: lost }),
        you: own.and_then(|own| own.tally()),
        phase: match session.phase {
            Some(RoundPhase::Shopping) => Phase::Buying,
            Some(RoundPhase::End) => Phase::BetweenRounds,
            Some(RoundPhase::GameEnd) => Phase::OutOfPlay,
            Some(RoundPhase::Combat) | None => match own.and_then(|own| own.alive) {
                Some(false) => Phase::Dead,
                Some(true) | None => Phase::Playing,
            },
        },
    }
}
