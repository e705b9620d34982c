//! Resets inside a session: when the game begins to count anew.

use super::{
    frame::{GsiFrame, Map, MapPhase, RoundPhase},
    own::{OwnRecord, fell},
    session::Seen,
};

/// Why a session's epoch rises. Whatever it is, values below the present one
/// may come again and must make other ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reset {
    /// The match begins anew: rounds and counters count from zero.
    Restart,
    /// The game took a kill back, for a suicide or a killed team-mate.
    KillTakenBack,
}

/// What of the match a frame shows to be reset since the last one.
pub(super) fn reset_between(
    seen: &Seen,
    own: &OwnRecord,
    gsi: &GsiFrame,
    map: &Map,
) -> Option<Reset> {
    if fell(seen.round, map.round) || went_back_to_freezetime(seen, map) {
        return Some(Reset::Restart);
    }
    let now = gsi.own.as_ref()?.counters;
    if !now.fell_since(own.counters) || own.restarted_unseen {
        return None;
    }
    let taken_back = !fell(own.counters.deaths, now.deaths)
        && fell_by_one(own.counters.kills, now.kills)
        && seen.phase == map.phase
        // In the first round a fall to zero is a restart more often.
        && (now.kills != Some(0) || map.round.is_some_and(|round| round > 0));
    Some(if taken_back { Reset::KillTakenBack } else { Reset::Restart })
}

fn fell_by_one(former: Option<i64>, now: Option<i64>) -> bool {
    matches!((former, now), (Some(former), Some(now)) if former.checked_sub(1) == Some(now))
}

/// Often all that is seen of a restart: the round is in freezetime again. When
/// a match ends, the round stops in the same way.
fn went_back_to_freezetime(seen: &Seen, map: &Map) -> bool {
    seen.round_phase == Some(RoundPhase::Live)
        && map.round_phase == Some(RoundPhase::Freezetime)
        && seen.round.is_some()
        && seen.round == map.round
        && map.phase != MapPhase::GameOver
}
