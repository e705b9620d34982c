//! A poll of League at a glance.

use event_model::MatchKey;

use super::document::Document;
use crate::{Glance, Phase};

/// Whether the match goes on, as the list of events has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    Running,
    Ended,
}

/// What the poll says of the match. League has no rounds and tells no score.
pub(super) fn glance(
    match_key: MatchKey,
    observer: Option<&str>,
    course: Course,
    document: &Document,
) -> Glance {
    let own = observer.and_then(|account| document.roster.standing(account));
    let map = document.game_data.get("mapName").and_then(|name| name.as_str());
    Glance {
        match_key: match_key.as_str().to_owned(),
        map: map.map(str::to_owned),
        match_clock_ms: Some(document.game_time_ms),
        round: None,
        score: None,
        you: own.map(|own| own.tally),
        phase: match own {
            _ if course == Course::Ended => Phase::OutOfPlay,
            Some(own) if !own.is_dead => Phase::Playing,
            Some(_) | None => Phase::Dead,
        },
    }
}
