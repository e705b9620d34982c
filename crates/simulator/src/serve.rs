//! The show: both matches on the games' real protocols, in real time or faster.

mod audience;
mod certificate;
mod gsi_poster;
mod league_server;
mod stage_clock;

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use event_model::Clock;
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    Attendance, Cs2Match, Cs2Teams, LeagueMatch, Length, SessionTruth, SharedTruth, Truth,
    files::{write_shared, write_truth},
};
use audience::Audience;
use certificate::Authority;
use gsi_poster::GsiPoster;
use league_server::LeagueServer;
use stage_clock::Pace;
pub use stage_clock::Speed;

/// What is played, and where.
#[derive(Debug, Clone)]
pub struct Show {
    /// The seed of both matches.
    pub seed: u64,
    /// How long each of them lasts by its own clock.
    pub length: Length,
    /// How much faster than real time.
    pub speed: Speed,
    /// League, where it is played.
    pub league: Option<LeagueStage>,
    /// Counter-Strike, where it is played: several are clients of one match.
    pub cs2: Vec<Cs2Stage>,
    /// Where the truth of each client is written at the end.
    pub truth: Option<PathBuf>,
    /// Where what happened is written, once for all clients.
    pub shared_truth: Option<PathBuf>,
}

/// Where League is played.
#[derive(Debug, Clone)]
pub struct LeagueStage {
    /// The port on 127.0.0.1, further clients on those after it; 0 for any free
    /// ones.
    pub port: u16,
    /// Where the root certificate is written for the clients to pin.
    pub root: PathBuf,
    /// Clients of the match.
    pub attendance: Attendance,
    /// So many of a hundred victims are revived and killed again.
    pub revival_percent: u8,
}

/// Where Counter-Strike is played.
#[derive(Debug, Clone)]
pub struct Cs2Stage {
    /// The listener's address.
    pub url: String,
    /// The token of its config file.
    pub token: String,
}

/// What whoever started the show may wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// The root is written, and a port of League's answers that the match loads:
    /// one for each client, in their order.
    League {
        /// The port.
        port: u16,
    },
    /// Counter-Strike is in its main menu and looks for the listener.
    Cs2 {
        /// The listener's address.
        url: String,
    },
    /// Everything that was asked for is up.
    Ready,
}

/// What is on: the servers, the posters, and what will have happened.
#[derive(Default)]
struct Cast {
    league: Vec<LeagueServer>,
    cs2: Vec<GsiPoster>,
    sessions: Vec<SessionTruth>,
    shared: Vec<SharedTruth>,
}

/// Plays the show to its end, writes the truth and gives it back.
///
/// Each match begins when all its clients are there, or after a while without.
///
/// # Errors
/// Where a port is taken or a file cannot be written.
pub async fn serve(
    show: Show,
    clock: Arc<dyn Clock>,
    announcements: mpsc::Sender<Announcement>,
) -> Result<Truth> {
    let pace = Pace::new(clock, show.speed);
    let mut cast = Cast::default();
    cast.add_league(&show, &pace)?;
    cast.add_cs2(&show, &pace)?;
    let ports = cast.league.iter().map(|server| Announcement::League { port: server.port() });
    let listeners = show.cs2.iter().map(|stage| Announcement::Cs2 { url: stage.url.clone() });
    for announcement in ports.chain(listeners).chain([Announcement::Ready]) {
        announcements.send(announcement).await.ok();
    }

    let Cast { league, cs2, sessions, shared } = cast;
    let mut playing = JoinSet::new();
    for server in league {
        playing.spawn(async { server.play().await.context("the League server failed") });
    }
    for poster in cs2 {
        playing.spawn(async {
            poster.play().await;
            Ok(())
        });
    }
    while let Some(played) = playing.join_next().await {
        played??;
    }

    let truth = Truth { seed: show.seed, sessions };
    if let Some(path) = &show.truth {
        write_truth(&truth, path)?;
    }
    if let Some(path) = &show.shared_truth {
        write_shared(&shared, path)?;
    }
    Ok(truth)
}

impl Cast {
    fn add_league(&mut self, show: &Show, pace: &Pace) -> Result<()> {
        let Some(stage) = &show.league else { return Ok(()) };
        let play = LeagueMatch::with_revivals(show.seed, show.length, stage.revival_percent);
        let play = Arc::new(play);
        let clients = play.clients(show.seed, stage.attendance);
        self.sessions.extend(clients.iter().map(|client| play.truth_of(client)));
        self.shared.push(play.shared_truth(show.seed, &clients));
        let authority = Authority::new(&stage.root)?;
        let audience = Arc::new(Audience::new(pace.clone(), clients.len()));
        for (number, client) in (0..).zip(clients) {
            let port = if stage.port == 0 { 0 } else { stage.port.saturating_add(number) };
            let seen = (Arc::clone(&play), client);
            self.league.push(LeagueServer::bind(seen, port, &authority, Arc::clone(&audience))?);
        }
        Ok(())
    }

    fn add_cs2(&mut self, show: &Show, pace: &Pace) -> Result<()> {
        let clients = match show.cs2.len() {
            0 => return Ok(()),
            1 => vec![Cs2Match::new(show.seed, show.length)],
            count => {
                let teams = Cs2Teams::new(show.seed, show.length);
                self.shared.push(teams.shared_truth(show.seed, count));
                teams.clients(count)
            }
        };
        self.sessions.extend(clients.iter().map(Cs2Match::truth));
        let audience = Arc::new(Audience::new(pace.clone(), clients.len()));
        for (play, stage) in clients.into_iter().zip(&show.cs2) {
            let audience = Arc::clone(&audience);
            self.cs2.push(GsiPoster::new(play, stage.clone(), pace.clone(), audience)?);
        }
        Ok(())
    }
}
