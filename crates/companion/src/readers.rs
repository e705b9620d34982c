//! The readers of this run: one a game.

use std::sync::Arc;

use event_model::{Clock, Received, Source};
use game_client::{
    GsiConfig, GsiHealth, GsiListener, GsiToken, LeagueConfig, LeagueHealth, LeaguePoller,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{Error, Identity, Settings, error::with_cause};

/// How the readers are doing, by game.
#[derive(Default)]
pub(crate) struct Health {
    league: Option<watch::Receiver<LeagueHealth>>,
    cs2: Option<watch::Receiver<GsiHealth>>,
    /// Why a reader is not there although it should be.
    absent: Vec<(Source, String)>,
}

/// Readers that run as tasks until told to stop.
pub(crate) struct Readers {
    tasks: JoinSet<()>,
    pub(crate) health: Health,
    /// Where Counter-Strike posts to.
    pub(crate) gsi_address: Option<std::net::SocketAddr>,
}

impl Readers {
    /// Starts a reader for every game that the settings name.
    ///
    /// A port that is taken stops that one reader: the others capture on, and
    /// its status says what is wrong.
    pub(crate) async fn start(
        settings: &Settings,
        identity: &Identity,
        clock: &Arc<dyn Clock>,
        readings: &mpsc::Sender<Received>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let mut readers =
            Self { tasks: JoinSet::new(), health: Health::default(), gsi_address: None };
        if settings.league.enabled {
            readers.start_league(settings, clock, readings, stop);
        }
        if settings.cs2.enabled {
            readers.start_cs2(settings, identity, clock, readings, stop).await?;
        }
        Ok(readers)
    }

    /// Waits until all have stopped.
    pub(crate) async fn stopped(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    fn start_league(
        &mut self,
        settings: &Settings,
        clock: &Arc<dyn Clock>,
        readings: &mpsc::Sender<Received>,
        stop: &watch::Receiver<bool>,
    ) {
        match league_poller(settings, clock) {
            Ok(poller) => {
                self.health.league = Some(poller.health());
                self.tasks.spawn(poller.run(readings.clone(), stop.clone()));
            }
            Err(reason) => {
                tracing::warn!(%reason, "League of Legends cannot be read");
                self.health.absent.push((Source::League, reason));
            }
        }
    }

    async fn start_cs2(
        &mut self,
        settings: &Settings,
        identity: &Identity,
        clock: &Arc<dyn Clock>,
        readings: &mpsc::Sender<Received>,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), Error> {
        let game = "Counter-Strike";
        let token =
            GsiToken::new(identity.gsi_token()).map_err(|cause| Error::Listener { game, cause })?;
        let config = GsiConfig { port: settings.cs2.port, token };
        match GsiListener::bind(config, Arc::clone(clock)).await {
            Ok(listener) => {
                self.gsi_address = Some(listener.local_addr());
                self.health.cs2 = Some(listener.health());
                let (readings, stop) = (readings.clone(), stop.clone());
                self.tasks.spawn(async move {
                    if let Err(error) = listener.run(readings, stop).await {
                        tracing::error!(%error, "The listener for Counter-Strike stopped");
                    }
                });
            }
            Err(error) => {
                let reason = with_cause(&error);
                tracing::warn!(%reason, "Counter-Strike cannot be heard");
                self.health.absent.push((Source::Cs2, reason));
            }
        }
        Ok(())
    }
}

/// The poller, or in one sentence why there is none.
fn league_poller(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<LeaguePoller, String> {
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let root_pem = settings.league.root_certificate.as_ref().map(read).transpose()?;
    let config = LeagueConfig { port: settings.league.port, root_pem, ..Default::default() };
    LeaguePoller::new(config, Arc::clone(clock)).map_err(|error| error.to_string())
}

impl Health {
    /// One sentence on a source, for a person.
    pub(crate) fn sentence(&self, source: Source) -> String {
        if let Some((_, reason)) = self.absent.iter().find(|(absent, _)| *absent == source) {
            return reason.clone();
        }
        match source {
            Source::League => self.league.as_ref().map(|health| health.borrow().to_string()),
            Source::Cs2 => self.cs2.as_ref().map(|health| health.borrow().to_string()),
            Source::Dota2
            | Source::RocketLeague
            | Source::Overwolf
            | Source::Elite
            | Source::Hearthstone => None,
        }
        .unwrap_or_else(|| "switched off".to_owned())
    }

    /// Posts to the listener that were refused before they became frames.
    pub(crate) fn refused_posts(&self, source: Source) -> u64 {
        match (source, &self.cs2) {
            (Source::Cs2, Some(health)) => {
                let health = health.borrow();
                health.foreign + health.unauthorised + health.oversized
            }
            _ => 0,
        }
    }

    /// Frames lost because nobody took the ones before them.
    pub(crate) fn frames_dropped(&self, source: Source) -> u64 {
        match (source, &self.cs2) {
            (Source::Cs2, Some(health)) => health.borrow().dropped,
            _ => 0,
        }
    }

    /// The sources that are read or should be.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let mut sources: Vec<_> = self.absent.iter().map(|(source, _)| *source).collect();
        sources.extend(self.league.as_ref().map(|_| Source::League));
        sources.extend(self.cs2.as_ref().map(|_| Source::Cs2));
        sources.sort_unstable();
        sources
    }
}
