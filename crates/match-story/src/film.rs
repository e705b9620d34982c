//! Where the moments of a match lie in a video of it.
//!
//! A video runs on while the game's clock stands still in a pause. How long all pauses
//! were up to an event is by how much this PC's clock ran ahead of the game's; but this PC
//! may have seen the event late, even by minutes where it joined a running match. Pauses
//! only add up, so no event has more of them behind it than any that follows: the least of
//! these differences from an event on tells them best.

use crate::{Story, order::Scale, story::Placed};

/// Milliseconds of a video since the first happening, one for each happening in order.
pub(crate) fn filmed(story: &Story) -> Vec<u64> {
    let happened: Vec<_> = story.happenings().collect();
    let ran: Vec<_> = match story.scale() {
        Scale::Observed => happened.iter().map(|placed| placed.at_ms).collect(),
        Scale::MatchClock { .. } => with_pauses(&happened),
    };
    let first_ms = ran.iter().min().copied().unwrap_or(0);
    let since = |ms: i64| u64::try_from(ms.saturating_sub(first_ms)).unwrap_or(0);
    ran.into_iter().map(since).collect()
}

fn with_pauses(happened: &[&Placed]) -> Vec<i64> {
    let mut ran = vec![0; happened.len()];
    let mut ahead_ms: Option<i64> = None;
    for (placed, ran_ms) in happened.iter().zip(&mut ran).rev() {
        *ran_ms = match placed.event.data.match_clock_ms {
            Some(clock_ms) => {
                let here_ms = placed.seen_ms.saturating_sub(clock_ms);
                let least_ms = ahead_ms.map_or(here_ms, |ahead_ms| ahead_ms.min(here_ms));
                ahead_ms = Some(least_ms);
                clock_ms.saturating_add(least_ms)
            }
            None => placed.seen_ms,
        };
    }
    ran
}
