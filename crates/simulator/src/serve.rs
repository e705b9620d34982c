//! The show: the matches on the games' real protocols, in real time or faster.

mod league_client;
mod league_server;
mod logs;

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use event_model::{Channel, Clock};
pub use game_stage::Speed;
use game_stage::{
    Audience, Authority, BridgeTarget, Conductor, GsiPlay, GsiPoster, GsiTarget, Pace, Pieces,
    TcpStage, Tempo, play_tcp, play_to_bridge,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{
    Attendance, Cs2Match, Cs2Teams, Dota2Match, LeagueMatch, Length, RocketLeagueMatch,
    SessionTruth, SharedTruth, Truth, ValorantMatch,
    cs2::{self, Cs2Play},
    dota2::{self, Dota2Play},
    files::{write_shared, write_truth},
};
use league_client::LeagueClientProcess;
pub use league_client::LeagueClientStages;
use league_server::LeagueServer;
use logs::LogPlay;

/// What is played, and where.
#[derive(Debug, Clone)]
pub struct Show {
    /// The seed of all matches.
    pub seed: u64,
    /// How long each of them lasts by its own clock.
    pub length: Length,
    /// How much faster than real time.
    pub speed: Speed,
    /// League, where it is played.
    pub league: Option<LeagueStage>,
    /// Counter-Strike, where it is played: several are clients of one match.
    pub cs2: Vec<GsiStage>,
    /// Dota 2, where it is played: several are clients of one match.
    pub dota2: Vec<GsiStage>,
    /// Rocket League, where it is played.
    pub rocket_league: Option<RocketLeagueStage>,
    /// VALORANT as Overwolf's page tells it, where it is played: several are clients of
    /// one match.
    pub valorant: Vec<OverwolfStage>,
    /// The folder that Elite Dangerous writes its journals into, where it is played.
    pub elite: Option<PathBuf>,
    /// The folder of Hearthstone's logs, where it is played.
    pub hearthstone: Option<PathBuf>,
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
    /// The League clients beside the games, where there are any.
    pub clients_beside: Option<LeagueClientStages>,
}

/// Where a game of Valve's is played.
#[derive(Debug, Clone)]
pub struct GsiStage {
    /// The listener's address.
    pub url: String,
    /// The token of its config file.
    pub token: String,
}

impl GsiStage {
    fn target(&self, user_agent: &str) -> GsiTarget {
        let (url, token) = (self.url.clone(), self.token.clone());
        GsiTarget { url, token, user_agent: user_agent.to_owned() }
    }
}

/// Where Rocket League is played.
#[derive(Debug, Clone)]
pub struct RocketLeagueStage {
    /// The port on 127.0.0.1, further clients on those after it; 0 for any free ones.
    pub port: u16,
    /// Clients of the match, five at most.
    pub clients: usize,
}

/// Where Overwolf's page tells what it is told.
#[derive(Debug, Clone)]
pub struct OverwolfStage {
    /// The bridge's address, path included.
    pub url: String,
    /// What a player types into the page.
    pub token: String,
    /// By requests ([`Channel::Http`]) or over a WebSocket.
    pub channel: Channel,
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
    /// Dota 2 is in its main menu and looks for the listener.
    Dota2 {
        /// The listener's address.
        url: String,
    },
    /// Rocket League serves its Stats API: one for each client, in their order.
    RocketLeague {
        /// The port.
        port: u16,
    },
    /// VALORANT runs beside Overwolf's page, which looks for the bridge.
    Valorant {
        /// The bridge's address.
        url: String,
    },
    /// A game writes its files into a folder.
    Logs {
        /// The folder.
        folder: PathBuf,
    },
    /// Everything that was asked for is up.
    Ready,
}

/// What is on: the servers, the posters, and what will have happened.
#[derive(Default)]
struct Cast {
    league: Vec<(LeagueServer, Option<LeagueClientProcess>)>,
    cs2: Vec<GsiPoster<Cs2Play>>,
    dota2: Vec<GsiPoster<Dota2Play>>,
    rocket_league: Vec<(TcpStage, Conductor)>,
    valorant: Vec<(BridgeTarget, Conductor)>,
    logs: Vec<LogPlay>,
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
    cast.add_league(&show, &pace).await?;
    cast.add_cs2(&show, &pace)?;
    cast.add_dota2(&show, &pace)?;
    cast.add_rocket_league(&show, &pace).await?;
    cast.add_valorant(&show, &pace);
    cast.add_logs(&show, &pace);
    for announcement in cast.announcements(&show) {
        announcements.send(announcement).await.ok();
    }

    let Cast { league, cs2, dota2, rocket_league, valorant, logs, sessions, shared } = cast;
    let mut playing = JoinSet::new();
    for (server, client) in league {
        playing.spawn(async { played(server, client).await.context("the League server failed") });
    }
    for poster in cs2 {
        playing.spawn(posted(poster));
    }
    for poster in dota2 {
        playing.spawn(posted(poster));
    }
    for (stage, conductor) in rocket_league {
        playing.spawn(async {
            let played = play_tcp(stage, conductor).await;
            played.map(drop).context("the Rocket League server failed")
        });
    }
    for (bridge, conductor) in valorant {
        playing.spawn(async move {
            let played = play_to_bridge(&bridge, conductor).await;
            played.map(drop).context("Overwolf's page failed")
        });
    }
    for log in logs {
        playing.spawn(log.play());
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

/// A game, and the client beside it, which outlives it.
async fn played(server: LeagueServer, client: Option<LeagueClientProcess>) -> Result<()> {
    let game = watch::Sender::new(());
    let over = game.subscribe();
    let playing = async {
        let played = server.play().await;
        drop(game);
        played
    };
    let beside = async {
        match client {
            Some(client) => client.run(over).await,
            None => Ok(()),
        }
    };
    tokio::try_join!(playing, beside).map(drop)
}

async fn posted<P: GsiPlay>(poster: GsiPoster<P>) -> Result<()> {
    poster.play().await;
    Ok(())
}

impl Cast {
    fn announcements(&self, show: &Show) -> Vec<Announcement> {
        let league =
            self.league.iter().map(|(server, _)| Announcement::League { port: server.port() });
        let cs2 = show.cs2.iter().map(|stage| Announcement::Cs2 { url: stage.url.clone() });
        let dota2 = show.dota2.iter().map(|stage| Announcement::Dota2 { url: stage.url.clone() });
        let ports = self.rocket_league.iter().map(|(stage, _)| stage.port());
        let rocket_league = ports.map(|port| Announcement::RocketLeague { port });
        let valorant =
            show.valorant.iter().map(|stage| Announcement::Valorant { url: stage.url.clone() });
        let folders = show.elite.iter().chain(&show.hearthstone);
        let logs = folders.map(|folder| Announcement::Logs { folder: folder.clone() });
        let all = league.chain(cs2).chain(dota2).chain(rocket_league).chain(valorant).chain(logs);
        all.chain([Announcement::Ready]).collect()
    }

    async fn add_league(&mut self, show: &Show, pace: &Pace) -> Result<()> {
        let Some(stage) = &show.league else { return Ok(()) };
        let play = LeagueMatch::with_revivals(show.seed, show.length, stage.revival_percent);
        let play = Arc::new(play);
        let clients = play.clients(show.seed, stage.attendance);
        self.sessions.extend(clients.iter().map(|client| play.truth_of(client)));
        self.shared.push(play.shared_truth(show.seed, &clients));
        let authority = Arc::new(Authority::new(&stage.root)?);
        let audience = Arc::new(Audience::new(pace.clone(), clients.len()));
        for (number, client) in (0..).zip(clients) {
            let port = if stage.port == 0 { 0 } else { stage.port.saturating_add(number) };
            let beside = match &stage.clients_beside {
                Some(stages) => {
                    let seen = (Arc::clone(&play), client.clone(), show.seed);
                    let (authority, audience) = (Arc::clone(&authority), Arc::clone(&audience));
                    let of_player = number.saturating_add(1);
                    let started =
                        LeagueClientProcess::start(stages, of_player, seen, authority, audience);
                    Some(started.await?)
                }
                None => None,
            };
            let seen = (Arc::clone(&play), client);
            let server = LeagueServer::bind(seen, port, &authority, Arc::clone(&audience));
            self.league.push((server.await?, beside));
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
            let (play, target) = (Cs2Play(play), stage.target(cs2::USER_AGENT_OF_THE_GAME));
            self.cs2.push(GsiPoster::new(play, target, pace.clone(), audience)?);
        }
        Ok(())
    }

    fn add_dota2(&mut self, show: &Show, pace: &Pace) -> Result<()> {
        if show.dota2.is_empty() {
            return Ok(());
        }
        let play = Dota2Match::new(show.seed, show.length);
        let clients = play.clients(show.seed, show.dota2.len());
        self.sessions.extend(clients.iter().map(|client| play.truth_of(client)));
        self.shared.push(play.shared_truth(show.seed, &clients));
        let audience = Arc::new(Audience::new(pace.clone(), clients.len()));
        for (client, stage) in clients.into_iter().zip(&show.dota2) {
            let audience = Arc::clone(&audience);
            let target = stage.target(dota2::USER_AGENT_OF_THE_GAME);
            let play = Dota2Play::new(play.clone(), client);
            self.dota2.push(GsiPoster::new(play, target, pace.clone(), audience)?);
        }
        Ok(())
    }

    /// Each client's script begins when somebody is connected to it: a stream has no
    /// listener to wait for.
    async fn add_rocket_league(&mut self, show: &Show, pace: &Pace) -> Result<()> {
        let Some(stage) = &show.rocket_league else { return Ok(()) };
        let play = RocketLeagueMatch::new(show.seed, show.length);
        let clients = play.clients(show.seed, stage.clients);
        self.sessions.extend(clients.iter().map(|client| play.truth_of(client)));
        self.shared.push(play.shared_truth(show.seed, &clients));
        for (number, client) in (0..).zip(&clients) {
            let port = if stage.port == 0 { 0 } else { stage.port.saturating_add(number) };
            let pieces = Pieces::by_seed(show.seed.wrapping_add(u64::from(number)));
            let script = Box::new(play.cues(client).into_iter().map(Ok));
            let conductor = Conductor::new(script, Tempo::Clocked(pace.clone()));
            self.rocket_league.push((TcpStage::bind(port, pieces).await?, conductor));
        }
        Ok(())
    }

    /// Each client's script begins when its bridge has taken the first message.
    fn add_valorant(&mut self, show: &Show, pace: &Pace) {
        if show.valorant.is_empty() {
            return;
        }
        let play = ValorantMatch::new(show.seed, show.length);
        let clients = play.clients(show.seed, show.valorant.len());
        self.sessions.extend(clients.iter().map(|client| play.truth_of(client)));
        self.shared.push(play.shared_truth(show.seed, &clients));
        for (client, stage) in clients.iter().zip(&show.valorant) {
            let script = Box::new(play.cues(client, stage.channel).into_iter().map(Ok));
            let conductor = Conductor::new(script, Tempo::Clocked(pace.clone()));
            // Our page numbers its messages itself: no other start is named.
            let (url, token, run) = (stage.url.clone(), stage.token.clone(), String::new());
            self.valorant.push((BridgeTarget { url, token, run }, conductor));
        }
    }
}
