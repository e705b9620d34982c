//! The League client, beside the game: asked which match runs, and nothing else.
//!
//! Its API is Riot's own and promised to nobody, so it is off until the player wants it.
//! The client writes a lockfile with its port and a password when it starts; that file is
//! read anew for every question, so that a client that was started again is found again.
//! Of the answer only [`LeagueClientSession`] goes on: the people in it are cut here.

mod health;
mod lockfile;
mod places;
mod question;

use std::{path::PathBuf, sync::Arc, time::Duration};

use event_model::{Channel, Clock, Frame, Reading, Received, Source};
use game_session::{LEAGUE_CLIENT_PATH, LeagueClientSession};
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};

use super::PinnedRoot;
use crate::{Error, RIOT_ROOT_PEM, stop::stopped};
pub use health::LeagueClientHealth;
pub use places::league_client_folders;
use question::{Answer, Client};

/// Between two questions. The id of a match is wanted once, and soon enough for a server
/// to join what it was told meanwhile.
const INTERVAL: Duration = Duration::from_secs(5);

/// What the reader of the client needs to know.
#[derive(Debug, Clone)]
pub struct LeagueClientConfig {
    /// Where the client may be installed: its lockfile is there while it runs. Of several
    /// the newest counts.
    pub folders: Vec<PathBuf>,
    /// The root to pin; `None` for [`RIOT_ROOT_PEM`].
    pub root_pem: Option<Vec<u8>>,
    /// Between two questions.
    pub interval: Duration,
}

impl LeagueClientConfig {
    /// The client in the folder that the player named, else where it is usually installed.
    #[must_use]
    pub fn of(named: Option<PathBuf>, root_pem: Option<Vec<u8>>) -> Self {
        let folders = named.map_or_else(league_client_folders, |folder| vec![folder]);
        Self { folders, root_pem, interval: INTERVAL }
    }
}

/// Asks the League client which match runs.
pub struct LeagueClientReader {
    client: Client,
    folders: Vec<PathBuf>,
    interval: Duration,
    clock: Arc<dyn Clock>,
    health: watch::Sender<LeagueClientHealth>,
    /// The last word for what it does that nobody knows, which was passed on.
    unknown: Option<LeagueClientSession>,
}

impl LeagueClientReader {
    /// Sets the reader up; nothing is read or asked yet.
    ///
    /// # Errors
    /// Where the root is no certificate that can be pinned.
    pub fn new(config: LeagueClientConfig, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let root = PinnedRoot::from_pem(config.root_pem.as_deref().unwrap_or(RIOT_ROOT_PEM))?;
        Ok(Self {
            client: Client::new(root, Arc::clone(&clock))?,
            folders: config.folders,
            interval: config.interval,
            clock,
            health: watch::Sender::new(LeagueClientHealth::NotAsked),
            unknown: None,
        })
    }

    /// How the reading goes, now and whenever it changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<LeagueClientHealth> {
        self.health.subscribe()
    }

    /// Asks once, for whoever only looks.
    pub async fn look(&self) -> LeagueClientHealth {
        match self.ask().await {
            Answer::Says(session) => LeagueClientHealth::of(&session),
            Answer::Nothing(why) => why,
        }
    }

    /// Asks until told to stop, or until nobody takes the readings.
    pub async fn run(self, readings: mpsc::Sender<Received>, stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.poll(readings) => {}
            () = stopped(stop) => {}
        }
    }

    async fn poll(mut self, readings: mpsc::Sender<Received>) {
        loop {
            let health = match self.ask().await {
                Answer::Says(session) => {
                    if self.is_for_the_session(&session)
                        && readings.send(self.received(&session)).await.is_err()
                    {
                        return;
                    }
                    LeagueClientHealth::of(&session)
                }
                Answer::Nothing(why) => why,
            };
            self.health.send_if_modified(|shown| {
                let news = *shown != health;
                *shown = health;
                news
            });
            sleep(self.interval).await;
        }
    }

    async fn ask(&self) -> Answer {
        let folders = self.folders.clone();
        let found = tokio::task::spawn_blocking(move || lockfile::find(&folders)).await;
        match found.expect("a look into a file does not panic") {
            Ok(lockfile) => self.client.ask(&lockfile).await,
            Err(why) => Answer::Nothing(why),
        }
    }

    /// A running match is told at every answer, since whoever hears it may not have been
    /// ready for the last one; a lobby never. A word that nobody knows is told once, so that
    /// it is counted.
    fn is_for_the_session(&mut self, session: &LeagueClientSession) -> bool {
        if session.is_known() {
            return session.running_match().is_some();
        }
        let is_new = self.unknown.as_ref() != Some(session);
        self.unknown = Some(session.clone());
        is_new
    }

    fn received(&self, session: &LeagueClientSession) -> Received {
        let mut frame = Frame::new(Channel::Poll, session.kept());
        frame.method = Some("GET".to_owned());
        frame.path = Some(LEAGUE_CLIENT_PATH.to_owned());
        frame.status = Some(200);
        let (at, reading) = (self.clock.now(), Reading::Frame(frame));
        Received { source: Source::League, at, reading }
    }
}
