//! A match that is asked for any instant, posted under the game's own rules.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use tokio::time::sleep;

use super::{Answer, GsiClient, GsiTarget, Posting};
use crate::{Audience, Pace, Seat, StageClock};

/// Between two looks for a listener, and how many: half a minute.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
const LOOKS_MAX: u32 = 60;

/// Requests after the last scene that may fail before the client is closed.
const LAST_TRIES: u32 = 3;

/// A match as one client shows it.
pub trait GsiPlay: Send + Sync {
    /// What the game compares with what it sent last.
    type State: Clone + PartialEq + Send + Sync;

    /// What the game would say at an instant of the match's clock.
    fn state_at(&self, ms: u64) -> Self::State;

    /// When the scene after this instant begins.
    fn next_scene_ms(&self, ms: u64) -> Option<u64>;

    /// When the last scene begins.
    fn end_ms(&self) -> u64;

    /// The bytes to post. Without a `former` one there is nothing to compare with.
    fn body(
        &self,
        state: &Self::State,
        former: Option<&Self::State>,
        wall_s: i64,
        token: &str,
    ) -> String;
}

/// A client in its main menu.
pub struct GsiPoster<P> {
    play: P,
    client: GsiClient,
    pace: Pace,
    audience: Arc<Audience>,
}

impl<P: GsiPlay> GsiPoster<P> {
    /// A client that posts to one listener; nothing is sent yet.
    ///
    /// # Errors
    /// Where this machine gives no HTTP client.
    pub fn new(play: P, target: GsiTarget, pace: Pace, audience: Arc<Audience>) -> Result<Self> {
        let client = GsiClient::new(target)?;
        Ok(Self { play, client, pace, audience })
    }

    /// Plays the match once every client's listener is there, or after a while
    /// without.
    ///
    /// A scene waits for the one before to be posted: on a busy machine the match
    /// is late, and what happened in it was shown all the same. Nothing waits for
    /// a listener that does not take it, as in the game.
    pub async fn play(self) {
        self.find_listener().await;
        self.audience.arrives(&Seat::default());
        let clock = self.audience.complete().await.clone();
        let mut posting = Posting::new(self.play.state_at(0), 0);
        let (mut scene_ms, mut last_tries) = (0, 0);
        loop {
            let now_ms = clock.ms();
            if !posting.is_waiting() {
                let next_scene = self.play.next_scene_ms(scene_ms);
                scene_ms = next_scene.filter(|begins| *begins <= now_ms).unwrap_or(scene_ms);
            }
            posting.show(self.play.state_at(scene_ms), now_ms);
            if self.post_what_is_due(&mut posting, &clock).await == Some(Answer::Refused) {
                last_tries += u32::from(now_ms > self.play.end_ms());
                scene_ms = clock.ms();
            }
            let next_scene = self.play.next_scene_ms(scene_ms);
            if next_scene.is_none() && (posting.is_done() || last_tries >= LAST_TRIES) {
                return;
            }
            let next_scene = next_scene.filter(|_| !posting.is_waiting());
            let next = next_scene.into_iter().chain(posting.due_ms()).min();
            sleep(clock.until(next.unwrap_or(now_ms))).await;
        }
    }

    async fn find_listener(&self) {
        let menu = self.play.state_at(0);
        for _ in 0..LOOKS_MAX {
            let now_s = self.pace.begin().wall_s();
            let body = self.play.body(&menu, None, now_s, self.client.token());
            if self.client.post(body).await == Answer::Taken {
                return;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    async fn post_what_is_due(
        &self,
        posting: &mut Posting<P::State>,
        clock: &StageClock,
    ) -> Option<Answer> {
        let (state, former) = posting.send(clock.ms())?;
        let body = self.play.body(state, former, clock.wall_s(), self.client.token());
        let state = state.clone();
        let answer = self.client.post(body).await;
        match answer {
            Answer::Taken => posting.answered(state, clock.ms()),
            Answer::Refused => posting.failed(clock.ms()),
        }
        Some(answer)
    }
}
