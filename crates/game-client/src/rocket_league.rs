//! Rocket League: reads the Stats API, a stream of messages that the game sends to
//! whoever connects, and knows what makes the game send it.
//!
//! Nothing here writes a file: a person changes the game's ini, or has the companion
//! do it. The game reads it when it starts.

mod health;
mod installations;
mod line;
mod messages;
mod stats_api;
mod waiting;

use std::{
    future::Future,
    net::Ipv4Addr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use event_model::{Channel, Clock, Fault, Frame, Reading, Received, Source};
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use crate::stop::stopped;
pub use health::{RocketLeagueHealth, RocketLeagueStage};
pub use installations::{
    INI_NAMES, Installation, find_installations, find_installations_at, find_installations_in,
};
use line::{Heard, Line, web_socket};
pub use messages::{Lost, MESSAGE_BYTES_MAX, Messages};
pub use stats_api::{SECTION, SEND_RATE, with_stats_api, with_stats_api_text};
use waiting::Waiting;

/// The port the game serves on unless its ini says otherwise.
pub const ROCKET_LEAGUE_PORT_DEFAULT: u16 = 49_123;

/// Before the first attempt to come back after a lost connection; each further one
/// waits twice as long.
const RETRY_FIRST: Duration = Duration::from_millis(500);

/// Between two attempts where nobody serves the port: a match is found soon after it
/// began, at no cost worth measuring.
const RETRY_LONGEST: Duration = Duration::from_secs(5);

/// A connection on loopback stands at once, or is refused: Windows takes two seconds
/// for that.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A raw stream that says nothing for so long may be a WebSocket that waits to be asked.
const SILENCE: Duration = Duration::from_secs(2);

/// What waited when the reader was stopped is passed on for so long; while the disk is
/// full nobody takes it, and nobody else is to wait for that.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Read at a time: fifteen states of a full match.
const READ_BYTES: usize = 64 * 1024;

/// What a reader needs to know.
#[derive(Debug, Clone)]
pub struct RocketLeagueConfig {
    /// Where on 127.0.0.1 the game serves.
    pub port: u16,
}

impl Default for RocketLeagueConfig {
    fn default() -> Self {
        Self { port: ROCKET_LEAGUE_PORT_DEFAULT }
    }
}

/// Reads what the game sends, and comes back when the game does.
///
/// The socket is read whatever becomes of the readings: what nobody takes waits here,
/// within bounds, and the game is never held up.
pub struct RocketLeagueReader {
    port: u16,
    clock: Arc<dyn Clock>,
    health: watch::Sender<RocketLeagueHealth>,
}

/// Why a connection is over.
enum Ended {
    /// The game closed it, or it broke.
    Lost(String),
    /// We were told to stop.
    Stopped,
    /// Nobody takes the readings any more.
    Unheard,
}

impl RocketLeagueReader {
    /// Sets the reader up; nothing is asked yet.
    #[must_use]
    pub fn new(config: &RocketLeagueConfig, clock: Arc<dyn Clock>) -> Self {
        let health = watch::Sender::new(RocketLeagueHealth::default());
        Self { port: config.port, clock, health }
    }

    /// How the reading goes, now and whenever it changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<RocketLeagueHealth> {
        self.health.subscribe()
    }

    /// Reads until told to stop, or until nobody takes the readings. What was read
    /// before is passed on first, as far as somebody takes it soon.
    pub async fn run(self, readings: mpsc::Sender<Received>, stop: watch::Receiver<bool>) {
        let mut stopping = pin!(stopped(stop.clone()));
        let mut pause = RETRY_FIRST;
        loop {
            let connected = tokio::select! {
                connected = self.connect() => connected,
                () = &mut stopping => return,
            };
            let why = match connected {
                Ok(stream) => {
                    let before = self.health.borrow().messages;
                    let mut waiting = Waiting::default();
                    let ended = self.hear(stream, &readings, &mut waiting, stopping.as_mut()).await;
                    let given_up = async {
                        stopped(stop.clone()).await;
                        sleep(LAST_WORDS).await;
                    };
                    tokio::select! {
                        passed = pass_all_on(&mut waiting, &readings) => if passed.is_err() {
                            return;
                        },
                        () = given_up => {
                            self.health.send_modify(|health| health.dropped += waiting.len());
                            return;
                        }
                    }
                    if self.health.borrow().messages > before {
                        pause = RETRY_FIRST;
                    }
                    match ended {
                        Ended::Lost(reason) => RocketLeagueStage::Lost { reason },
                        Ended::Stopped | Ended::Unheard => return,
                    }
                }
                Err(why) => why,
            };
            tokio::select! {
                told = self.tell(why, &readings) => if told.is_err() {
                    return;
                },
                () = &mut stopping => return,
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = &mut stopping => return,
            }
            pause = RETRY_LONGEST.min(pause * 2);
        }
    }

    async fn connect(&self) -> Result<TcpStream, RocketLeagueStage> {
        let connecting = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        match timeout(CONNECT_TIMEOUT, connecting).await {
            Ok(Ok(stream)) if is_with_itself(&stream) => Err(RocketLeagueStage::NotServed),
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                Err(RocketLeagueStage::NotServed)
            }
            Ok(Err(error)) => Err(RocketLeagueStage::Lost { reason: error.to_string() }),
            Err(_) => Err(RocketLeagueStage::NotServed),
        }
    }

    /// Takes what the game sends until the connection is over.
    async fn hear(
        &self,
        stream: TcpStream,
        readings: &mpsc::Sender<Received>,
        waiting: &mut Waiting,
        mut stopping: Pin<&mut impl Future<Output = ()>>,
    ) -> Ended {
        self.health.send_modify(|health| health.stage = RocketLeagueStage::Connected);
        let (mut line, mut messages) = (Line::Tcp(stream), Messages::default());
        let (mut silence, mut is_silent) = (pin!(sleep(SILENCE)), true);
        let mut buffer = vec![0; READ_BYTES];
        loop {
            tokio::select! {
                permit = readings.reserve(), if !waiting.is_empty() => match permit {
                    Ok(permit) => {
                        if let Some(next) = waiting.take() {
                            permit.send(next);
                        }
                    }
                    Err(_) => return Ended::Unheard,
                },
                heard = line.hear(&mut buffer) => {
                    is_silent = false;
                    match heard {
                        Ok(Heard::Bytes(length)) => {
                            messages.push(&buffer[..length]);
                            self.take_all(|| messages.take(), line.channel(), waiting);
                            self.count_lost(messages.take_lost());
                        }
                        Ok(Heard::Message(body)) => {
                            let mut body = Some(body);
                            self.take_all(|| body.take(), line.channel(), waiting);
                        }
                        Ok(Heard::Nothing) => {}
                        Err(reason) => return Ended::Lost(reason),
                    }
                },
                () = &mut silence, if is_silent => {
                    is_silent = false;
                    line = web_socket(self.port).await.unwrap_or(line);
                },
                () = &mut stopping => return Ended::Stopped,
            }
        }
    }

    /// Takes every message that there is.
    fn take_all(
        &self,
        mut next: impl FnMut() -> Option<Vec<u8>>,
        channel: Channel,
        waiting: &mut Waiting,
    ) {
        let at = self.clock.now();
        let (mut taken, mut dropped) = (0, 0);
        while let Some(body) = next() {
            let reading = Reading::Frame(Frame::new(channel, body));
            dropped += waiting.put(Received { source: Source::RocketLeague, at, reading });
            taken += 1;
        }
        if taken == 0 {
            return;
        }
        self.health.send_modify(|health| {
            health.messages += taken;
            health.dropped += dropped;
            health.stage = RocketLeagueStage::Receiving;
            health.last_message_at = Some(at);
        });
    }

    fn count_lost(&self, lost: Lost) {
        self.health.send_if_modified(|health| {
            health.skipped_bytes += lost.skipped_bytes;
            health.oversized += lost.oversized;
            if health.messages == 0 && lost.skipped_bytes > 0 {
                health.stage = RocketLeagueStage::NotTheGame;
            }
            lost != Lost::default()
        });
    }

    /// Shows how it stands, and passes it on where that is news.
    async fn tell(
        &self,
        stage: RocketLeagueStage,
        readings: &mpsc::Sender<Received>,
    ) -> Result<(), mpsc::error::SendError<Received>> {
        let is_news = self.health.send_if_modified(|health| {
            let news = health.stage != stage;
            health.stage = stage.clone();
            news
        });
        if is_news {
            let fault = Fault { channel: Channel::Tcp, error: stage.to_string() };
            let at = self.clock.now();
            let reading = Reading::Fault(fault);
            readings.send(Received { source: Source::RocketLeague, at, reading }).await?;
        }
        Ok(())
    }
}

async fn pass_all_on(
    waiting: &mut Waiting,
    readings: &mpsc::Sender<Received>,
) -> Result<(), mpsc::error::SendError<()>> {
    while !waiting.is_empty() {
        let room = readings.reserve().await?;
        if let Some(next) = waiting.take() {
            room.send(next);
        }
    }
    Ok(())
}

/// Whether a connection leads to itself: on Linux the port lies among those that the
/// system gives to whoever connects, and who knocks at a closed one long enough is once
/// given that very port. Nobody is there then, and the game could not take its port.
fn is_with_itself(stream: &TcpStream) -> bool {
    matches!((stream.local_addr(), stream.peer_addr()), (Ok(own), Ok(other)) if own == other)
}

// Only there a socket can be had that is connected with itself.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    #[tokio::test]
    async fn a_connection_with_itself_is_nobody() {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let own = socket.local_addr().unwrap();
        assert!(is_with_itself(&socket.connect(own).await.unwrap()));

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let game = listener.local_addr().unwrap();
        assert!(!is_with_itself(&TcpStream::connect(game).await.unwrap()));
    }
}
