//! Which matches run at the moment: their events go before the backlog.

use event_model::Moment;

/// A match with no event for so long is over, or as good as.
const LIVE_FOR_MS: u64 = 10 * 60 * 1_000;
/// One match runs at a time on one PC; a few more for quick changes.
const LIVE_MATCHES_MAX: usize = 4;

/// The matches that live events were appended to lately, latest first.
///
/// Only in memory: after a restart the next event of a match makes it live.
#[derive(Debug, Default)]
pub(crate) struct LiveMatches {
    latest_first: Vec<(String, Moment)>,
}

impl LiveMatches {
    /// A live event of this match was appended.
    pub(crate) fn touch(&mut self, match_key: &str, now: Moment) {
        if let Some((key, at)) = self.latest_first.first_mut()
            && key == match_key
        {
            *at = now;
            return;
        }
        self.latest_first.retain(|(key, _)| key != match_key);
        self.latest_first.truncate(LIVE_MATCHES_MAX - 1);
        self.latest_first.insert(0, (match_key.to_owned(), now));
    }

    /// The matches that run, latest first.
    pub(crate) fn at(&self, now: Moment) -> impl Iterator<Item = &str> {
        self.latest_first
            .iter()
            .filter(move |(_, at)| is_live(*at, now))
            .map(|(key, _)| key.as_str())
    }
}

fn is_live(at: Moment, now: Moment) -> bool {
    at.clock.epoch == now.clock.epoch
        && now.clock.mono_ms.saturating_sub(at.clock.mono_ms) < LIVE_FOR_MS
}
