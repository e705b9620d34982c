//! The League client beside each of the match's games: one lockfile each.

use std::{path::PathBuf, sync::Arc};

use anyhow::Result;
use game_stage::{Audience, Authority, ClientSays, LeagueClientStage};
use tokio::{sync::watch, time::sleep};

use super::league_server::LOADING_MS;
use crate::{LeagueClient, LeagueMatch};

/// Where League's clients keep their lockfiles, and what they do.
#[derive(Debug, Clone)]
pub struct LeagueClientStages {
    /// The folder of the lockfiles: of each client in a folder `client-1`, `client-2` and so
    /// on.
    pub folder: PathBuf,
    /// Whether they end in mid-match and are started again: on another port, under another
    /// password.
    pub restart: bool,
}

/// A client that runs.
pub(super) struct LeagueClientProcess {
    stage: LeagueClientStage,
    folder: PathBuf,
    authority: Arc<Authority>,
    says: ClientSays,
    audience: Arc<Audience>,
    /// When it is started again, by the match's clock.
    restart_ms: Option<u64>,
}

impl LeagueClientProcess {
    /// The client of the player with this number, from 1.
    pub(super) async fn start(
        stages: &LeagueClientStages,
        number: u16,
        (play, client, seed): (Arc<LeagueMatch>, LeagueClient, u64),
        authority: Arc<Authority>,
        audience: Arc<Audience>,
    ) -> Result<Self> {
        let folder = stages.folder.join(format!("client-{number}"));
        let restart_ms = stages.restart.then(|| LOADING_MS + play.end_ms() / 2);
        let clock = Arc::clone(&audience);
        let says: ClientSays = Arc::new(move || {
            let game_ms = clock.clock().and_then(|clock| clock.ms().checked_sub(LOADING_MS));
            Some(play.session_of(&client, seed, game_ms))
        });
        let stage = LeagueClientStage::start(&folder, &authority, Arc::clone(&says)).await?;
        Ok(Self { stage, folder, authority, says, audience, restart_ms })
    }

    /// Runs until nobody holds the other end of `game`.
    pub(super) async fn run(self, mut game: watch::Receiver<()>) -> Result<()> {
        let Self { mut stage, folder, authority, says, audience, restart_ms } = self;
        if let Some(restart_ms) = restart_ms {
            let restart = async { sleep(audience.complete().await.until(restart_ms)).await };
            stage.run(restart).await?;
            stage = LeagueClientStage::start(&folder, &authority, says).await?;
        }
        stage.run(async { while game.changed().await.is_ok() {} }).await
    }
}
