//! The listener, and what it shares with its readers.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use live_view::LiveUpdate;
use loopback::{Hosts, Limited, let_go};
use tokio::{net::TcpListener, sync::watch};

use crate::{
    Audience, Error, Page, Pages, StreamLook, StreamSurface, StreamToken, admission, events,
    headers::{self, with_headers},
    show::Show,
};

/// Where the page is served unless the settings say otherwise: beside the port
/// that Counter-Strike posts to, so that an address in OBS stays what it is.
pub const STREAM_PORT_DEFAULT: u16 = 28_731;

/// Pages that may follow at a time: a scene has one, an editor of scenes some.
pub const READERS_MAX: usize = 8;

/// Connections: a reader has one, and a few more while its page loads.
const CONNECTIONS_MAX: usize = READERS_MAX * 4;

/// How long connections may take to end once the page is served no more.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// To somebody whose address is an old one, in a browser source or at a desk.
const NO_PAGE: &str = "This is not the address of Ringside's stream page (any more). \
    Ringside shows the current one in its settings, under Stream.\n\
    Dies ist nicht (mehr) die Adresse der Stream-Seite von Ringside. \
    Die aktuelle steht in Ringsides Einstellungen unter Stream.\n";

/// A page that is served. It ends when this is dropped.
pub struct StreamPage {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Ends the listener where it is gone.
    _stop: watch::Sender<bool>,
}

/// What the listener shares with its readers.
struct Shared {
    hosts: Hosts,
    pages: Arc<dyn Pages>,
    token: Mutex<StreamToken>,
    show: Arc<Show>,
}

impl StreamPage {
    /// Serves the page on this port of 127.0.0.1; 0 is any free one.
    ///
    /// # Errors
    /// Where the port cannot be had, or the system gives no random bytes.
    pub async fn serve(
        port: u16,
        token: StreamToken,
        audience: Audience,
        look: StreamLook,
        pages: Arc<dyn Pages>,
    ) -> Result<Self, Error> {
        let unbound = |cause| Error::Bind { port, cause };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let shared = Arc::new(Shared {
            hosts: Hosts::of(address.port()),
            pages,
            token: Mutex::new(token),
            show: Arc::new(Show::new(StreamSurface::Stream, audience, look)?),
        });
        let (stop, stopping) = watch::channel(false);
        tokio::spawn(listen(listener, Arc::clone(&shared), stopping));
        Ok(Self { shared, address, _stop: stop })
    }

    /// What OBS is to open. Who has it can read the page.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}/{}/", self.address, self.shared.token().expose())
    }

    /// Takes what the overlay is told. What is to be forgotten is so without delay.
    pub fn tell(&self, update: LiveUpdate) {
        self.shared.show.tell(update);
    }

    /// Another address from now on: who reads under the old one reads no more.
    pub fn replace_token(&self, token: StreamToken) {
        *self.shared.token() = token;
        self.shared.show.end_readers();
    }

    /// What the audience may see from now on. Pages that are open begin anew, so
    /// that a name which is hidden is to be seen no longer.
    pub fn set_audience(&self, audience: Audience) {
        self.shared.show.set_audience(audience);
    }

    /// How the page looks from now on, also where it is open.
    pub fn set_look(&self, look: StreamLook) {
        self.shared.show.set_look(look);
    }
}

impl Shared {
    fn token(&self) -> MutexGuard<'_, StreamToken> {
        self.token.lock().expect("no holder of this lock panics")
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let router = Router::new()
        .route("/assets/{*file}", get(asset))
        .route("/{token}", get(with_slash))
        .route("/{token}/", get(page))
        .route("/{token}/events", get(follow))
        .fallback(async || (StatusCode::NOT_FOUND, NO_PAGE))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), admit))
        .layer(middleware::map_response(let_go))
        .with_state(Arc::clone(&shared));
    let stopped = stopped(stop.clone(), Arc::clone(&shared));
    let serving = axum::serve(Limited::new(listener, CONNECTIONS_MAX), router)
        .with_graceful_shutdown(stopped);
    tokio::select! {
        // It ends by the stop alone: what fails to be accepted is tried again.
        _ = serving.into_future() => {}
        () = async { wait_for(stop).await; tokio::time::sleep(STOP_GRACE).await } => {}
    }
}

async fn stopped(stop: watch::Receiver<bool>, shared: Arc<Shared>) {
    wait_for(stop).await;
    shared.show.end_readers();
}

/// Returns once nobody is left who serves the page.
async fn wait_for(mut stop: watch::Receiver<bool>) {
    stop.wait_for(|stop| *stop).await.map(drop).unwrap_or_default();
}

/// Answers those who were given the address, and says to a browser what it may do
/// with the answer.
async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = match admission::judge(request.headers(), &shared.hosts) {
        Ok(()) if reads => next.run(request).await,
        Ok(()) => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        Err(refusal) => refusal.status().into_response(),
    };
    with_headers(response, &headers::LOOPBACK)
}

async fn asset(State(shared): State<Arc<Shared>>, Path(file): Path<String>) -> Response {
    served(shared.pages.page(&format!("/assets/{file}")))
}

async fn with_slash(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    if shared.token().matches(&token) {
        Redirect::permanent(&format!("/{token}/")).into_response()
    } else {
        served(None)
    }
}

async fn page(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    let known = shared.token().matches(&token);
    served(known.then(|| shared.pages.page("/stream.html")).flatten())
}

async fn follow(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    // Before the token is looked at: another one from here on ends this reader.
    let bells = shared.show.bells();
    if !shared.token().matches(&token) {
        return served(None);
    }
    events::follow(&shared.show, bells)
}

pub(crate) fn served(page: Option<Page>) -> Response {
    match page {
        Some(Page { bytes, media_type }) => {
            ([(header::CONTENT_TYPE, media_type)], bytes).into_response()
        }
        None => (StatusCode::NOT_FOUND, NO_PAGE).into_response(),
    }
}
