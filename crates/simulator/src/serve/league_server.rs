//! The server that the game process runs: HTTPS on loopback, 404 while the
//! match loads, then the document, then nothing: the process is gone.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{
    audience::{Audience, Seat},
    certificate::Authority,
};
use crate::{LeagueClient, LeagueMatch};

/// The loading screen, by the match's clock.
const LOADING_MS: u64 = 1_000;

/// How long to wait after the end for the client to see it: a poll a second.
const CURTAIN_WAIT: Duration = Duration::from_secs(5);

/// Answers after the end that a client may need to settle its scores.
const ENCORES: usize = 2;

/// What the game says to everything while it loads.
const NOT_FOUND: &str = r#"{"errorCode":"RESOURCE_NOT_FOUND","httpStatus":404,"implementationDetails":{},"message":"Invalid URI format"}"#;

/// A game process in its loading screen.
pub(super) struct LeagueServer {
    listener: TcpListener,
    port: u16,
    tls: RustlsConfig,
    process: Arc<GameProcess>,
}

struct GameProcess {
    play: Arc<LeagueMatch>,
    client: LeagueClient,
    audience: Arc<Audience>,
    seat: Seat,
    end_shown: Notify,
}

impl LeagueServer {
    pub(super) fn bind(
        (play, client): (Arc<LeagueMatch>, LeagueClient),
        port: u16,
        authority: &Authority,
        audience: Arc<Audience>,
    ) -> Result<Self> {
        let tls = RustlsConfig::from_config(authority.server_config()?);
        let cannot = || format!("cannot listen on 127.0.0.1:{port}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(cannot)?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let (seat, end_shown) = (Seat::default(), Notify::new());
        let process = GameProcess { play, client, audience, seat, end_shown };
        Ok(Self { listener, port, tls, process: Arc::new(process) })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Serves until the end was seen, or nobody looks.
    pub(super) async fn play(self) -> Result<()> {
        let handle: Handle<SocketAddr> = Handle::new();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&self.process));
        let server = axum_server::from_tcp_rustls(self.listener, self.tls)?
            .handle(handle.clone())
            .serve(app.into_make_service());
        let curtain = async {
            self.process.until_the_end_was_seen().await;
            handle.shutdown();
        };
        let (served, ()) = tokio::join!(server, curtain);
        Ok(served?)
    }
}

impl GameProcess {
    async fn until_the_end_was_seen(&self) {
        // Without an audience the match begins all the same.
        let clock = self.audience.complete().await;
        sleep(clock.until(LOADING_MS + self.play.end_ms())).await;
        for _ in 0..ENCORES {
            if timeout(CURTAIN_WAIT, self.end_shown.notified()).await.is_err() {
                return;
            }
        }
    }

    /// The document, once the loading screen is over.
    fn document(&self) -> Option<String> {
        self.audience.arrives(&self.seat);
        let game_ms = self.audience.clock()?.ms().checked_sub(LOADING_MS)?;
        if game_ms > self.play.end_ms() {
            self.end_shown.notify_one();
        }
        self.play.document_of(&self.client, game_ms)
    }
}

async fn answer(State(process): State<Arc<GameProcess>>, uri: axum::http::Uri) -> Response {
    let document = match uri.path() {
        "/liveclientdata/allgamedata" => process.document(),
        _ => None,
    };
    let (status, body) = match document {
        Some(document) => (StatusCode::OK, document),
        None => (StatusCode::NOT_FOUND, NOT_FOUND.to_owned()),
    };
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}
