//! Game State Integration: Counter-Strike posts its state to us.

mod admission;
mod health;
mod limited;
mod token;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use event_model::{Channel, Clock, Frame, Moment, Reading, Received, Source};
use tokio::{
    net::TcpListener,
    sync::{
        mpsc::{self, error::TrySendError},
        watch,
    },
    time::{sleep, timeout},
};

use crate::{Error, stop::stopped};
use admission::{Admission, Verdict};
pub use health::GsiHealth;
use limited::Limited;
pub use token::GsiToken;

/// Where the listener is expected unless the settings say otherwise: a free
/// number among those that nothing is registered for, below the ranges that
/// systems give out by themselves (Linux from 32768, Windows from 49152).
pub const GSI_PORT_DEFAULT: u16 = 28_730;

/// The longest body taken: thirty times the longest ever seen (30 KiB, an
/// observer's frame with all players and grenades).
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A body that is not here by then never comes; the game itself gives up after
/// the 5 s of its config.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long connections may take to end once the listener is told to stop.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// Request headers that stay with the frame.
const HEADERS_KEPT: [&str; 4] = ["content-type", "content-length", "host", "user-agent"];

/// What a listener needs to know.
#[derive(Debug, Clone)]
pub struct GsiConfig {
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
        let admission = Admission::new(address.port(), &config.token);
        let health = watch::Sender::new(GsiHealth::default());
        Ok(Self { listener, address, admission, clock, health })
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
            admission: self.admission,
            clock: self.clock,
            health: self.health,
            readings,
        };
        let router = Router::new().fallback(post(take)).with_state(Arc::new(reception));
        let serving = axum::serve(Limited::new(self.listener), router)
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
    admission: Admission,
    clock: Arc<dyn Clock>,
    health: watch::Sender<GsiHealth>,
    readings: mpsc::Sender<Received>,
}

/// Reads the body, and then never waits again before the answer.
async fn take(State(reception): State<Arc<Reception>>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let body = match timeout(BODY_TIMEOUT, to_bytes(body, BODY_BYTES_MAX)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            reception.count(|health| health.oversized += 1);
            return StatusCode::PAYLOAD_TOO_LARGE;
        }
        Err(_) => {
            reception.count(|health| health.oversized += 1);
            return StatusCode::REQUEST_TIMEOUT;
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
        game_session::cut_secrets(Source::Cs2, &mut frame);
        let received = Received { source: Source::Cs2, at, reading: Reading::Frame(frame) };
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
