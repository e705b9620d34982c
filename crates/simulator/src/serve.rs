//! The show: both matches on the games' real protocols, in real time or faster.

mod certificate;
mod gsi_poster;
mod league_server;
mod stage_clock;

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use event_model::Clock;
use tokio::sync::mpsc;

use crate::{Cs2Match, LeagueMatch, Length, Truth, files::write_truth};
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
    /// Counter-Strike, where it is played.
    pub cs2: Option<Cs2Stage>,
    /// Where the truth is written at the end.
    pub truth: Option<PathBuf>,
}

/// Where League is played.
#[derive(Debug, Clone)]
pub struct LeagueStage {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// Where the root certificate is written for the client to pin.
    pub root: PathBuf,
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
    /// The root is written, and League's port answers that the match loads.
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

/// Plays the show to its end, writes the truth and gives it back.
///
/// Each match begins when its client is there, or after a while without one.
///
/// # Errors
/// Where a port is taken or a file cannot be written.
pub async fn serve(
    show: Show,
    clock: Arc<dyn Clock>,
    announcements: mpsc::Sender<Announcement>,
) -> Result<Truth> {
    let pace = Pace::new(clock, show.speed);
    let mut sessions = Vec::new();

    let mut league = None;
    if let Some(stage) = &show.league {
        let play = LeagueMatch::new(show.seed, show.length);
        sessions.push(play.truth());
        let server = LeagueServer::bind(play, stage, pace.clone())?;
        announcements.send(Announcement::League { port: server.port() }).await.ok();
        league = Some(server);
    }
    let mut cs2 = None;
    if let Some(stage) = show.cs2 {
        let play = Cs2Match::new(show.seed, show.length);
        sessions.push(play.truth());
        announcements.send(Announcement::Cs2 { url: stage.url.clone() }).await.ok();
        cs2 = Some(GsiPoster::new(play, stage, pace)?);
    }
    announcements.send(Announcement::Ready).await.ok();

    let league = async { if let Some(server) = league { server.play().await } else { Ok(()) } };
    let cs2 = async {
        if let Some(poster) = cs2 {
            poster.play().await
        }
    };
    let (league, ()) = tokio::join!(league, cs2);
    league.context("the League server failed")?;

    let truth = Truth { seed: show.seed, sessions };
    if let Some(path) = &show.truth {
        write_truth(&truth, path)?;
    }
    Ok(truth)
}
