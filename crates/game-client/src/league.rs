//! League of Legends: asks the Live Client Data API, which the game process
//! itself serves while it runs.

mod client;
mod health;
mod https;
mod pinned_root;
mod request;

use std::{sync::Arc, time::Duration};

use event_model::{Channel, Clock, Fault, Reading, Received, Source};
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};

use crate::{Error, stop::stopped};
pub use client::{
    LeagueClientConfig, LeagueClientHealth, LeagueClientReader, league_client_folders,
};
pub use health::LeagueHealth;
use pinned_root::PinnedRoot;
use request::{Answer, LiveClientData};

/// The port the game always serves on.
pub const LEAGUE_PORT_DEFAULT: u16 = 2999;

/// The root under which the game serves, as Riot publishes it for developers.
pub const RIOT_ROOT_PEM: &[u8] = include_bytes!("../data/riotgames.pem");

/// Between two questions while the game process answers. One document holds
/// events and scores, and a kill's victim is dead for longer than this.
const MATCH_INTERVAL: Duration = Duration::from_secs(1);

/// Between two questions while it does not: a match is found soon after its
/// loading screen came up, at no cost worth measuring.
const PROBE_INTERVAL: Duration = Duration::from_secs(5);

/// What a poller needs to know.
#[derive(Debug, Clone)]
pub struct LeagueConfig {
    /// Where on 127.0.0.1 the game serves.
    pub port: u16,
    /// The root to pin; `None` for [`RIOT_ROOT_PEM`].
    pub root_pem: Option<Vec<u8>>,
    /// Between two questions while the game process answers.
    pub match_interval: Duration,
    /// Between two questions while it does not.
    pub probe_interval: Duration,
}

impl Default for LeagueConfig {
    fn default() -> Self {
        Self {
            port: LEAGUE_PORT_DEFAULT,
            root_pem: None,
            match_interval: MATCH_INTERVAL,
            probe_interval: PROBE_INTERVAL,
        }
    }
}

/// Reads League: once a second in a match, seldom outside of one.
pub struct LeaguePoller {
    api: LiveClientData,
    match_interval: Duration,
    probe_interval: Duration,
    clock: Arc<dyn Clock>,
    health: watch::Sender<LeagueHealth>,
}

impl LeaguePoller {
    /// Sets the poller up; nothing is asked yet.
    ///
    /// # Errors
    /// Where the root is no certificate that can be pinned.
    pub fn new(config: LeagueConfig, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let root = PinnedRoot::from_pem(config.root_pem.as_deref().unwrap_or(RIOT_ROOT_PEM))?;
        Ok(Self {
            api: LiveClientData::new(config.port, root, Arc::clone(&clock))?,
            match_interval: config.match_interval,
            probe_interval: config.probe_interval,
            clock,
            health: watch::Sender::new(LeagueHealth::NotAsked),
        })
    }

    /// How the reading goes, now and whenever it changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<LeagueHealth> {
        self.health.subscribe()
    }

    /// Asks until told to stop, or until nobody takes the readings.
    pub async fn run(self, readings: mpsc::Sender<Received>, stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.poll(readings) => {}
            () = stopped(stop) => {}
        }
    }

    async fn poll(self, readings: mpsc::Sender<Received>) {
        loop {
            let health = match self.api.ask().await {
                Answer::Frame(frame) => {
                    if self.pass_on(&readings, Reading::Frame(frame)).await.is_err() {
                        return;
                    }
                    LeagueHealth::InMatch
                }
                Answer::Nothing(why) => {
                    if self.is_news(&why)
                        && self.pass_on(&readings, Reading::Fault(fault(&why))).await.is_err()
                    {
                        return;
                    }
                    why
                }
            };
            let pause = self.pause_after(&health);
            self.show(health);
            sleep(pause).await;
        }
    }

    fn is_news(&self, health: &LeagueHealth) -> bool {
        *self.health.borrow() != *health
    }

    fn show(&self, health: LeagueHealth) {
        self.health.send_if_modified(|shown| {
            let news = *shown != health;
            *shown = health;
            news
        });
    }

    fn pause_after(&self, health: &LeagueHealth) -> Duration {
        match health {
            LeagueHealth::InMatch | LeagueHealth::Loading => self.match_interval,
            LeagueHealth::NotAsked
            | LeagueHealth::NotRunning
            | LeagueHealth::NotAnswering { .. }
            | LeagueHealth::TlsRefused { .. }
            | LeagueHealth::Unexpected { .. }
            | LeagueHealth::TooLarge => self.probe_interval,
        }
    }

    /// Waits for room: the game does not, so this costs only a poll.
    async fn pass_on(
        &self,
        readings: &mpsc::Sender<Received>,
        reading: Reading,
    ) -> Result<(), mpsc::error::SendError<Received>> {
        let at = self.clock.now();
        readings.send(Received { source: Source::League, at, reading }).await
    }
}

fn fault(health: &LeagueHealth) -> Fault {
    Fault { channel: Channel::Poll, error: health.to_string() }
}
