//! The connection that batches go over.
//!
//! One at a time to one server, and opened before the request is written: the
//! header that says when a batch was sent has to be read after the handshakes,
//! which may take seconds, and an HTTP client with a pool takes the whole
//! request before it connects.

use delivery::Silence;
use event_model::ClockReading;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, Uri,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::sync::Mutex;
use tower_service::Service;

use crate::{
    Answer, Error, ExtraRoots, ServerUrl,
    client::{ANSWER_BYTES_MAX, CONNECT_MAX, is_distrust},
};

/// A connection that was not used for so long is opened anew: a server, or a
/// router between, may have forgotten it without a word.
const IDLE_MAX_MS: u64 = 50_000;

type Sender = SendRequest<Full<Bytes>>;

/// A server, and the connection to it.
pub(crate) struct Link {
    connector: HttpsConnector<HttpConnector>,
    uri: Uri,
    idle: Mutex<Option<Idle>>,
}

/// A connection that waits for the next request.
struct Idle {
    sender: Sender,
    since: ClockReading,
}

impl Link {
    /// A link to `server`, not connected yet.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub(crate) fn to(server: &ServerUrl, extra: &ExtraRoots) -> Result<Self, Error> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(extra.tls_config(server)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Ok(Self { connector, uri: server.uri(), idle: Mutex::new(None) })
    }

    /// Sends what `request` makes, and reads the answer to its end. It is made
    /// when the connection stands, and made anew where the connection turns out
    /// to be closed before any of it was written.
    pub(crate) async fn exchange(
        &self,
        now: impl Fn() -> ClockReading,
        request: impl Fn() -> Request<Full<Bytes>>,
    ) -> Answer {
        match self.try_exchange(now, request).await {
            Ok(answer) => answer,
            Err(silence) => Answer::Silence(silence),
        }
    }

    async fn try_exchange(
        &self,
        now: impl Fn() -> ClockReading,
        request: impl Fn() -> Request<Full<Bytes>>,
    ) -> Result<Answer, Silence> {
        let (sender, response) = match self.kept(now()).await {
            None => self.send_anew(&request).await?,
            Some(mut sender) => match sender.try_send_request(request()).await {
                Ok(response) => (sender, response),
                Err(error) if error.message().is_some() => self.send_anew(&request).await?,
                Err(_) => return Err(Silence::Broken),
            },
        };
        let answer = read(response).await?;
        *self.idle.lock().await = Some(Idle { sender, since: now() });
        Ok(answer)
    }

    /// The connection of the last request, where it still stands.
    async fn kept(&self, now: ClockReading) -> Option<Sender> {
        let mut idle = self.idle.lock().await.take()?;
        let fresh = idle.since.epoch == now.epoch
            && now.mono_ms.saturating_sub(idle.since.mono_ms) < IDLE_MAX_MS;
        let usable = fresh && idle.sender.ready().await.is_ok();
        usable.then_some(idle.sender)
    }

    async fn send_anew(
        &self,
        request: impl Fn() -> Request<Full<Bytes>>,
    ) -> Result<(Sender, Response<Incoming>), Silence> {
        let mut sender = self.connect().await?;
        let response = sender.send_request(request()).await.map_err(|_| Silence::Broken)?;
        Ok((sender, response))
    }

    async fn connect(&self) -> Result<Sender, Silence> {
        let mut connector = self.connector.clone();
        let connecting = tokio::time::timeout(CONNECT_MAX, async {
            let stream = connector.call(self.uri.clone()).await.map_err(|error| {
                if is_distrust(&*error) { Silence::Untrusted } else { Silence::Unreachable }
            })?;
            http1::handshake(stream).await.map_err(|_| Silence::Broken)
        });
        let (sender, connection) = connecting.await.map_err(|_| Silence::TimedOut)??;
        // It ends with the sender, or with the server's end of it.
        tokio::spawn(async move { drop(connection.await) });
        Ok(sender)
    }
}

/// Reads an answer to its end, within bounds.
async fn read(response: Response<Incoming>) -> Result<Answer, Silence> {
    let header = |name| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let (retry_after, date) = (header(hyper::header::RETRY_AFTER), header(hyper::header::DATE));
    let status = response.status().as_u16();
    let mut incoming = response.into_body();
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let Ok(chunk) = frame.map_err(|_| Silence::Broken)?.into_data() else { continue };
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Silence::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer::Whole { status, retry_after, date, body })
}
