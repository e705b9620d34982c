//! The server that League's game process runs: HTTPS on loopback, under a root
//! of its own; and the League client's beside it.

mod client;
mod recorded;

use std::{
    convert::Infallible,
    future::{Future, pending},
    sync::Arc,
    time::Duration,
};

use anyhow::Result;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{AUTHORIZATION, CONTENT_TYPE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    Authority,
    port::{listen, listen_again},
};
pub use client::{ClientSays, LeagueClientStage};
pub use recorded::{RecordedLeague, play_league, play_league_beside};

/// The one document that a companion asks for.
pub(crate) const DOCUMENT_PATH: &str = "/liveclientdata/allgamedata";

/// What the game says to everything while it loads.
const NOT_FOUND: &str = r#"{"errorCode":"RESOURCE_NOT_FOUND","httpStatus":404,"implementationDetails":{},"message":"Invalid URI format"}"#;

/// Longer than the 4 MiB that a companion takes as one answer.
const TOO_LONG_BYTES: usize = 4 * 1024 * 1024 + 1;

/// Whoever does not speak TLS by then never will.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an answer that was begun may take once the process ends.
const CLOSING_TIME: Duration = Duration::from_millis(300);

/// What the game process answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeagueAnswer {
    /// The document.
    Document(Bytes),
    /// No document, and this HTTP status: 404 while the match loads.
    Status(StatusCode),
    /// Nothing, ever: the process hangs.
    Silence,
    /// More than any document has.
    TooLong,
}

impl LeagueAnswer {
    /// What the process says to everything while the match loads.
    pub const LOADING: Self = Self::Status(StatusCode::NOT_FOUND);
}

/// Whether anybody serves the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The game process does.
    Open,
    /// Nobody does: a connection is refused.
    Closed,
    /// Somebody whose certificate no companion accepts.
    Foreign,
}

/// A game process: asked from several connections at once.
pub trait LeagueGame: Send + Sync + 'static {
    /// The answer to a request for this path.
    fn answer(&self, path: &str) -> LeagueAnswer;

    /// Whether it answers whoever shows this. The game asks nobody who they are.
    fn admits(&self, _authorization: Option<&str>) -> bool {
        true
    }

    /// Somebody came, and did not get as far as a request.
    fn turned_away(&self) {}
}

/// The port of a game process. It is taken at once; nobody is answered before
/// [`play`](Self::play).
pub struct LeagueServer<G> {
    listener: TcpListener,
    port: u16,
    own: TlsAcceptor,
    foreign: TlsAcceptor,
    game: Arc<G>,
}

impl<G: LeagueGame> LeagueServer<G> {
    /// Takes a port of 127.0.0.1; 0 for any free one.
    ///
    /// # Errors
    /// Where another program has the port.
    pub async fn bind(port: u16, authority: &Authority, game: Arc<G>) -> Result<Self> {
        let listener = listen(port).await?;
        let port = listener.local_addr()?.port();
        let own = TlsAcceptor::from(authority.server_config()?);
        let foreign = TlsAcceptor::from(Authority::unknown()?.server_config()?);
        Ok(Self { listener, port, own, foreign, game })
    }

    /// Where it serves.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves until `curtain` falls; what was asked for by then is answered.
    ///
    /// # Errors
    /// Where the port cannot be taken again behind a closed [`Door`].
    pub async fn play(
        self,
        mut door: watch::Receiver<Door>,
        curtain: impl Future<Output = ()>,
    ) -> Result<()> {
        tokio::pin!(curtain);
        let mut listener = Some(self.listener);
        let mut guests = Guests::new(self.game);
        loop {
            let now = *door.borrow_and_update();
            let tls = match now {
                Door::Closed => {
                    listener = None;
                    guests.leave().await;
                    &self.own
                }
                Door::Open => &self.own,
                Door::Foreign => {
                    guests.leave().await;
                    &self.foreign
                }
            };
            if listener.is_none() && now != Door::Closed {
                listener = Some(listen_again(self.port).await?);
            }
            tokio::select! {
                () = &mut curtain => break,
                changed = door.changed() => if changed.is_err() { break },
                () = receive(listener.as_ref(), tls, &mut guests) => {}
            }
        }
        drop(listener);
        guests.leave().await;
        Ok(())
    }
}

/// Lets everybody in who comes; ends never.
async fn receive<G: LeagueGame>(
    listener: Option<&TcpListener>,
    tls: &TlsAcceptor,
    guests: &mut Guests<G>,
) {
    let Some(listener) = listener else { return pending().await };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => guests.enter(stream, tls.clone()),
            // Of one connection, or of too many: the next one may do.
            Err(_) => tokio::time::sleep(CLOSING_TIME).await,
        }
    }
}

/// Everybody who is connected.
struct Guests<G> {
    game: Arc<G>,
    closing: watch::Sender<bool>,
    connections: JoinSet<()>,
}

impl<G: LeagueGame> Guests<G> {
    fn new(game: Arc<G>) -> Self {
        Self { game, closing: watch::Sender::new(false), connections: JoinSet::new() }
    }

    fn enter(&mut self, stream: TcpStream, tls: TlsAcceptor) {
        while self.connections.try_join_next().is_some() {}
        let (game, closing) = (Arc::clone(&self.game), self.closing.subscribe());
        self.connections.spawn(attend(stream, tls, game, closing));
    }

    /// The process ends: what it began to say it says, and no more.
    async fn leave(&mut self) {
        self.closing.send_replace(true);
        while self.connections.join_next().await.is_some() {}
        self.closing.send_replace(false);
    }
}

async fn attend<G: LeagueGame>(
    stream: TcpStream,
    tls: TlsAcceptor,
    game: Arc<G>,
    mut closing: watch::Receiver<bool>,
) {
    let handshake = timeout(HANDSHAKE_TIMEOUT, tls.accept(stream));
    let stream = tokio::select! {
        shaken = handshake => match shaken {
            Ok(Ok(stream)) => stream,
            Ok(Err(_)) | Err(_) => return game.turned_away(),
        },
        () = closed(&mut closing) => return,
    };
    let service = service_fn(|request: Request<Incoming>| {
        let answer = answer(game.as_ref(), &request);
        async move { Ok::<_, Infallible>(response(answer).await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        // A client that hangs up is none of the game's concern.
        _ = connection.as_mut() => {}
        () = closed(&mut closing) => {
            connection.as_mut().graceful_shutdown();
            drop(timeout(CLOSING_TIME, connection).await);
        }
    }
}

fn answer(game: &impl LeagueGame, request: &Request<Incoming>) -> LeagueAnswer {
    let shown = request.headers().get(AUTHORIZATION).and_then(|shown| shown.to_str().ok());
    if request.method() != Method::GET {
        return LeagueAnswer::Status(StatusCode::METHOD_NOT_ALLOWED);
    }
    if !game.admits(shown) {
        return LeagueAnswer::Status(StatusCode::UNAUTHORIZED);
    }
    game.answer(request.uri().path())
}

/// The process ends, or is gone.
async fn closed(closing: &mut watch::Receiver<bool>) {
    drop(closing.wait_for(|closing| *closing).await);
}

async fn response(answer: LeagueAnswer) -> Response<Full<Bytes>> {
    let (status, body) = match answer {
        LeagueAnswer::Document(document) => (StatusCode::OK, document),
        LeagueAnswer::Status(StatusCode::NOT_FOUND) => {
            (StatusCode::NOT_FOUND, Bytes::from_static(NOT_FOUND.as_bytes()))
        }
        LeagueAnswer::Status(status) => (status, Bytes::new()),
        LeagueAnswer::TooLong => (StatusCode::OK, Bytes::from(vec![b' '; TOO_LONG_BYTES])),
        LeagueAnswer::Silence => return pending().await,
    };
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .body(Full::new(body))
        .expect("a status and a constant header make a response")
}
