//! A League client of the match: 404 while it loads, then the document, then
//! nothing: the process is gone.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use game_stage::{
    Audience, Authority, Door, LeagueAnswer, LeagueGame, LeagueServer as Server, Seat,
};
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};

use crate::{LeagueClient, LeagueMatch};

/// The loading screen, by the match's clock.
pub(super) const LOADING_MS: u64 = 1_000;

/// How long to wait after the end for the client to see it: a poll a second.
const CURTAIN_WAIT: Duration = Duration::from_secs(5);

/// Answers after the end that a client may need to settle its scores.
const ENCORES: usize = 2;

/// A game process in its loading screen.
pub(super) struct LeagueServer {
    server: Server<GameProcess>,
    process: Arc<GameProcess>,
}

struct GameProcess {
    play: Arc<LeagueMatch>,
    client: LeagueClient,
    audience: Arc<Audience>,
    seat: Seat,
    end_shown: Notify,
}

impl LeagueServer {
    pub(super) async fn bind(
        (play, client): (Arc<LeagueMatch>, LeagueClient),
        port: u16,
        authority: &Authority,
        audience: Arc<Audience>,
    ) -> Result<Self> {
        let (seat, end_shown) = (Seat::default(), Notify::new());
        let process = Arc::new(GameProcess { play, client, audience, seat, end_shown });
        let server = Server::bind(port, authority, Arc::clone(&process)).await?;
        Ok(Self { server, process })
    }

    pub(super) fn port(&self) -> u16 {
        self.server.port()
    }

    /// Serves until the end was seen, or nobody looks.
    pub(super) async fn play(self) -> Result<()> {
        let door = watch::Sender::new(Door::Open);
        let curtain = self.process.until_the_end_was_seen();
        self.server.play(door.subscribe(), curtain).await
    }
}

impl LeagueGame for GameProcess {
    fn answer(&self, path: &str) -> LeagueAnswer {
        let document = match path {
            "/liveclientdata/allgamedata" => self.document(),
            _ => None,
        };
        document.map_or(LeagueAnswer::LOADING, |text| LeagueAnswer::Document(text.into()))
    }
}

impl GameProcess {
    async fn until_the_end_was_seen(&self) {
        // Without an audience the match begins all the same.
        let clock = self.audience.complete().await;
        sleep(clock.until(LOADING_MS + self.play.end_ms())).await;
        for _ in 0..ENCORES {
            if timeout(CURTAIN_WAIT, self.end_shown.notified()).await.is_err() {
                return;
            }
        }
    }

    /// The document, once the loading screen is over.
    fn document(&self) -> Option<String> {
        self.audience.arrives(&self.seat);
        let game_ms = self.audience.clock()?.ms().checked_sub(LOADING_MS)?;
        if game_ms > self.play.end_ms() {
            self.end_shown.notify_one();
        }
        self.play.document_of(&self.client, game_ms)
    }
}
