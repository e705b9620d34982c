//! Any program of this PC may tell events of its own, as CloudEvents.
//!
//! The answer comes when whoever takes them has them on disk: then, and only then, the
//! program may forget them.

mod reading;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::post,
};
use event_model::Clock;
use loopback::{Hosts, IDLE_MAX, Limited, let_go};
use serde::Serialize;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};

use crate::{Error, GsiToken, body, rate::Rate, stop::stopped};
pub use reading::{ProgramEvent, Told};

/// Where programs are listened to unless the settings say otherwise: behind the bridge.
pub const PROGRAMS_PORT_DEFAULT: u16 = 28_735;

/// Where events are posted.
pub const PROGRAMS_PATH: &str = "/v1/events";

/// The longest body taken.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Events of one request: what a server takes of them is a tenth of what it takes at all.
const EVENTS_MAX: usize = 100;

/// Events a second that may go on, and at once: a program has the same queue as the
/// games, whose matches have some hundred events in half an hour.
const RATE: (u64, u64) = (10, 1_000);
const _: () = assert!(EVENTS_MAX as u64 <= RATE.1, "such a request would be refused for ever");

/// Connections at once: a few programs, each with one.
const CONNECTIONS_MAX: usize = 16;

/// Requests that wait for the disk.
const WAITING_MAX: usize = 16;

/// A body that is not here by then never comes.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// A disk that has not answered by then is asked again by the program.
const DISK_TIMEOUT: Duration = Duration::from_secs(10);
const _: () = assert!(DISK_TIMEOUT.as_secs() * 2 < IDLE_MAX.as_secs(), "it would not be told");

/// How long connections may take to end once the listener is told to stop.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// After this a program may ask again whether the disk takes it.
const DISK_AGAIN: Duration = Duration::from_secs(1);

/// What an answer calls itself.
const NAME: &str = "kept/1";

/// What a listener for programs needs to know.
#[derive(Debug, Clone)]
pub struct ProgramsConfig {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// What a program proves itself with.
    pub token: GsiToken,
}

/// Events of one request, for whoever keeps them.
#[derive(Debug)]
pub struct Delivery {
    /// In the order of the request, without those that are invalid.
    pub events: Vec<ProgramEvent>,
    /// Told for each of them what became of it, once they are on disk; dropped where the
    /// disk does not take them.
    pub kept: oneshot::Sender<Vec<Kept>>,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The id under which it is kept and sent.
    pub event: String,
    /// Whether it was told before.
    pub duplicate: bool,
}

/// The word on one event of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Receipt {
    /// The program's own id, where it gave one.
    id: Option<String>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// It is on disk on this PC.
    Kept,
    /// It was before.
    Duplicate,
    /// It is none that can be kept; it need not be told again.
    Invalid,
}

#[derive(Debug, Serialize)]
struct Answer {
    ringside: &'static str,
    receipts: Vec<Receipt>,
}

/// Takes what programs tell.
pub struct ProgramListener {
    listener: TcpListener,
    address: SocketAddr,
    config: ProgramsConfig,
    clock: Arc<dyn Clock>,
}

impl ProgramListener {
    /// Takes the port. Nothing is answered before [`Self::run`].
    ///
    /// # Errors
    /// Where another program has the port.
    pub async fn bind(config: ProgramsConfig, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let port = config.port;
        let unbound = |source| Error::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        Ok(Self { listener, address, config, clock })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// How many deliveries may wait to be kept.
    #[must_use]
    pub fn queue() -> (mpsc::Sender<Delivery>, mpsc::Receiver<Delivery>) {
        mpsc::channel(WAITING_MAX)
    }

    /// Listens until told to stop.
    ///
    /// # Errors
    /// Where the listening socket itself fails.
    pub async fn run(
        self,
        deliveries: mpsc::Sender<Delivery>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), Error> {
        let desk = Arc::new(Desk {
            hosts: Hosts::of(self.address.port()),
            token: self.config.token,
            clock: self.clock,
            rate: Mutex::new(Rate::new(RATE.0, RATE.1)),
            deliveries,
        });
        let router = Router::new().route(PROGRAMS_PATH, post(take));
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
        }
    }
}

struct Desk {
    hosts: Hosts,
    token: GsiToken,
    clock: Arc<dyn Clock>,
    rate: Mutex<Rate>,
    deliveries: mpsc::Sender<Delivery>,
}

async fn take(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    if let Some(status) = desk.refusal(request.headers()) {
        return status.into_response();
    }
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(form) = reading::Form::of(content_type) else {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    };
    let body = match body::read(request.into_body(), BODY_BYTES_MAX, BODY_TIMEOUT).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let now = desk.clock.now();
    let Some(told) = form.read(&body, now.wall) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if told.len() > EVENTS_MAX {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let mono_ms = now.clock.mono_ms;
    let admitted =
        desk.rate.lock().expect("no holder panics").admits_all(told.len() as u64, mono_ms);
    if let Err(wait_ms) = admitted {
        return later(StatusCode::TOO_MANY_REQUESTS, Duration::from_millis(wait_ms));
    }
    desk.keep(told).await
}

impl Desk {
    /// Why a request is not listened to. A browser says of every page who asks, so no
    /// page gets in, whatever it knows.
    fn refusal(&self, headers: &HeaderMap) -> Option<StatusCode> {
        let text =
            |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let is_here = text(header::HOST).is_some_and(|host| self.hosts.has(host));
        let is_page =
            headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
        if !is_here || is_page {
            return Some(StatusCode::FORBIDDEN);
        }
        let token = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let is_known = token.is_some_and(|token| self.token.matches(token));
        (!is_known).then_some(StatusCode::UNAUTHORIZED)
    }

    async fn keep(&self, told: Vec<Told>) -> Response {
        let events: Vec<_> = told.iter().filter_map(|told| told.event().cloned()).collect();
        let kept = if events.is_empty() {
            Vec::new()
        } else {
            let (kept, answer) = oneshot::channel();
            if self.deliveries.try_send(Delivery { events, kept }).is_err() {
                return later(StatusCode::SERVICE_UNAVAILABLE, DISK_AGAIN);
            }
            match timeout(DISK_TIMEOUT, answer).await {
                Ok(Ok(kept)) => kept,
                // It may be on disk: told again, it is known.
                Ok(Err(_)) | Err(_) => return later(StatusCode::SERVICE_UNAVAILABLE, DISK_AGAIN),
            }
        };
        Json(Answer { ringside: NAME, receipts: receipts(told, kept) }).into_response()
    }
}

/// In whole seconds, as the header is written; not before the time.
fn later(status: StatusCode, wait: Duration) -> Response {
    let seconds = wait.as_millis().div_ceil(1_000);
    (status, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
}

/// One for each event, in their order.
fn receipts(told: Vec<Told>, kept: Vec<Kept>) -> Vec<Receipt> {
    let mut kept = kept.into_iter();
    let receipt = |told: Told| match told {
        Told::Event(event) => {
            let Kept { event: kept_as, duplicate } = kept.next()?;
            let status = if duplicate { Status::Duplicate } else { Status::Kept };
            Some(Receipt { id: Some(event.id), status, event: Some(kept_as), detail: None })
        }
        Told::Invalid { id, detail } => {
            Some(Receipt { id, status: Status::Invalid, event: None, detail: Some(detail) })
        }
    };
    told.into_iter().filter_map(receipt).collect()
}
