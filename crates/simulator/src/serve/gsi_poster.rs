//! The Counter-Strike client's side of Game State Integration.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use reqwest::{
    Client,
    header::{CONTENT_TYPE, USER_AGENT},
};
use tokio::time::sleep;

use super::{
    Cs2Stage,
    audience::{Audience, Seat},
    stage_clock::{Pace, StageClock},
};
use crate::cs2::{Cs2Match, Payload, Posting, USER_AGENT_OF_THE_GAME};

/// The game gives a request up after this, as our config file asks.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Between two looks for a listener, and how many: half a minute.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
const LOOKS_MAX: u32 = 60;

/// Requests after the last scene that may fail before the client is closed.
const LAST_TRIES: u32 = 3;

/// A client in its main menu.
pub(super) struct GsiPoster {
    play: Cs2Match,
    stage: Cs2Stage,
    pace: Pace,
    audience: Arc<Audience>,
    http: Client,
}

/// Whether a request was answered with 2xx.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Taken,
    Refused,
}

impl GsiPoster {
    pub(super) fn new(
        play: Cs2Match,
        stage: Cs2Stage,
        pace: Pace,
        audience: Arc<Audience>,
    ) -> Result<Self> {
        // Plain HTTP, but the client wants a provider before it can be made.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = Client::builder()
            .no_proxy()
            .http1_only()
            .timeout(ANSWER_TIMEOUT)
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self { play, stage, pace, audience, http })
    }

    /// Plays the match once every client's listener is there, or after a while
    /// without.
    ///
    /// A scene waits for the one before to be posted: on a busy machine the match
    /// is late, and what happened in it was shown all the same. Nothing waits for
    /// a listener that does not take it, as in the game.
    pub(super) async fn play(self) {
        self.find_listener().await;
        self.audience.arrives(&Seat::default());
        let clock = self.audience.complete().await.clone();
        let mut posting = Posting::new(self.play.payload_at(0), 0);
        let (mut scene_ms, mut last_tries) = (0, 0);
        loop {
            let now_ms = clock.ms();
            if !posting.is_waiting() {
                let next_scene = self.play.next_scene_ms(scene_ms);
                scene_ms = next_scene.filter(|begins| *begins <= now_ms).unwrap_or(scene_ms);
            }
            posting.show(self.play.payload_at(scene_ms), now_ms);
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
        let menu = self.play.payload_at(0);
        for _ in 0..LOOKS_MAX {
            let now_s = self.pace.begin().wall_s();
            if self.post(menu.body(None, now_s, &self.stage.token)).await == Answer::Taken {
                return;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    async fn post_what_is_due(
        &self,
        posting: &mut Posting<Payload>,
        clock: &StageClock,
    ) -> Option<Answer> {
        let (payload, former) = posting.send(clock.ms())?;
        let body = payload.body(former, clock.wall_s(), &self.stage.token);
        let payload = payload.clone();
        let answer = self.post(body).await;
        match answer {
            Answer::Taken => posting.answered(payload, clock.ms()),
            Answer::Refused => posting.failed(clock.ms()),
        }
        Some(answer)
    }

    async fn post(&self, body: String) -> Answer {
        let request = self
            .http
            .post(&self.stage.url)
            .header(USER_AGENT, USER_AGENT_OF_THE_GAME)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        match request.send().await {
            Ok(response) if response.status().is_success() => Answer::Taken,
            Ok(_) | Err(_) => Answer::Refused,
        }
    }
}
