//! What a feed does for as long as it is open.

use std::{sync::Arc, time::Duration};

use axum::body::{Body, Bytes};
use ingest_store::{FeedStart, Looked, Token, Viewer};
use tokio::sync::mpsc;

use super::{
    body::Pieces,
    event_stream,
    hub::Listener,
    piece::{At, Piece, Reading, Then},
    places::FeedPlace,
};
use crate::{app::App, authorization, phase::Phase, rejection::Rejection};

/// How often it is asked whether the token still counts: one that is revoked ends
/// its feeds so soon.
const AUTHORITY_INTERVAL: Duration = Duration::from_secs(2);

/// Who asks for which feed, and from where.
pub(crate) struct Opening {
    pub(crate) viewer: Viewer,
    pub(crate) token: Token,
    pub(crate) key: String,
    pub(crate) start: FeedStart,
}

/// Opens a feed: its body, or where the match has gone.
pub(crate) async fn open(app: &Arc<App>, opening: Opening) -> Result<Looked<Body>, Rejection> {
    let Opening { viewer, token, key, start } = opening;
    let place = app.feeds.take(token.hash())?;
    // Before the first look, so that nothing is missed between it and the next.
    let listener = app.feeds.hub.listen(&key);
    let mut reading = Reading { viewer, key: key.into(), at: At::Changes(start) };
    let first = tokio::time::timeout(app.config.bounds.answer_timeout, reading.next(app))
        .await
        .map_err(|_| Rejection::overloaded("the feeds take too long to read; come back"))?;
    let first = match first? {
        Looked::Found(first) => first,
        Looked::Moved(key) => return Ok(Looked::Moved(key)),
        Looked::Unknown => return Ok(Looked::Unknown),
    };
    let (pieces, body) = Pieces::new();
    let pump = Pump { app: app.clone(), reading, listener, pieces, _place: place };
    tokio::spawn(pump.run(token, first));
    Ok(Looked::Found(Body::new(body)))
}

struct Pump {
    app: Arc<App>,
    reading: Reading,
    listener: Listener,
    pieces: mpsc::Sender<Bytes>,
    _place: FeedPlace,
}

impl Pump {
    /// Until the match is joined into another or gone, the token is revoked, the
    /// server stops or the connection has gone, which it also does where nobody reads.
    async fn run(mut self, token: Token, first: Piece) {
        let (app, pieces) = (self.app.clone(), self.pieces.clone());
        tokio::select! {
            () = app.phases.reached(Phase::Draining) => {}
            () = pieces.closed() => {}
            () = revoked(&app, &token) => {}
            () = self.feed(first) => {}
        }
    }

    async fn feed(&mut self, first: Piece) {
        self.send(Bytes::from_static(event_stream::RETRY)).await;
        let mut next = Some(first);
        // Where it cannot be read, the consumer comes back and is told.
        while let Some(Piece { bytes, then }) = next {
            if !bytes.is_empty() {
                self.send(bytes.into()).await;
            }
            match then {
                Then::GoOn => {}
                Then::Wait => self.heard().await,
                Then::End => return,
            }
            next = match self.reading.next(&self.app).await {
                Ok(Looked::Found(piece)) => Some(piece),
                Ok(Looked::Moved(to)) => Some(self.reading.moved(to)),
                Ok(Looked::Unknown) => Some(self.reading.gone()),
                Err(_) => None,
            };
        }
    }

    /// Waits for news; looks without any now and then, and says that it is there.
    async fn heard(&mut self) {
        tokio::select! {
            () = self.listener.heard() => return,
            () = tokio::time::sleep(self.app.config.bounds.feed_keep_alive) => {}
        }
        self.send(Bytes::from_static(event_stream::KEEP_ALIVE)).await;
    }

    /// Waits until the one before has left.
    async fn send(&self, bytes: Bytes) {
        // Where the connection has gone the feed ends anyway.
        drop(self.pieces.send(bytes).await);
    }
}

async fn revoked(app: &Arc<App>, token: &Token) {
    loop {
        tokio::time::sleep(AUTHORITY_INTERVAL).await;
        if !authorization::is_still_valid(app, token).await {
            return;
        }
    }
}
