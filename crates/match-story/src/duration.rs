//! How long a match took.

use serde::{Deserialize, Serialize};

use crate::{Story, story::Placed, summary::joined_late};

/// How long a match took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum MatchDuration {
    /// From its start to its end.
    Match {
        /// How long.
        ms: u64,
    },
    /// From the first to the last that this PC saw: the start was not seen.
    Seen {
        /// How long.
        ms: u64,
    },
}

/// The game's clock counts from the start, whenever this PC came.
pub(crate) fn duration(story: &Story) -> MatchDuration {
    let from_start = story.end().and_then(|end| from_start(story, end));
    from_start
        .map_or_else(|| MatchDuration::Seen { ms: seen(story) }, |ms| MatchDuration::Match { ms })
}

/// Nothing where the start was not seen and no clock of the game's tells of it.
fn from_start(story: &Story, end: &Placed) -> Option<u64> {
    let told = end.event.data.match_clock_ms.and_then(|ms| u64::try_from(ms).ok());
    told.or_else(|| {
        let start = story.start().filter(|start| !joined_late(start))?;
        Some(between(start, end))
    })
}

/// What helps to join sessions is not what happened.
fn seen(story: &Story) -> u64 {
    let (first, last) = (story.happenings().next(), story.happenings().last());
    first.zip(last).map_or(0, |(first, last)| between(first, last))
}

fn between(from: &Placed, to: &Placed) -> u64 {
    u64::try_from(to.at_ms.saturating_sub(from.at_ms)).unwrap_or(0)
}
