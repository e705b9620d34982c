//! The bridge: a page inside Overwolf posts what Overwolf tells it.
//!
//! One message is one frame, byte for byte. It is taken by HTTP, many at once, or by
//! WebSocket, one after the other; either answer says how many were taken, and what was
//! not is sent again. A message that was taken before is known by the page's own number;
//! Overwolf's own messages, which have none, are taken as they come.
//!
//! What is taken may not be on the disk yet when the companion ends. So each answer names
//! the start of the bridge that gives it, and whoever posts names the start it believes to
//! talk to: another one takes nothing before it was sent again what the last one took.

mod admission;
mod answers;
mod health;
mod intake;
mod socket;

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, middleware::map_response, routing::post};
use event_model::{Channel, Clock, Frame, Game, Moment, Reading, Received, Source};
use game_session::{LEAGUE_CLIENT_PATH, LeagueMatch, LeavingOut};
use loopback::{Limited, let_go};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    time::sleep,
};

use crate::{Error, GsiToken, rate::Rate, stop::stopped};
use admission::Admission;
pub use health::BridgeHealth;
use intake::{Intake, Shape, Sorted};

/// Where the bridge is expected unless the settings say otherwise: behind the listeners
/// for games and the stream pages.
pub const BRIDGE_PORT_DEFAULT: u16 = 28_734;

/// Where messages are posted, and where the socket opens.
pub const BRIDGE_PATH: &str = "/v1/gep";

/// The WebSocket protocol that a page asks for, beside the one that holds its token.
pub const BRIDGE_PROTOCOL: &str = "ringside.gep.v1";

/// The longest body, or message of a socket: thirty times everything of a match at once.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Messages of one body: more than the page sends at once.
const MESSAGES_MAX: usize = 256;

/// Messages a second that may go on, and at once: Overwolf tells ten players' rows a few
/// times a second in the wildest fight, and the page keeps 4,000 while nobody listens.
const RATE: (u64, u64) = (200, 5_000);

/// Between two looks whether League's number is to be said again.
const LEAGUE_LOOK: Duration = Duration::from_secs(1);

/// Connections at once: the page keeps one, a browser a few more.
const CONNECTIONS_MAX: usize = 16;

/// A body that is not here by then never comes.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long connections may take to end once the listener is told to stop.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// What a bridge needs to know.
#[derive(Debug, Clone)]
pub struct BridgeConfig {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// What the page proves itself with: the player types it in once.
    pub token: GsiToken,
}

/// Says of a game whether nobody may read it for now.
pub type IsOff = Arc<dyn Fn(&Game) -> bool + Send + Sync>;

/// Takes what the page sends, and answers at once.
pub struct OverwolfBridge {
    listener: TcpListener,
    address: SocketAddr,
    admission: Admission,
    clock: Arc<dyn Clock>,
    health: watch::Sender<BridgeHealth>,
    is_off: IsOff,
    start: String,
}

impl OverwolfBridge {
    /// Takes the port. Nothing is answered before [`Self::run`].
    ///
    /// # Errors
    /// Where another program has the port, or the system gives no random bytes.
    pub async fn bind(config: BridgeConfig, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        // Nobody need guess it; it is another one at each start.
        let start = GsiToken::generate()?.expose().to_owned();
        let port = config.port;
        let unbound = |source| Error::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let admission = Admission::new(address.port(), config.token);
        let health = watch::Sender::new(BridgeHealth::default());
        let is_off: IsOff = Arc::new(|_| false);
        Ok(Self { listener, address, admission, clock, health, is_off, start })
    }

    /// The same, which passes on nothing but the numbers of messages of a game that
    /// `is_off` says yes to, and asks it of each.
    #[must_use]
    pub fn leaving_out(self, is_off: IsOff) -> Self {
        Self { is_off, ..self }
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// How the reading goes, now and whenever it changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<BridgeHealth> {
        self.health.subscribe()
    }

    /// Listens until told to stop.
    ///
    /// # Errors
    /// Where the listening socket itself fails.
    pub async fn run(
        self,
        readings: mpsc::Sender<Received>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), Error> {
        let desk = Arc::new(Desk {
            admission: self.admission,
            clock: self.clock,
            health: self.health,
            readings,
            intake: Mutex::default(),
            leaving_out: Mutex::default(),
            league: Mutex::default(),
            is_off: self.is_off,
            rate: Mutex::new(Rate::new(RATE.0, RATE.1)),
            stop: stop.clone(),
            start: self.start,
        });
        let says_again = Arc::clone(&desk).say_league_again();
        let here = post(answers::post).get(socket::open).options(answers::preflight);
        let router = Router::new().route(BRIDGE_PATH, here);
        let router = router.layer(map_response(let_go)).with_state(desk);
        let serving = axum::serve(Limited::new(self.listener, CONNECTIONS_MAX), router)
            .with_graceful_shutdown(stopped(stop.clone()));
        let given_up = async {
            stopped(stop).await;
            sleep(STOP_GRACE).await;
        };
        tokio::select! {
            ended = serving.into_future() => ended.map_err(Error::Listen),
            () = given_up => Ok(()),
            never = says_again => match never {},
        }
    }
}

/// What every message is held against, and where it goes.
struct Desk {
    admission: Admission,
    clock: Arc<dyn Clock>,
    health: watch::Sender<BridgeHealth>,
    readings: mpsc::Sender<Received>,
    intake: Mutex<Intake>,
    leaving_out: Mutex<LeavingOut>,
    league: Mutex<LeagueMatch>,
    is_off: IsOff,
    rate: Mutex<Rate>,
    stop: watch::Receiver<bool>,
    /// Which start of the bridge this is.
    start: String,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Took {
    /// It is taken, now or before.
    Yes,
    /// Nobody has room for it at the moment.
    Later,
    /// It is none.
    Never,
}

impl Desk {
    fn take(&self, channel: Channel, text: &str) -> Took {
        let at = self.clock.now();
        let number = match Shape::of(text) {
            Shape::Numbered(number) => Some(number),
            Shape::Bare => None,
            Shape::None => {
                self.count(|health| health.malformed += 1);
                return Took::Never;
            }
        };
        if !self.rate.lock().expect("no holder panics").admits(at.clock.mono_ms) {
            self.count(|health| health.too_fast += 1);
            return Took::Later;
        }
        let mut intake = self.intake.lock().expect("no holder panics");
        let missing = match number.as_ref().map(|number| intake.sort(number)) {
            Some(Sorted::Repeated) => {
                self.count(|health| health.repeated += 1);
                return Took::Yes;
            }
            Some(Sorted::New { missing }) => missing,
            None => 0,
        };
        let left = self.leaving_out.lock().expect("no holder panics").left_of(text, &*self.is_off);
        let is_left_out = left.is_some();
        let text = left.as_deref().unwrap_or(text);
        let mut frame = Frame::new(channel, text);
        frame.path = Some(BRIDGE_PATH.to_owned());
        game_session::cut_secrets(Source::Overwolf, &mut frame);
        let received = Received { source: Source::Overwolf, at, reading: Reading::Frame(frame) };
        if self.readings.try_send(received).is_err() {
            self.count(|health| health.put_off += 1);
            return Took::Later;
        }
        if let Some(number) = number {
            intake.took(number);
        }
        self.count(|health| {
            health.messages += 1;
            health.left_out += u64::from(is_left_out);
            health.missing += missing;
            health.last_message_at = Some(at);
        });
        self.league.lock().expect("no holder panics").hear(text, at.clock.mono_ms);
        self.say_league(at);
        Took::Yes
    }

    /// Says the number of League's match in League's stream, where that is due; where
    /// nobody has room for it, it is due again.
    fn say_league(&self, at: Moment) {
        let mut league = self.league.lock().expect("no holder panics");
        if (self.is_off)(&Game::league()) {
            league.forget();
            return;
        }
        let Some(body) = league.due(at.clock.mono_ms) else { return };
        let mut frame = Frame::new(Channel::Poll, body);
        frame.path = Some(LEAGUE_CLIENT_PATH.to_owned());
        let received = Received { source: Source::League, at, reading: Reading::Frame(frame) };
        if self.readings.try_send(received).is_ok() {
            league.said(at.clock.mono_ms);
        }
    }

    /// Overwolf tells it once, and perhaps before the game has begun.
    async fn say_league_again(self: Arc<Self>) -> Infallible {
        loop {
            sleep(LEAGUE_LOOK).await;
            self.say_league(self.clock.now());
        }
    }

    fn count(&self, change: impl FnOnce(&mut BridgeHealth)) {
        self.health.send_modify(change);
    }
}
