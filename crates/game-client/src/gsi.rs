//! Game State Integration: games of Valve's post their state to us.

mod admission;
mod config_text;
mod game;
mod health;
mod token;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    middleware::map_response,
    routing::post,
};
use event_model::{Channel, Clock, Frame, Moment, Reading, Received, Source};
use tokio::{
    net::TcpListener,
    sync::{
        mpsc::{self, error::TrySendError},
        watch,
    },
    time::sleep,
};

use crate::{Error, body, stop::stopped};
use admission::{Admission, Verdict};
pub use config_text::CONFIG_FILE_NAME;
pub(crate) use config_text::config_text;
pub use game::GsiGame;
pub use health::GsiHealth;
use loopback::{Limited, let_go};
pub use token::GsiToken;

/// Where the listener is expected unless the settings say otherwise: a free
/// number among those that nothing is registered for, below the ranges that
/// systems give out by themselves (Linux from 32768, Windows from 49152).
pub const GSI_PORT_DEFAULT: u16 = 28_730;

/// The same for Dota 2, which posts to a listener of its own.
pub const DOTA2_PORT_DEFAULT: u16 = 28_733;

/// The longest body taken: twenty times the longest ever seen (Counter-Strike's
/// 30 KiB, an observer's frame with all players and grenades; Dota 2's 50 KiB with
/// every block).
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// The game keeps one connection. The rest is room for what it left half open
/// and for a person with `curl`, and caps what a body each could cost.
const CONNECTIONS_MAX: usize = 32;

/// A body that is not here by then never comes; the game itself gives up after
/// the 5 s of its config.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long connections may take to end once the listener is told to stop.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// Request headers that stay with the frame.
const HEADERS_KEPT: [&str; 4] = ["content-type", "content-length", "host", "user-agent"];

/// Request headers that a browser sends for a page, and no game does.
const OF_A_PAGE: [&str; 2] = ["origin", "sec-fetch-site"];

/// What a listener needs to know.
#[derive(Debug, Clone)]
pub struct GsiConfig {
    /// The game that is heard; another's posts are foreign.
    pub game: GsiGame,
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// What the game proves itself with, the same as in its config file.
    pub token: GsiToken,
}

/// Takes what the game posts. It answers as soon as a body is read, since the
/// game sends nothing while a request is open and loses what it did not send.
pub struct GsiListener {
    listener: TcpListener,
    address: SocketAddr,
    source: Source,
    admission: Admission,
    clock: Arc<dyn Clock>,
    health: watch::Sender<GsiHealth>,
}

impl GsiListener {
    /// Takes the port. Nothing is answered before [`Self::run`].
    ///
    /// # Errors
    /// Where another program has the port.
    pub async fn bind(config: GsiConfig, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let port = config.port;
        let unbound = |source| Error::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let admission = Admission::new(address.port(), config.game, &config.token);
        let (source, health) = (config.game.source(), watch::Sender::new(GsiHealth::default()));
        Ok(Self { listener, address, source, admission, clock, health })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// How the reading goes, now and whenever it changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<GsiHealth> {
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
        let reception = Reception {
            source: self.source,
            admission: self.admission,
            clock: self.clock,
            health: self.health,
            readings,
        };
        let router = Router::new().fallback(post(take)).layer(map_response(let_go));
        let router = router.with_state(Arc::new(reception));
        let serving = axum::serve(Limited::new(self.listener, CONNECTIONS_MAX), router)
            .with_graceful_shutdown(stopped(stop.clone()));
        let given_up = async {
            stopped(stop).await;
            sleep(STOP_GRACE).await;
        };
        tokio::select! {
            ended = serving.into_future() => ended.map_err(Error::Listen),
            () = given_up => Ok(()),
        }
    }
}

/// What every request is held against, and where it goes.
struct Reception {
    source: Source,
    admission: Admission,
    clock: Arc<dyn Clock>,
    health: watch::Sender<GsiHealth>,
    readings: mpsc::Sender<Received>,
}

/// Reads the body, and then never waits again before the answer.
async fn take(State(reception): State<Arc<Reception>>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    if OF_A_PAGE.iter().any(|name| parts.headers.contains_key(*name)) {
        reception.count(|health| health.foreign += 1);
        return StatusCode::FORBIDDEN;
    }
    let body = match body::read(body, BODY_BYTES_MAX, BODY_TIMEOUT).await {
        Ok(body) => body,
        Err(status) => {
            reception.count(|health| health.oversized += 1);
            return status;
        }
    };
    let mut frame = Frame::new(Channel::Http, body);
    frame.method = Some(parts.method.to_string());
    frame.path = Some(parts.uri.path().to_owned());
    frame.headers = kept(&parts.headers);
    reception.receive(frame);
    StatusCode::OK
}

impl Reception {
    fn receive(&self, frame: Frame) {
        let at = self.clock.now();
        match self.admission.judge(&frame) {
            Verdict::Admitted => self.pass_on(frame, at),
            Verdict::Foreign => self.count(|health| health.foreign += 1),
            Verdict::Unauthorised => self.count(|health| health.unauthorised += 1),
        }
    }

    fn pass_on(&self, mut frame: Frame, at: Moment) {
        game_session::cut_secrets(self.source, &mut frame);
        let received = Received { source: self.source, at, reading: Reading::Frame(frame) };
        match self.readings.try_send(received) {
            Ok(()) => self.count(|health| {
                health.frames += 1;
                health.last_frame_at = Some(at);
            }),
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                self.count(|health| health.dropped += 1);
            }
        }
    }

    fn count(&self, change: impl FnOnce(&mut GsiHealth)) {
        self.health.send_modify(change);
    }
}

fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    HEADERS_KEPT.iter().filter_map(|name| Some(((*name).to_owned(), text(name)?))).collect()
}
