//! Whether Counter-Strike posts by itself: then Overwolf's word on it is left out.
//!
//! Both tell of the same match and neither names it, so that it would stand in the history
//! twice, and each kill in the feed twice. What the game says itself is read
//! (decision 0038).

use std::sync::{Arc, Mutex};

use event_model::{Clock, Game, Moment};
use game_client::GsiHealth;
use tokio::sync::watch;

/// After the last post: twice the pause of the game's heartbeat, which comes in the menu
/// as well, and one more for a machine that loads a map.
const POSTS_WITHIN_MS: u64 = 30_000;

/// What the listener for the game last knew, shared with whoever hears of the game from
/// elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Posting(Arc<Mutex<Option<watch::Receiver<GsiHealth>>>>);

impl Posting {
    /// This listener hears the game from here on.
    pub(super) fn is_heard_by(&self, health: watch::Receiver<GsiHealth>) {
        *self.0.lock().expect("no holder panics") = Some(health);
    }

    /// Whether what another source says of a game is left out.
    pub(super) fn speaks_for(&self, game: &Game, clock: &dyn Clock) -> bool {
        *game == Game::cs2() && self.posts(clock.now())
    }

    fn posts(&self, now: Moment) -> bool {
        let health = self.0.lock().expect("no holder panics");
        // A listener that was stopped hears nothing.
        let heard = health.as_ref().filter(|health| health.has_changed().is_ok());
        let last = heard.and_then(|health| health.borrow().last_frame_at);
        last.is_some_and(|last| {
            last.clock.epoch == now.clock.epoch
                && now.clock.mono_ms.saturating_sub(last.clock.mono_ms) <= POSTS_WITHIN_MS
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::tests::at;

    fn last_frame(at: Moment) -> GsiHealth {
        GsiHealth { frames: 1, last_frame_at: Some(at), ..GsiHealth::default() }
    }

    #[test]
    fn the_game_speaks_for_itself_while_it_posts() {
        let posting = Posting::default();
        assert!(!posting.posts(at(0)), "nobody listens");
        let (health, seen) = watch::channel(GsiHealth::default());
        posting.is_heard_by(seen);
        assert!(!posting.posts(at(0)), "the game has posted nothing");
        health.send_replace(last_frame(at(1_000)));
        assert!(posting.posts(at(1_000)) && posting.posts(at(31_000)));
        assert!(!posting.posts(at(31_001)), "its config may have gone");
        health.send_replace(last_frame(at(40_000)));
        assert!(posting.posts(at(40_000)));
        drop(health);
        assert!(!posting.posts(at(40_000)), "the player reads it no more");
    }
}
